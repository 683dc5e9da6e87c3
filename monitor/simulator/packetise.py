"""Access units to RTP payloads: H.264 (RFC 6184), H.265 (RFC 7798), JPEG (RFC 2435)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MTU = 1400
"""Largest RTP payload in bytes."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One access unit, ready to be given RTP headers. The last payload carries the marker."""

    payloads: tuple[bytes, ...]
    key: bool


def packetise(codec: str, data: bytes) -> Unit:
    """``codec`` h264, h265 or mjpeg; ``data`` as the encoder made it."""
    if codec == "mjpeg":
        return Unit(tuple(_jpeg_payloads(data)), key=True)
    units = [unit for unit in nal_units(data) if not _is_sei(codec, unit)]
    split = _h264_payloads if codec == "h264" else _h265_payloads
    return Unit(
        tuple(payload for unit in units for payload in split(unit)), any(_is_key(codec, unit) for unit in units)
    )


def nal_units(annexb: bytes) -> list[bytes]:
    """The units between the start codes, without trailing zero bytes (which belong to the next start code)."""
    starts = []
    at = annexb.find(b"\0\0\1")
    while at >= 0:
        starts.append(at + 3)
        at = annexb.find(b"\0\0\1", at + 3)
    ends = [start - 3 for start in starts[1:]] + [len(annexb)]
    return [annexb[start:end].rstrip(b"\0") for start, end in zip(starts, ends, strict=True)]


def parameter_sets(codec: str, annexb: bytes) -> list[bytes]:
    """SPS and PPS, or VPS, SPS and PPS, in the order of the stream."""
    wanted = (7, 8) if codec == "h264" else (32, 33, 34)
    return [unit for unit in nal_units(annexb) if _type(codec, unit) in wanted]


def _type(codec: str, unit: bytes) -> int:
    return unit[0] & 31 if codec == "h264" else unit[0] >> 1 & 63


def _is_key(codec: str, unit: bytes) -> bool:
    kind = _type(codec, unit)
    return kind == 5 if codec == "h264" else 16 <= kind <= 21


def _is_sei(codec: str, unit: bytes) -> bool:
    return _type(codec, unit) in ((6,) if codec == "h264" else (39, 40))


def _h264_payloads(unit: bytes) -> Iterator[bytes]:
    """Single NAL unit packet, or FU-A (RFC 6184, 5.8)."""
    if len(unit) <= MTU:
        yield unit
        return
    indicator, kind, body = unit[0] & 0xE0 | 28, unit[0] & 31, unit[1:]
    for piece, flags in _pieces(body, MTU - 2):
        yield bytes((indicator, flags | kind)) + piece


def _h265_payloads(unit: bytes) -> Iterator[bytes]:
    """Single NAL unit packet, or fragmentation units (RFC 7798, 4.4.3)."""
    if len(unit) <= MTU:
        yield unit
        return
    first, second, kind = unit[0] & 0x81 | 49 << 1, unit[1], unit[0] >> 1 & 63
    for piece, flags in _pieces(unit[2:], MTU - 3):
        yield bytes((first, second, flags | kind)) + piece


def _pieces(body: bytes, size: int) -> Iterator[tuple[bytes, int]]:
    """A piece, and the start and end bits of a fragmentation header."""
    for at in range(0, len(body), size):
        yield body[at : at + size], (0x80 if at == 0 else 0) | (0x40 if at + size >= len(body) else 0)


def _jpeg_payloads(data: bytes) -> Iterator[bytes]:
    """Type 1 (4:2:0), Q 255: the quantisation tables go in front of the first fragment (RFC 2435, 3.1)."""
    height, width, tables, scan = _jpeg_parts(data)
    head = b"\0\0" + struct.pack("!H", len(tables)) + tables
    at = 0
    while at < len(scan):
        front = struct.pack("!IBBBB", at, 1, 255, width // 8, height // 8) + (head if at == 0 else b"")
        piece = scan[at : at + MTU - len(front)]
        yield front + piece
        at += len(piece)


def _jpeg_parts(data: bytes) -> tuple[int, int, bytes, bytes]:
    """Height, width, the quantisation tables end to end, and the entropy-coded scan."""
    height = width = 0
    tables = b""
    at = 2
    while True:
        marker, length = struct.unpack_from("!HH", data, at)
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xFFDB:
            tables += b"".join(body[start + 1 : start + 65] for start in range(0, len(body), 65))
        elif marker == 0xFFC0:
            height, width = struct.unpack_from("!HH", body, 1)
        elif marker == 0xFFDA:
            return height, width, tables, data[at : data.rindex(b"\xff\xd9")]
