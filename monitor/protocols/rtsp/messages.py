"""RTSP messages (RFC 2326) and the framer that tells them from interleaved packets (10.12) in one byte stream."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError

MAX_HEADER = 16 * 1024
MAX_BODY = 64 * 1024
DOLLAR = 0x24
RESUME_BYTES = 5
"""Fewer than a pattern to resume by matches."""
_BUFFER = MAX_HEADER + MAX_BODY + 4096  # also holds the largest interleaved frame, 4 + 65535 bytes
_STATUS = re.compile(r"RTSP/\d\.\d +(\d{3})(?: +(.*))?$")
_REQUEST = re.compile(r"[A-Z_]+ +\S+ +RTSP/\d\.\d$")
_STARTS = re.compile(rb"[A-Z_]{1,20}(?:[ /]|$)")
_FOLDED = re.compile(r"\n[ \t]+")  # a header that goes on in the next line
_BLANK = re.compile(rb"\r?\n\r?\n")  # a few devices end their lines with a bare line feed


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the device; header names in lower case, every value of a repeated header kept."""

    status: int
    phrase: str  # as sent: whole, and perhaps not printable
    headers: Mapping[str, list[str]] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first value of a header, "" when it is absent."""
        return self.headers.get(name, [""])[0]

    def __str__(self) -> str:
        return f"{self.status} {self.phrase}".strip()


OnPacket = Callable[[int, int, int, int], int]
OnReply = Callable[[Reply], None]


def request(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    """The bytes of a request without a body."""
    lines = [f"{method} {url} RTSP/1.0", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def printable(text: str, limit: int = 80) -> str:
    """A device's words, fit for a reason or a fact."""
    text = text[:limit]
    return (text if text.isprintable() else "".join(ch if ch.isprintable() else " " for ch in text)).strip()


class Framer:
    """Splits the byte stream where it lies: packets are handed on as spans of one buffer, never copied.

    The buffer is made when the first bytes come: a device that never answers costs none. Whom to hand things to is
    told with each piece, not kept: what refers to one another stays in memory until the collector comes round.

    ``on_packet(channel, start, stop, end)`` gets a span of :attr:`buffer`, valid during the call, and tells where to go
    on: at ``stop``, or behind further frames before ``end`` that it took as well; ``on_reply(reply)`` gets answers.
    Requests of the device are skipped. Raises DeviceError (PROTOCOL, TOO_LARGE).

    ``resume``: how a packet begins, once some have come. A device whose network is too slow loses the ends of some;
    then what is neither packet nor message is skipped to the next that begins so. None = that is an error.
    """

    def __init__(self) -> None:
        self.buffer = bytearray()
        self._view = memoryview(self.buffer)
        self._filled = 0
        self.resume: re.Pattern[bytes] | None = None

    def space(self) -> memoryview:
        """Where the next bytes go."""
        if not self.buffer:
            self.buffer = bytearray(_BUFFER)
            self._view = memoryview(self.buffer)
        return self._view[self._filled :]

    def filled(self, count: int, on_packet: OnPacket, on_reply: OnReply) -> None:
        """Take in ``count`` bytes that were written to :meth:`space`."""
        buffer, end, position = self.buffer, self._filled + count, 0
        while end - position >= 4:
            if buffer[position] == DOLLAR:
                stop = position + 4 + (buffer[position + 2] << 8 | buffer[position + 3])
                if stop > end:
                    break
                stop = on_packet(buffer[position + 1], position + 4, stop, end)
            elif (stop := self._message(position, end, on_reply)) == position:
                break
            position = stop
        self._filled = end - position
        if position and self._filled:
            buffer[: self._filled] = buffer[position:end]

    def _message(self, start: int, end: int, on_reply: OnReply) -> int:
        """Take one message; returns where it ends, or ``start`` when it is not complete yet."""
        if self.buffer[start] in b"\r\n":  # some cameras end a body with an empty line that nobody counted
            return start + 1
        if not _STARTS.match(self.buffer[start : min(end, start + 21)]):
            return self._skip(start, end)
        blank = _BLANK.search(self.buffer, start, min(end, start + MAX_HEADER))
        if blank is None:
            if end - start >= MAX_HEADER:
                raise DeviceError(Outcome.TOO_LARGE, f"the device sends a header of more than {MAX_HEADER} bytes")
            return start
        first, headers = _head(bytes(self.buffer[start : blank.start()]))
        body = blank.end()
        stop = body + _length(headers)
        if stop > end:
            return start
        reply = _reply(first, headers, bytes(self.buffer[body:stop]))
        if reply is not None:
            on_reply(reply)
        return stop

    def _skip(self, start: int, end: int) -> int:
        if self.resume is None:
            raise DeviceError(Outcome.PROTOCOL, "the device sends bytes that are not RTSP")
        found = self.resume.search(self.buffer, start + 1, end)
        return found.start() if found else max(start, end - RESUME_BYTES)


def _reply(first: str, headers: dict[str, list[str]], body: bytes) -> Reply | None:
    """None for a request of the device."""
    if match := _STATUS.match(first):
        return Reply(int(match[1]), match[2] or "", headers, body)
    if first.startswith("HTTP/"):
        raise DeviceError(Outcome.PROTOCOL, "the port speaks HTTP, not RTSP")
    if not _REQUEST.match(first):
        raise DeviceError(Outcome.PROTOCOL, "the device sends a malformed status line")
    return None


def _head(data: bytes) -> tuple[str, dict[str, list[str]]]:
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    first, *lines = _FOLDED.sub(" ", text).split("\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), []).append(value.strip())
    return first, headers


def _length(headers: Mapping[str, list[str]]) -> int:
    text = headers.get("content-length", ["0"])[0]
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise DeviceError(Outcome.PROTOCOL, "the device sends a malformed Content-Length")
    if int(text) > MAX_BODY:
        raise DeviceError(Outcome.TOO_LARGE, f"the device announces a body of {int(text)} bytes")
    return int(text)
