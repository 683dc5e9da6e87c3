"""How long a recorded file that is no MP4 plays, and whether it was cut off. Pure.

From its beginning and end alone: AVI as in Microsoft's RIFF reference and OpenDML 1.02, Matroska as in RFC 9559, FLV as
in Adobe's specification 10.1, transport streams as in ISO/IEC 13818-1, and what :mod:`monitor.retention.program` knows.
"""

import re
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from monitor.retention.media import Damaged, Read
from monitor.retention.program import dhav_seconds, program_seconds

MAGICS = (b"\0\0\1", b"\0\0\0\1", b"IMKH", b"DHAV", b"RIFF", b"FLV", b"\x1a\x45\xdf\xa3")
"""Program and raw streams, two makers' own headers, AVI, FLV, Matroska."""
RIFFS = 64
UNFINISHED = (0, 0xFFFFFFFF)
"""What stands for the size of a RIFF until it is complete: a recorder that lost its power leaves it so."""
SEGMENT, INFO, CLUSTER = b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x1f\x43\xb6\x75"
CHECKSUM = b"\xbf\x84"
INFO_LIMIT = 4096
MILLISECOND = 1_000_000
"""Nanoseconds of one Matroska tick, unless the file says otherwise."""
TAGS = (8, 9, 18)
"""Of FLV: sound, pictures, script data."""
CLOCK, WRAP = 90_000, 2**33
"""Of the program clock reference: ticks a second, and where it begins anew."""
SYNC, PACKETS, ALIGNED = 0x47, (188, 192, 204), 8
"""So many packets in a row must begin with the sync byte."""


def is_stream(beginning: bytes) -> bool:
    """Whether it begins as some container that is no MP4: one maker gives program streams the name ``.mp4``."""
    return beginning.startswith(MAGICS) or beginning[:1] == beginning[188:189] == bytes([SYNC])


def seconds_of(head: bytes, tail: bytes, size: int, read: Read) -> float | None:
    """Seconds it plays; None if it does not tell. Damaged if it says itself that there should be more of it.

    ``head`` and ``tail``: the first and the last bytes of it, as many as one likes.
    """
    if head[:4] == b"RIFF":
        return _avi(head, size, read)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _matroska(head, tail, size)
    if head[:3] == b"FLV":
        return _flv(head, tail, size)
    return dhav_seconds(head, tail) or program_seconds(head, tail) or _transport(head, tail)


def _whole(end: int, size: int) -> None:
    if end > size:
        raise Damaged(f"is cut off after {size} of {end} bytes")


def _avi(head: bytes, size: int, read: Read) -> float | None:
    """Its RIFFs must be complete; the length is that of its header, at the rate that stands there."""
    offset = 0
    for _ in range(RIFFS):
        start = read(offset, 8)
        length = int.from_bytes(start[4:8], "little")
        if start[:4] != b"RIFF" or length in UNFINISHED:
            break
        offset += 8 + length + length % 2
        _whole(offset - length % 2, size)
    header, extended = head.find(b"avih"), head.find(b"dmlh")
    if header < 0 or len(head) < header + 28:
        return None
    frame, pictures = struct.unpack_from("<I12xI", head, header + 8)
    if extended >= 0 and len(head) >= extended + 12:
        pictures = struct.unpack_from("<I", head, extended + 8)[0]
    return frame * pictures / 1e6 or None


def _matroska(head: bytes, tail: bytes, size: int) -> float | None:
    """A live one tells neither size nor duration: then the time of its last cluster."""
    segment = head.find(SEGMENT)
    if segment < 0:
        return None
    length, begins = _vint(head, segment + 4)
    if length is not None:
        _whole(begins + length, size)
    info = head.find(INFO)
    about = head[info : info + INFO_LIMIT] if info >= 0 else b""
    found = re.search(rb"\x2a\xd7\xb1([\x81-\x88])", about)
    tick = int.from_bytes(about[found.end() : found.end() + found[1][0] - 0x80], "big") if found else MILLISECOND
    duration = re.search(rb"\x44\x89(?:\x84(.{4})|\x88(.{8}))", about, re.DOTALL)
    if duration:
        ticks: float = struct.unpack(">f" if duration[1] else ">d", duration[1] or duration[2])[0]
        return ticks * tick / 1e9 or None
    first, last = _cluster(head, head.find(CLUSTER)), _cluster(tail, tail.rfind(CLUSTER))
    return None if first is None or last is None else (last - first) * tick / 1e9 or None


