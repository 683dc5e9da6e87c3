"""Is a recorded file whole, and where in it lies the picture of an instant? MP4 boxes, read in ranges.

Boxes and tables as in ISO/IEC 14496-12.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Read = Callable[[int, int], bytes]
"""(offset, length) -> that range of the file, shorter at its end."""

BEGINNING = 4096
BOXES_LIMIT = 100_000
INDEX_LIMIT = 32 * 1024**2
"""Bytes of a moov box: a day of 30 pictures a second needs 20 MB."""
SAMPLE_LIMIT = 16 * 1024**2
FIRST = frozenset(
    {b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"sidx", b"uuid", b"prft", b"emsg"}
)
MAC_EPOCH = datetime(1904, 1, 1, tzinfo=UTC).timestamp()


class Damaged(Exception):
    """The file cannot be played; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    offset: int
    header: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True, slots=True)
class Header:
    """What the movie header says."""

    seconds: float | None  # None or 0 = not given, as in fragmented files
    created: float | None  # epoch seconds


def behind(start: bytes, read: Read) -> Read:
    """A file as it reads where ``start`` stands before it."""

    def joined(offset: int, length: int) -> bytes:
        own = start[offset : offset + length]
        left = length - len(own)
        return own + read(max(offset - len(start), 0), left) if left else own

    return joined


def is_mp4(beginning: bytes) -> bool:
    return beginning[4:8] in FIRST


def walk(read: Read, size: int) -> list[Box]:
    """The top-level boxes. Damaged if the file is empty, no MP4, cut off, or without an index."""
    if size == 0:
        raise Damaged("is an empty file")
    boxes: list[Box] = []
    offset = 0
    while offset < size and len(boxes) < BOXES_LIMIT:
        box = _box(read(offset, 16), offset, size)
        if not boxes and box.kind not in FIRST:
            raise Damaged("is filled with zeros" if not any(read(0, BEGINNING)) else "is no MP4 file")
        if not any(box.kind) and size - offset > BEGINNING:  # less may be padding
            raise Damaged(f"is filled with zeros after {offset} bytes")
        if box.end > size:
            raise Damaged(f"is cut off after {size} of {box.end} bytes")
        boxes.append(box)
        offset = box.end
    if not any(box.kind in (b"moov", b"moof") for box in boxes):
        raise Damaged("has no index (no moov box)")
    return boxes


def header_of(moov: bytes) -> Header:
    """Duration and creation time of the movie header."""
    mvhd = find(moov, b"mvhd")
    if mvhd is None or len(mvhd) < 20:
        return Header(None, None)
    wide = mvhd[0] == 1
    length = 8 if wide else 4
    created = number(mvhd, 4, length)
    scale = number(mvhd, 4 + 2 * length, 4)
    duration = number(mvhd, 8 + 2 * length, length)
    return Header(duration / scale if scale else None, created + MAC_EPOCH if created else None)


def key_sample(moov: bytes, seconds: float) -> tuple[int, int]:
    """Offset and size in the file of the last key picture at or before an instant. Damaged if the index is broken."""
    for track in children(moov, b"trak"):
        if _must(track, b"mdia", b"hdlr")[8:12] == b"vide":
            try:
                return _key_sample(track, seconds)
            except (IndexError, ValueError, TypeError) as error:
                raise Damaged(f"has a broken index ({type(error).__name__})") from None
    raise Damaged("has no picture track")


def _key_sample(track: bytes, seconds: float) -> tuple[int, int]:
    media = _must(track, b"mdia")
    table = _must(media, b"minf", b"stbl")
    mdhd = _must(media, b"mdhd")
    scale = number(mdhd, 20 if mdhd[0] == 1 else 12, 4)
    lengths = _table(_must(table, b"stts"), 8)
    sizes = _sizes(_must(table, b"stsz"))
    times = np.concatenate(([0], np.cumsum(np.repeat(lengths[:, 1], lengths[:, 0]))))[: len(sizes)]
    stss = find(table, b"stss")
    keys = np.arange(len(sizes)) if stss is None else _table(stss, 4)[:, 0] - 1
    chosen = int(keys[max(0, int(np.searchsorted(times[keys], seconds * scale, "right")) - 1)])
    size = int(sizes[chosen])
    if not 0 < size <= SAMPLE_LIMIT:
        raise Damaged(f"claims a picture of {size} bytes")
    return _place(table, sizes, chosen), size


def _place(table: bytes, sizes: NDArray[np.int64], sample: int) -> int:
    """Where a sample begins: its chunk, and what lies before it in that chunk."""
    co64 = find(table, b"co64")
    chunks = _table(co64, 8, ">u8")[:, 0] if co64 is not None else _table(_must(table, b"stco"), 4)[:, 0]
    runs = _table(_must(table, b"stsc"), 12)
    lasts = np.append(runs[1:, 0], len(chunks) + 1)
    per_chunk = np.repeat(runs[:, 1], np.maximum(lasts - runs[:, 0], 0))
    firsts = np.concatenate(([0], np.cumsum(per_chunk)))
    chunk = int(np.searchsorted(firsts, sample, "right")) - 1
    return int(chunks[chunk]) + int(sizes[int(firsts[chunk]) : sample].sum())


def _box(header: bytes, offset: int, size: int) -> Box:
    if len(header) < 8:
        raise Damaged(f"is cut off after {size} bytes")
    length, kind, start = number(header, 0, 4), header[4:8], 8
    if length == 1:
        length, start = number(header, 8, 8), 16
    elif length == 0:
        length = size - offset  # to the end of the file
    if not any(kind):
        return Box(kind, offset, start, max(length, 8))
    if length < start:
        raise Damaged(f"has a broken box at byte {offset}")
    return Box(kind, offset, start, length)


def children(content: bytes, kind: bytes) -> Iterator[bytes]:
    offset = 0
    while offset + 8 <= len(content):
        box = _box(content[offset : offset + 16], offset, len(content))
        if box.kind == kind:
            yield content[offset + box.header : box.end]
        offset = box.end


def find(content: bytes, *path: bytes) -> bytes | None:
    """The content of the first box along a path, None if there is none."""
    found: bytes | None = content
    for kind in path:
        found = next(children(found, kind), None) if found is not None else None
    return found


def _must(content: bytes, *path: bytes) -> bytes:
    found = find(content, *path)
    if found is None:
        raise Damaged(f"has no {path[-1].decode('latin-1')} in its index")
    return found


def number(content: bytes, offset: int, length: int) -> int:
    return int.from_bytes(content[offset : offset + length], "big")


def _table(content: bytes, width: int, dtype: str = ">u4") -> NDArray[np.int64]:
    """The rows of a table box: version and flags, count, then rows of so many bytes."""
    count = number(content, 4, 4)
    numbers = np.frombuffer(content, dtype, offset=8)
    fields = width // np.dtype(dtype).itemsize
    return numbers[: count * fields].reshape(count, fields).astype(np.int64)


def _sizes(stsz: bytes) -> NDArray[np.int64]:
    same, count = number(stsz, 4, 4), number(stsz, 8, 4)
    return np.full(count, same) if same else np.frombuffer(stsz, ">u4", count, 12).astype(np.int64)
