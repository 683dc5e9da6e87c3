"""Cuts what a client sends into RTSP requests, and writes answers (RFC 2326)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

HEADER_LIMIT = 16384
_REASONS = {453: "Not Enough Bandwidth", 454: "Session Not Found", 455: "Method Not Valid In This State"}
_REASONS |= {461: "Unsupported Transport", 551: "Option Not Supported"}


class BadRequest(Exception):
    """What came is no RTSP request."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    uri: str
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names

    @property
    def sequence(self) -> str:
        return self.headers.get("cseq", "0")

    @property
    def session(self) -> str:
        return self.headers.get("session", "").partition(";")[0].strip()


class Inbox:
    """Collects bytes and gives requests; interleaved frames (receiver reports) between them are skipped."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Request]:
        """The requests completed by ``data``. BadRequest for malformed or oversized ones."""
        self._buffer += data
        while self._skip_frames() and (request := self._cut()):
            yield request

    def _skip_frames(self) -> bool:
        """False while a frame is still incomplete."""
        while self._buffer[:1] == b"$":
            end = 4 + int.from_bytes(self._buffer[2:4])
            if len(self._buffer) < max(end, 4):
                return False
            del self._buffer[:end]
        return True

    def _cut(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > HEADER_LIMIT:
                raise BadRequest("header too long")
            return None
        request = _parse(self._buffer[:end].decode("latin-1"))
        body = int(request.headers.get("content-length", "0"))
        if len(self._buffer) < end + 4 + body:
            return None
        del self._buffer[: end + 4 + body]
        return request


def _parse(text: str) -> Request:
    first, *lines = text.split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] != "RTSP/1.0":
        raise BadRequest(f"no request line: {first[:60]!r}")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if not headers.get("content-length", "0").isdecimal():
        raise BadRequest("Content-Length is no number")
    return Request(words[0], words[1], headers)


def answer(request: Request, status: int, headers: Mapping[str, str] | None = None, body: str = "") -> bytes:
    """A complete answer; Content-Length is set when there is a body."""
    reason = _REASONS.get(status) or HTTPStatus(status).phrase
    lines = [f"RTSP/1.0 {status} {reason}", f"CSeq: {request.sequence}", "Server: cctv-simulator"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
