"""One HTTP connection to one device, with hard limits: time, size, redirects, and no address but the configured one."""

import functools
import hashlib
import http.client
import io
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from monitor.model import Deadline, Outcome
from monitor.protocols.onvif.address import Address
from monitor.protocols.onvif.trouble import Trouble, plain
from monitor.protocols.tcp import outcome_of, words_of

BODY_LIMIT = 4 * 1024**2
"""Bytes of one answer, unpacked. 256 media profiles, the most a large recorder tells, are under 3 MiB."""
CHUNK = 64 * 1024
WAITING, READING, CONNECTING = "waiting for the answer", "reading the answer", "connecting"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``headers`` has lower-case names, repeated ones joined by a line break."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Keeps one connection open between calls. Used by one thread at a time; only :meth:`abort` is for others.

    ``trust`` says how a TLS certificate is checked: "" = by the system's authorities, a path = by that CA file,
    "sha256:HEX" = it must have this fingerprint, "any" = not at all.
    """

    def __init__(self, trust: str = "") -> None:
        self.trust = trust
        self.phase = ""
        self._wire: _Wire | None = None
        self._connection: _Connection | None = None
        self._peer: tuple[str, str, int] | None = None
        self._aborted = False

    def post(self, address: Address, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        """Send one request and read its answer; a kept connection that the device has closed is renewed once.

        Raises Trouble."""
        reused = self._reach(address, deadline)
        try:
            return self._exchange(address, body, headers, deadline)
        except _Gone as gone:
            if not reused:
                raise _no_answer() from gone
        self._reach(address, deadline)
        try:
            return self._exchange(address, body, headers, deadline)
        except _Gone as gone:
            raise _no_answer() from gone

    def abort(self) -> None:
        """End whatever the connection waits for, for good; for another thread than the one in :meth:`post`."""
        self._aborted = True
        wire = self._wire
        if wire is not None:
            wire.abort()

    def close(self) -> None:
        if self._connection is not None and self._wire is not None:
            self._connection.close()
            self._wire.sock.close()
        self._connection = self._wire = self._peer = None

    def _reach(self, address: Address, deadline: Deadline) -> bool:
        """Connect unless the connection to this very address stands; True = it stood."""
        peer = (address.scheme, address.host, address.port)
        if self._connection is not None and self._peer == peer and self._connection.sock is not None:
            return True
        self.close()
        if self._aborted:
            raise Trouble(Outcome.ABANDONED, "the look was ended from outside", self.phase)
        self.phase = CONNECTING
        self._wire = _Wire(_connect(address, self.trust, deadline))
        self._connection = _Connection(address.host, address.port)
        self._connection.sock = cast(Any, self._wire)
        self._peer = peer
        return False

    def _exchange(self, address: Address, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        connection, wire = cast(_Connection, self._connection), cast(_Wire, self._wire)
        wire.deadline, self.phase = deadline, WAITING
        done = False
        try:
            connection.request("POST", address.path, body, {**headers, "Host": address.netloc})
            response = connection.getresponse()
            self.phase = READING
            answer = _read(response)
            done = True
            return answer
        except TimeoutError as late:
            raise Trouble(Outcome.TIMEOUT, f"too slow: the deadline came while {self.phase}", self.phase) from late
        except ssl.SSLError as error:
            raise Trouble(Outcome.TLS, f"TLS failed: {plain(error.reason)}", self.phase) from error
        except (ConnectionError, http.client.IncompleteRead) as gone:
            if self.phase == WAITING:
                raise _Gone from gone
            raise Trouble(Outcome.CLOSED, "the device closed the connection within its answer", READING) from gone
        except (http.client.HTTPException, zlib.error, ValueError) as broken:
            raise Trouble(Outcome.PROTOCOL, f"the answer is not HTTP: {plain(broken)}", self.phase) from broken
        finally:
            if not done:
                self.close()


class _Gone(Exception):
    """The device closed the connection before it answered."""


def _no_answer() -> Trouble:
    return Trouble(Outcome.CLOSED, "the device closed the connection without an answer", WAITING)


class _Wire:
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
    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.receive(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._wire.release()


class _Connection(http.client.HTTPConnection):
    auto_open = 0  # we connect, to the one pinned address


def _left(deadline: Deadline) -> float:
    left = deadline.left()
    if not left:
        raise TimeoutError
    return left


def _connect(address: Address, trust: str, deadline: Deadline) -> socket.socket:
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


def _read(response: http.client.HTTPResponse) -> Answer:
    headers = {name.lower(): "\n".join(response.headers.get_all(name, [])) for name in response.headers}
    body = _unpacked(_body(response), headers.get("content-encoding", ""))
    return Answer(response.status, headers, body)


def _body(response: http.client.HTTPResponse) -> bytes:
    parts, size = [], 0
    while part := response.read(min(CHUNK, BODY_LIMIT + 1 - size)):
        parts.append(part)
        size += len(part)
        if size > BODY_LIMIT:
            raise Trouble(Outcome.TOO_LARGE, f"the answer is larger than {BODY_LIMIT // 1024**2} MiB", READING)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)


def _unpacked(body: bytes, encoding: str) -> bytes:
    """We ask for no packing, but some devices pack all the same, and a small body can unpack to a huge one."""
    if encoding.lower() not in ("gzip", "deflate"):
        return body
    unpacked = zlib.decompressobj(47).decompress(body, BODY_LIMIT + 1)
    if len(unpacked) > BODY_LIMIT:
        raise Trouble(Outcome.TOO_LARGE, f"the answer unpacks to more than {BODY_LIMIT // 1024**2} MiB", READING)
    return unpacked
