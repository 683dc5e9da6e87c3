"""Servers that refuse commands, hang up between two messages or babble: each has its word, none is an error of ours."""

import socket
import struct
import threading
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from odd_ssh import odd_ssh
from ssh_host import Host

from monitor.model import Channel, Credentials, Deadline, Evidence, Key, LoginState, Outcome, Target
from monitor.protocols.errors import DeviceError
from monitor.protocols.ssh import connect
from monitor.protocols.ssh_login import Login
from monitor.retention import read_recorder
from monitor.simulator.recorders import Tape, record


def target_of(login: Login, layout: str) -> Target:
    options = {"layout": layout, "port": login.port, "known_hosts": str(login.known_hosts)}
    channels = (Channel("gate", "gate"),)
    return Target(
        Key("school", "nvr"), "recorder", login.host, login.credentials, kind="ssh", options=options, channels=channels
    )


async def read(login: Login, layout: str) -> Evidence:
    return await read_recorder(target_of(login, layout), b"", Deadline.after(90))


def test_sftp_that_ends_at_once_is_no_sftp_however_the_messages_race(tmp_path: Path) -> None:
    with odd_ssh(tmp_path, "hangs up") as login, connect(login, Deadline.after(90)) as session:
        for _ in range(30):
            with pytest.raises(DeviceError) as failed:
                session.sftp()
            assert failed.value.outcome is Outcome.UNSUPPORTED


def test_a_connection_that_ends_amid_the_login_with_a_key_is_no_refused_key(tmp_path: Path) -> None:
    with odd_ssh(tmp_path, "serves") as login:
        key = tmp_path / "key"
        paramiko.RSAKey.generate(2048).write_private_key_file(str(key))
        with pytest.raises(DeviceError) as failed, connect(replace(login, private_key=key), Deadline.after(90)):
            pass
    assert failed.value.outcome is Outcome.CLOSED, failed.value.reason


def test_names_of_algorithms_that_are_no_text_are_no_conversation(tmp_path: Path) -> None:
    offer = bytes([20]) + bytes(16) + 10 * (struct.pack(">I", 4) + b"\xff\xfe\xab\xff") + bytes(5)
    padding = 8 - (5 + len(offer)) % 8 + 8
    packet = struct.pack(">IB", 1 + len(offer) + padding, padding) + offer + bytes(padding)

    def greet() -> None:
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"SSH-2.0-odd\r\n" + packet)
            while peer.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=greet)
        thread.start()
        login = Login("127.0.0.1", server.getsockname()[1], Credentials("monitor", "pass" + "word"), LoginState())
        with pytest.raises(DeviceError) as failed, connect(login, Deadline.after(90)):
            pass
        thread.join()
    assert failed.value.outcome is Outcome.PROTOCOL, failed.value.reason


def test_a_refused_rsa_key_is_a_refused_login_and_an_unreadable_one_is_not_sent(host: Host, tmp_path: Path) -> None:
    key = tmp_path / "key"
    paramiko.RSAKey.generate(2048).write_private_key_file(str(key))
    target = host.target("shell", "/nowhere/%Y%m%d.mp4", "gate")
    login = Login("127.0.0.1", host.port, target.credentials, LoginState(), host.folder / "known_hosts", key)
    with pytest.raises(DeviceError) as refused, connect(login, Deadline.after(90)):
        pass
    assert refused.value.outcome is Outcome.AUTH, refused.value.reason
    key.write_text("no key")
    with pytest.raises(DeviceError) as unread, connect(login, Deadline.after(90)):
        pass
    assert unread.value.outcome is Outcome.AUTH_MISSING, unread.value.reason


@pytest.mark.parametrize("sftp", ["hangs up", "babbles"])
async def test_an_account_with_neither_commands_nor_sftp_may_do_nothing(tmp_path: Path, sftp: str) -> None:
    with odd_ssh(tmp_path, sftp) as login:
        evidence = await read(login, f"{tmp_path}/video/{{camera}}/%Y-%m-%d/%H%M%S.mp4")
    assert evidence.outcome is Outcome.FORBIDDEN, evidence.reason
    assert evidence.login_worked is True


async def test_a_server_that_refuses_every_command_is_read_by_sftp(tmp_path: Path, now: float) -> None:
    layout = f"{tmp_path}/video/{{camera}}/%Y-%m-%d/%H%M%S.mp4"
    record(layout, Tape("gate", now, days=2.0, segment=3600.0))
    with odd_ssh(tmp_path, "serves") as login:
        evidence = await read(login, layout)
    assert evidence.outcome is Outcome.SEEN, evidence.reason
    assert evidence.facts["access"] == "sftp"


def test_sftp_whose_channel_ends_is_a_lost_connection_and_no_unreadable_folder(tmp_path: Path) -> None:
    with odd_ssh(tmp_path, "serves") as login, connect(login, Deadline.after(90)) as session:
        with session.reading() as sftp:
            sftp.stat("/")
        channel = session.sftp().get_channel()
        assert channel is not None
        channel.close()
        with pytest.raises(DeviceError) as failed, session.reading() as sftp:
            sftp.stat("/")
        assert failed.value.outcome is Outcome.CLOSED
