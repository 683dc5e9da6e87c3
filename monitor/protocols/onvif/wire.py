"""A socket to the one configured address: TLS as it is trusted, and no wait that outlives the deadline."""

import functools
import hashlib
import io
import socket
import ssl
from typing import Any

from monitor.model import Deadline, Outcome
from monitor.protocols.onvif.address import Address
from monitor.protocols.onvif.trouble import Trouble, plain
from monitor.protocols.tcp import outcome_of, words_of

CHUNK = 64 * 1024
CONNECTING = "connecting"


class Wire:
    """A socket as http.client wants it, whose every wait ends at the deadline.

    A socket's own timeout is per read: a server that drips one byte a second outlives it for ever. Here each read may
    take only what is left of the whole, headers included.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.deadline = Deadline(0.0)
        self._readers = 0
        self._closing = False

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(_left(self.deadline))
        self.sock.sendall(data)

    def receive(self, buffer: Any) -> int:
        self.sock.settimeout(_left(self.deadline))
        return self.sock.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        self._readers += 1
        return io.BufferedReader(_Reader(self), CHUNK)

    def abort(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it was closed already, which is all that is wanted

    def close(self) -> None:
        """http.client closes before it has read an answer that ends with the connection; so the last reader closes."""
        self._closing = True
        self._close_when_unread()

    def release(self) -> None:
        self._readers -= 1
        if self._closing:
            self._close_when_unread()

    def _close_when_unread(self) -> None:
        if not self._readers:
            self.sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.receive(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._wire.release()


def _left(deadline: Deadline) -> float:
    left = deadline.left()
    if not left:
        raise TimeoutError
    return left


def connect(address: Address, trust: str, deadline: Deadline) -> socket.socket:
    """Connected, and secured for https. Raises Trouble.

    ``trust`` says how a TLS certificate is checked: "" = by the system's authorities, a path = by that CA file,
    "sha256:HEX" = it must have this fingerprint, "any" = not at all.
    """
    try:
        sock = _dial(address, deadline)
    except ConnectionRefusedError as error:
        raise Trouble(Outcome.REFUSED, f"nothing listens on port {address.port}", CONNECTING) from error
    except TimeoutError as error:
        raise Trouble(Outcome.CONNECT_TIMEOUT, f"no connection to port {address.port} in time", CONNECTING) from error
    except UnicodeError as error:
        raise Trouble(Outcome.DNS, f"no way to {address.host}: {words_of(error)}", CONNECTING) from error
    except OSError as error:
        raise Trouble(outcome_of(error), f"no way to {address.host}: {words_of(error)}", CONNECTING) from error
    return sock if address.scheme == "http" else _secure(sock, address, trust, deadline)


def _dial(address: Address, deadline: Deadline) -> socket.socket:
    error: OSError = socket.gaierror(socket.EAI_NODATA, "the name has no address")
    for family, kind, number, _, peer in socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, number)
        try:
            sock.settimeout(_left(deadline))
            sock.connect(peer)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as failed:
            sock.close()
            error = failed
    raise error


def _secure(sock: socket.socket, address: Address, trust: str, deadline: Deadline) -> socket.socket:
    fingerprint = trust.removeprefix("sha256:").replace(":", "").lower() if trust.startswith("sha256:") else ""
    try:
        sock.settimeout(_left(deadline))
        secured = _context(trust).wrap_socket(sock, server_hostname=address.host)
        certificate = secured.getpeercert(binary_form=True) or b""
    except TimeoutError as late:
        sock.close()
        raise Trouble(Outcome.TIMEOUT, "no TLS handshake in time", CONNECTING) from late
    except ssl.SSLCertVerificationError as doubt:
        sock.close()
        told = doubt.verify_message
        why = f"this machine does not trust its certificate ({told}); write whom to believe as onvif_trust: …"
        raise Trouble(Outcome.TLS, why, CONNECTING) from doubt
    except OSError as error:
        sock.close()
        raise Trouble(Outcome.TLS, f"TLS failed: {plain(error)}", CONNECTING) from error
    if fingerprint and hashlib.sha256(certificate).hexdigest() != fingerprint:
        secured.close()
        raise Trouble(
            Outcome.TLS, "the device's certificate is not the one whose fingerprint is configured", CONNECTING
        )
    return secured


@functools.cache
def _context(trust: str) -> ssl.SSLContext:
    """Reading the authorities takes milliseconds: one context serves all devices with the same ``trust``."""
    pinned = trust == "any" or trust.startswith("sha256:")
    context = ssl.create_default_context(cafile=None if pinned else trust or None)
    if pinned:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # a fingerprint is compared after the handshake
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # old devices know old ciphers only
    return context
