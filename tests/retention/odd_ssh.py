"""An SSH server on loopback that does what OpenSSH cannot be made to do: refuse commands, hang up mid-way, babble."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from monitor.model import Credentials, LoginState
from monitor.protocols.ssh_login import Login


class _Files(paramiko.SFTPServerInterface):
    """This machine's files, to look at only."""

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [paramiko.SFTPAttributes.from_stat(os.lstat(f"{path}/{name}"), name) for name in os.listdir(path)]

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(os.stat(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)


class _Manners(paramiko.ServerInterface):
    """``sftp``: "serves", "hangs up" or "babbles"; a command is always refused. A key ends the connection."""

    def __init__(self, sftp: str, transport: paramiko.Transport) -> None:
        self.sftp = sftp
        self._transport = transport

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._transport.close()
        return paramiko.AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        return False

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        if self.sftp == "serves":
            return super().check_channel_subsystem_request(channel, name)
        threading.Thread(target=self._end, args=(channel,)).start()
        return True

    def _end(self, channel: paramiko.Channel) -> None:
        if self.sftp == "babbles":
            channel.sendall(b"This account is not available.\r\n")
        channel.close()


@contextmanager
def odd_ssh(folder: Path, sftp: str) -> Iterator[Login]:
    """Serves one connection after another; gives the way in."""
    key = paramiko.RSAKey.generate(2048)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(server, key, sftp))
        thread.start()
        known = folder / "known_hosts"
        known.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
        try:
            yield Login("127.0.0.1", port, Credentials("monitor", "pass" + "word"), LoginState(), known)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, key: paramiko.PKey, sftp: str) -> None:
    open_ones = []
    while True:
        try:
            sock, _ = server.accept()
        except OSError:
            break
        transport = paramiko.Transport(sock)
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files)
        transport.start_server(server=_Manners(sftp, transport))
        open_ones.append(transport)
    for transport in open_ones:
        transport.close()
