"""Proof of playing: random recorded instants are fetched in part and decoded to a picture."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Deadline, Sample
from monitor.retention import beginnings, drawing, fragments, media, played, program, streams
from monitor.retention.closed import Cache, Instant
from monitor.retention.decoding import decoded
from monitor.retention.tree import Reading, Tree

WHOLE = 1024**2
"""Files up to this size are fetched whole; of larger ones the index and one picture."""
HEAD, TAIL = 4 * 1024**2, 1024**2
"""Of a file that is no MP4, so much of its beginning and of its end is fetched; in that end is a Matroska cluster."""
BEGINNING = 256
ALONE = "is a fragment, and no initialisation segment lies beside it"
BLANK = 64 * 1024
"""So many zeros in a row, an eighth of a small file, are no recording."""
PART_LIMIT = 16 * 1024**2
DECODE_SECONDS = 15.0
MP4_NAMES = (".mp4", ".m4v", ".mov", ".3gp")
KNOWN_NAMES = (
    *(*MP4_NAMES, ".m4s", ".ts", ".mts", ".m2ts", ".mkv", ".webm", ".avi", ".flv", ".mpg", ".mpeg", ".ps"),
    *(".h264", ".264", ".avc", ".h265", ".265", ".hevc", ".mjpeg", ".mjpg"),
)
"""What can be decoded here, so that what cannot is damaged; makers have containers of their own besides."""
ANOTHER_DAY = 26 * 3600.0
"""A creation time this far from the name is of another day in every time zone."""
KEPT_BAD = 8
"""So many files found bad are looked at again at every reading, until they are gone."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched for it; ``reason`` is set when that already decides."""

    chosen: Instant
    ranges: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    size: int = 0
    sample: tuple[int, int] | None = None  # offset and size of the picture to decode; None = the first
    good: bool | None = None
    reason: str = ""
    dated: str = "file time"  # that and its name agree
    guessed: bool = False  # its index may be another's
    timed: bool = True  # it tells itself how long it is


def fetch(tree: Tree, chosen: Sequence[Instant], deadline: Deadline) -> tuple[Fetched, ...]:
    """Fetch what each instant needs; those beyond the deadline, or deleted meanwhile, are left out."""
    fetched = []
    for one in chosen:
        if not deadline.left():
            break
        try:
            fetched.append(_fetch(tree, one))
        except FileNotFoundError:
            continue
        except media.Damaged as damaged:
            fetched.append(Fetched(one, good=False, reason=str(damaged)))
        except OSError as error:
            fetched.append(Fetched(one, reason=f"could not be read ({error.strerror or error})"))
    return tuple(fetched)


def _fetch(tree: Tree, one: Instant) -> Fetched:
    def read(offset: int, length: int) -> bytes:
        return tree.read(one.path, offset, length)

    part = part_of(one, read)
    if one.peer and not part.timed:
        peer = tree.read(one.peer, 0, min(one.peer_size, HEAD))
        _hold_pictures_against(one, part.ranges[0][1], peer)
    return _with_beginning(one, read, beginnings.beside(tree, one.path)) if part.reason == ALONE else part


def _hold_pictures_against(one: Instant, head: bytes, peer: bytes) -> None:
    """A plain stream tells no times, but a camera takes as many pictures a second whether its night is quiet or not."""
    mine, theirs = (
        program.pictures_in(part) / len(part) * size / length
        for part, size, length in ((head, one.size, one.length), (peer or b"-", one.peer_size, one.peer_length))
    )
    if 0 < mine < theirs / 2:
        raise media.Damaged(f"holds {mine / theirs:.0%} of the pictures of the file beside it")


def _with_beginning(one: Instant, read: media.Read, found: Sequence[bytes]) -> Fetched:
    """As a player puts them together. Where several may be its own, one that does not fit accuses nobody."""
    for start in found:
        part = _of_mp4(one, media.behind(start, read), len(start) + one.size, own_index=False)
        if part.ranges:
            return replace(part, guessed=len(found) > 1)
    return Fetched(one, reason=ALONE if not found else "does not fit the initialisation segment beside it")


def part_of(one: Instant, read: media.Read) -> Fetched:
    """What of a file must be fetched to show the instant. Raises media.Damaged, and what ``read`` raises."""
    if one.size > WHOLE:
        return _of_parts(one, read, one.size)
    whole = read(0, one.size)
    return _of_parts(one, lambda offset, length: whole[offset : offset + length], len(whole))


def _of_parts(one: Instant, read: media.Read, size: int) -> Fetched:
    beginning = read(0, BEGINNING)
    named = one.path.lower().endswith(MP4_NAMES) and not streams.is_stream(beginning)
    return _of_mp4(one, read, size) if media.is_mp4(beginning) or named else _of_stream(one, read, size)


def _of_stream(one: Instant, read: media.Read, size: int) -> Fetched:
    """The beginning, whose first picture is decoded; the end and the place of the instant must not be blank."""
    head = read(0, min(size, HEAD))
    if not any(head):
        raise media.Damaged("is filled with zeros")
    tail = head if size <= HEAD else read(size - TAIL, TAIL)
    if streams.is_stream(head) or one.path.lower().endswith(
        (*KNOWN_NAMES, ".dav")
    ):  # a maker's own may be laid out in advance
        _no_blanks(one, read, size, head, tail)
    seconds = streams.seconds_of(head, tail, size, read)
    return Fetched(one, ((0, head),), len(head), reason=_shortness(one, seconds), timed=seconds is not None)


