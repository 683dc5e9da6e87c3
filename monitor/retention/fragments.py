"""Of a fragmented MP4 the one fragment that shows an instant, with all that its decoding needs, each at its place.

Boxes as in ISO/IEC 14496-12: 8.8.3 (trex), 8.8.7 (tfhd), 8.8.8 (trun).
"""

import itertools
from collections.abc import Sequence

from monitor.retention.media import Box, Damaged, Read, children, find, number

NOT_SYNC = 0x10000
"""Of a sample's flags: it is no key picture."""
LOOKED_AT = 400
"""Fragments before the wanted one in which a key picture is looked for."""
MOOF_LIMIT = 1024**2
Pair = tuple[Box, Box]
Range = tuple[int, bytes]


def pairs_of(boxes: Sequence[Box]) -> list[Pair]:
    """Every moof with its mdat. Damaged if there is none."""
    pairs = [(one, other) for one, other in itertools.pairwise(boxes) if (one.kind, other.kind) == (b"moof", b"mdat")]
    if not pairs:
        raise Damaged("has no complete fragment")
    return pairs


def with_key(read: Read, boxes: Sequence[Box], moov: bytes, share: float) -> Pair | None:
    """The last fragment that begins with a key picture, at or before a share of the file; None = none is near."""
    pairs = pairs_of(boxes)
    wanted = min(int(share * len(pairs)), len(pairs) - 1)
    for index in range(wanted, max(wanted - LOOKED_AT, -1), -1):
        moof = pairs[index][0]
        if _begins_with_key(read(moof.offset, min(moof.size, MOOF_LIMIT))[moof.header :], moov):
            return pairs[index]
    return None


def ranges(read: Read, boxes: Sequence[Box], chosen: Pair) -> tuple[Range, ...]:
    """The file as far as it is needed. What lies between is declared free, since offsets may count from the start."""
    kept = [box for box in boxes if box.kind in (b"ftyp", b"moov") or box in chosen]
    made: list[Range] = []
    at = 0
    for box in kept:
        if box.offset > at:
            made.append((at, _free(box.offset - at)))
        made.append((box.offset, read(box.offset, box.size)))
        at = box.end
    return tuple(made)


def _free(size: int) -> bytes:
    """The header of a box that says nothing."""
    if size < 2**32:
        return size.to_bytes(4, "big") + b"free"
    return (1).to_bytes(4, "big") + b"free" + size.to_bytes(8, "big")


def _begins_with_key(moof: bytes, moov: bytes) -> bool:
    track = _picture_track(moov)
    for traf in children(moof, b"traf"):
        header = find(traf, b"tfhd")
        if header is not None and number(header, 4, 4) == track:
            return not _first_flags(traf, header, _default_flags(moov, track)) & NOT_SYNC
    return False


def _picture_track(moov: bytes) -> int:
    for track in children(moov, b"trak"):
        handler, header = find(track, b"mdia", b"hdlr"), find(track, b"tkhd")
        if handler is not None and header is not None and handler[8:12] == b"vide":
            return number(header, 20 if header[:1] == b"\1" else 12, 4)
    raise Damaged("has no picture track")


def _default_flags(moov: bytes, track: int) -> int:
    found = (trex for trex in children(find(moov, b"mvex") or b"", b"trex") if number(trex, 4, 4) == track)
    return number(next(found, b""), 20, 4)


def _first_flags(traf: bytes, header: bytes, default: int) -> int:
    """Of the first sample: its own, else those for the first, for the fragment, for the track."""
    told = number(header, 1, 3)
    if told & 0x20:
        at = 8 + 8 * bool(told & 1) + sum(4 for bit in (2, 8, 0x10) if told & bit)
        default = number(header, at, 4)
    run = find(traf, b"trun")
    if run is None:
        return NOT_SYNC
    bits, at = number(run, 1, 3), 8
    at += 4 * bool(bits & 1)
    if bits & 4:
        return number(run, at, 4)
    return number(run, at + 4 * bool(bits & 0x100) + 4 * bool(bits & 0x200), 4) if bits & 0x400 else default
