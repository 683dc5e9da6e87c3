"""One HTTP connection to one device, with hard limits: time, size, redirects, and no address but the configured one."""

import http.client
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from monitor.model import Deadline, Outcome
from monitor.protocols.onvif.address import Address
from monitor.protocols.onvif.trouble import Trouble, plain
from monitor.protocols.onvif.wire import CHUNK, CONNECTING, Wire, connect

BODY_LIMIT = 4 * 1024**2
"""Bytes of one answer, unpacked. 256 media profiles, the most a large recorder tells, are under 3 MiB."""
WAITING, READING = "waiting for the answer", "reading the answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``headers`` has lower-case names, repeated ones joined by a line break."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Keeps one connection open between calls. Used by one thread at a time; only :meth:`abort` is for others.

    ``trust``: how a TLS certificate is checked, see ``wire.connect``.
    """

    def __init__(self, trust: str = "") -> None:
        self.trust = trust
        self.phase = ""
        self._wire: Wire | None = None
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
        self._wire = Wire(connect(address, self.trust, deadline))
        self._connection = _Connection(address.host, address.port)
        self._connection.sock = cast(Any, self._wire)
        self._peer = peer
        return False

    def _exchange(self, address: Address, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        connection, wire = cast(_Connection, self._connection), cast(Wire, self._wire)
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


class _Connection(http.client.HTTPConnection):
    auto_open = 0  # we connect, to the one pinned address


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
