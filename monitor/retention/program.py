"""Streams of a few makers and of plain encoders: when their pictures are of, and how many there are. Pure.

Program streams as in ISO/IEC 13818-1 (2.4.3.7, 2.5.3), pictures as in H.264 7.3.1 and H.265 7.3.1.2. Dahua's DHAV as
its demuxers read it: a head of 24 bytes with the whole length, the second of the wall clock.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime

CLOCK, WRAP = 90_000, 2**33
PES = re.compile(rb"\x00\x00\x01[\xe0-\xef]..[\x80-\xbf]([\x80-\xff]).([\x21-\x2f\x31-\x3f].{4})", re.DOTALL)
"""A packet of pictures that tells its time."""
PACK = b"\0\0\1\xba"
DHAV = b"DHAV"
DHAV_HEAD = 24
H264_SETS, H265_SETS = re.compile(rb"\x00\x00\x01[\x27\x47\x67]"), re.compile(rb"\x00\x00\x01[\x40\x42]\x01")
H264_FIRST = re.compile(rb"\x00\x00\x01[\x01\x21\x41\x61\x25\x45\x65][\x80-\xff]")
"""A slice that begins at the top left of a picture."""
H265_FIRST = re.compile(rb"\x00\x00\x01[\x00-\x13\x20-\x2b]\x01[\x80-\xff]")
JPEG_BEGIN, JPEG_START = b"\xff\xd8", re.compile(rb"\xff\xd8\xff[\xc0-\xfe]")


def program_seconds(head: bytes, tail: bytes) -> float | None:
    """From the first picture's time to the last one's, in a program stream. None if it does not tell."""
    if PACK not in head[:4096]:
        return None
    first, last = list(itertools.islice(_times(head), 1)), list(_times(tail))[-1:]
    return (last[0] - first[0]) % WRAP / CLOCK or None if first and last else None


def _times(data: bytes) -> Iterator[int]:
    for found in PES.finditer(data):
        a, b, c, d, e = found[2]
        yield (a >> 1 & 7) << 30 | b << 22 | c >> 1 << 15 | d << 7 | e >> 1


def dhav_seconds(head: bytes, tail: bytes) -> float | None:
    """From its first frame to its last one, by the recorder's own clock, which stands in every frame."""
    if head[:4] != DHAV:
        return None
    times = [at for data in (head, tail) for at in _dhav_times(data)]
    return max(times) - min(times) or None if times else None


def _dhav_times(data: bytes) -> Iterator[float]:
    at = data.find(DHAV)
    while 0 <= at <= len(data) - DHAV_HEAD:
        packed = int.from_bytes(data[at + 16 : at + 20], "little")
        day = (2000 + (packed >> 26), packed >> 22 & 15, packed >> 17 & 31)
        try:
            told = datetime(*day, packed >> 12 & 31, packed >> 6 & 63, packed & 63, tzinfo=UTC).timestamp()
        except ValueError:  # four letters amid a picture
            told = 0.0
        if told:
            yield told
        at = data.find(DHAV, at + 4)


def pictures_in(content: bytes) -> int:
    """How many pictures begin in a part of a stream of H.264, H.265 or JPEG; 0 where it is none of them."""
    if content[:2] == JPEG_BEGIN:
        return len(JPEG_START.findall(content))
    if H265_SETS.search(content):
        return len(H265_FIRST.findall(content))
    return len(H264_FIRST.findall(content)) if H264_SETS.search(content) else 0