def _vint(data: bytes, at: int) -> tuple[int | None, int]:
    """A Matroska number of variable length and where it ends; None = unknown, or it is not there."""
    if at >= len(data) or not data[at]:
        return None, at
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big") & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), at + length


def _cluster(data: bytes, at: int) -> int | None:
    """The time of a cluster, in ticks: its first element, but for a checksum."""
    if at < 0:
        return None
    _, begins = _vint(data, at + 4)
    if data[begins : begins + 2] == CHECKSUM:
        begins += 6
    if data[begins : begins + 1] != b"\xe7":
        return None
    length, begins = _vint(data, begins + 1)
    return None if length is None else int.from_bytes(data[begins : begins + length], "big")


def _flv(head: bytes, tail: bytes, size: int) -> float | None:
    """By what its first tag says, else by the time of its last one."""
    told = _told(head, b"filesize")
    if told:
        _whole(int(told), size)
    seconds = _told(head, b"duration")
    if seconds:
        return seconds
    return _last_tag(np.frombuffer(tail, np.uint8).astype(np.int64)) / 1000 or None


def _last_tag(tail: NDArray[np.int64]) -> int:
    """Milliseconds of the last whole tag: its size stands before its content and, with 11 more, after it. 0 = none."""
    if len(tail) < 16:
        return 0
    places = np.arange(len(tail) - 3)
    told = tail[:-3] << 24 | tail[1:-2] << 16 | tail[2:-1] << 8 | tail[3:]
    likely = places[(told >= 11) & (told <= places)]
    starts = likely - told[likely]
    sizes = tail[starts + 1] << 16 | tail[starts + 2] << 8 | tail[starts + 3]
    whole = starts[(sizes == told[likely] - 11) & np.isin(tail[starts], TAGS)]
    if not len(whole):
        return 0
    high, middle, low, extended = tail[int(whole[-1]) + 4 : int(whole[-1]) + 8].tolist()
    return int(extended << 24 | high << 16 | middle << 8 | low)


def _told(head: bytes, name: bytes) -> float | None:
    """A number of the script data: its name, type 0, then a double."""
    at = head.find(name + b"\0", 0, INFO_LIMIT)
    if at < 0 or len(head) < at + len(name) + 9:
        return None
    number: float = struct.unpack_from(">d", head, at + len(name) + 1)[0]
    return number if 0 < number < 2**53 else None


def _transport(head: bytes, tail: bytes) -> float | None:
    """From the first program clock to the last one of the same stream."""
    for stride in PACKETS:
        first = next(_clocks(head, stride), None)
        if first is not None:
            times = [time for stream, time in _clocks(tail, stride) if stream == first[0]]
            return (times[-1] - first[1]) % WRAP / CLOCK or None if times else None
    return None


def _clocks(data: bytes, stride: int) -> Iterator[tuple[int, int]]:
    """The stream and the ticks of every program clock reference."""
    begins = (at for at in range(stride) if set(data[at : at + ALIGNED * stride : stride]) == {SYNC})
    for at in range(next(begins, len(data)), len(data) - 11, stride):
        flags, length, adapted = data[at + 3], data[at + 4], data[at + 5]
        if data[at] == SYNC and flags & 0x20 and length and adapted & 0x10:
            ticks = int.from_bytes(data[at + 6 : at + 11], "big") >> 7
            yield int.from_bytes(data[at + 1 : at + 3], "big") & 0x1FFF, ticks