def _no_blanks(one: Instant, read: media.Read, size: int, head: bytes, tail: bytes) -> None:
    blank = min(BLANK, size // 8)
    _not_blank(head[: min(blank, media.BEGINNING)], "begins with zeros")
    _not_blank(tail[-blank:], "ends in zeros")
    share = (one.at - one.start) / one.length if one.length else 0.0
    _not_blank(read(int(share * (size - blank)), blank), "is filled with zeros at that time")


def _not_blank(content: bytes, why: str) -> None:
    if content and not any(content):
        raise media.Damaged(why)


def _of_mp4(one: Instant, read: media.Read, size: int, *, own_index: bool = True) -> Fetched:
    """The index and the key picture at the instant; of a fragmented file, its index and one fragment."""
    boxes = media.walk(read, size)
    moov = next((box for box in boxes if box.kind == b"moov"), None)
    if moov is None:
        return Fetched(one, reason=ALONE)
    if moov.size > media.INDEX_LIMIT:
        raise media.Damaged(f"claims an index of {moov.size} bytes")
    index = read(moov.offset, moov.size)
    header = media.header_of(index[moov.header :])
    if own_index:
        _check_time(one, header)
    within, note = one.at - one.start, _shortness(one, header.seconds)
    if any(box.kind == b"moof" for box in boxes):
        return _of_fragments(one, read, boxes, index[moov.header :], within)
    _ends_well(read, boxes)
    offset, length = media.key_sample(index[moov.header :], min(within, header.seconds or within))
    small = tuple((box.offset, read(box.offset, box.header)) for box in boxes)
    ranges = (*small, (moov.offset, index), (offset, read(offset, length)))
    dated = "file header" if header.created else "file time"
    return Fetched(one, ranges, size, (offset, length), reason=note, dated=dated)


def _ends_well(read: media.Read, boxes: Sequence[media.Box]) -> None:
    """A disk that lost its power may have kept the length of a file and not its last part."""
    for box in [box for box in boxes if box.kind == b"mdat"][-1:]:
        blank = min(BLANK, box.size // 8)
        _not_blank(read(box.end - blank, blank), "ends in zeros")


def _of_fragments(one: Instant, read: media.Read, boxes: Sequence[media.Box], index: bytes, within: float) -> Fetched:
    share = within / one.length if one.length else 0.0
    chosen = fragments.with_key(read, boxes, index, share)
    if chosen is None:
        return Fetched(one, reason="has no key picture near: cannot be judged")
    moof, mdat = chosen
    if moof.size + mdat.size > PART_LIMIT:
        return Fetched(one, reason="has fragments too large to fetch")
    return Fetched(one, fragments.ranges(read, boxes, chosen), mdat.end)


def _check_time(one: Instant, header: media.Header) -> None:
    if header.created is not None and abs(header.created - one.start) > ANOTHER_DAY + one.length:
        made = datetime.fromtimestamp(header.created, ZoneInfo("UTC")).date()
        raise media.Damaged(f"was made on {made}, another day than its name says")


def _shortness(one: Instant, seconds: float | None) -> str:
    """A remark. Damaged where the bytes are missing too: the times alone may be those of another frame rate."""
    if not seconds or one.length <= 10.0 or seconds >= one.length / 2:
        return ""
    words = f"plays {seconds:.0f} of {one.length:.0f} s"
    if one.size < drawing.FAR_SMALLER * one.usual:
        raise media.Damaged(words)
    return words


async def decode_all(fetched: Sequence[Fetched], deadline: Deadline) -> tuple[Sample, ...]:
    """Decode in worker processes what was fetched."""
    return tuple(await asyncio.gather(*(decode(one, deadline) for one in fetched)))


async def decode(one: Fetched, deadline: Deadline) -> Sample:
    """Decode one of them in a worker process."""
    from monitor.vision.recorded import NO_START, UNKNOWN_KIND, playable

    chosen = one.chosen
    if not one.ranges:
        return Sample(chosen.channel, chosen.at, one.good, one.reason)
    within = deadline.within(DECODE_SECONDS)
    sample = await decoded(chosen.channel, chosen.at, within, playable, one.ranges, one.size, one.sample)
    if sample.good:
        return replace(sample, reason=one.reason, dated=one.dated)
    if one.guessed and sample.good is False:
        return replace(
            sample, good=None, reason=f"{sample.reason} with the likeliest of several initialisation segments"
        )
    foreign = sample.reason == UNKNOWN_KIND and not chosen.path.lower().endswith(KNOWN_NAMES)
    if foreign or sample.reason == NO_START:
        return replace(sample, good=None)
    return sample


def remembered(reading: Reading, fetched: Sequence[Fetched], samples: Sequence[Sample], timezone: str) -> Cache:
    """What the next reading should know: samples taken today, all of the last days, and files found bad."""
    today = str(datetime.fromtimestamp(reading.at, ZoneInfo(timezone)).date())
    taken = Counter({key: count for key, count in reading.cache.proved.items() if key.endswith(today)})
    taken.update(f"{sample.channel} {today}" for sample in samples)
    held = played.held_in(reading.channels, reading.at)
    judged = {one.chosen: sample for one, sample in zip(fetched, samples, strict=True) if sample.good is not None}
    left = [one for one in reading.cache.bad if one not in judged and held(one.channel, one.at)]
    bad = [*(one for one, sample in judged.items() if not sample.good), *left]
    kept = played.with_new(reading.cache.played, samples, held)
    return replace(reading.cache, proved=dict(taken), bad=bad[:KEPT_BAD], played=kept)
