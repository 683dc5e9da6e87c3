"""Reading recorders that list their recordings on request: what is settled comes from memory, the rest is asked."""

import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from monitor.model import Channel, ChannelRecordings, Deadline, Outcome, Segment
from monitor.protocols.errors import DeviceError

DAY = 86400.0
SETTLED = 1800.0
"""What ended longer ago than this is written for good; longer than the files of any recorder seen."""
AHEAD = 86400.0
"""How far past now is asked: recordings of the future show a wrong clock."""
BEYOND_DAYS = 1.0
"""So much more than the required days is read, so that the oldest recording is seen to be older."""
ENDING = 2.0
"""Seconds kept back for closing the connection and saying what was seen."""
LEAST = 1.0
"""With fewer seconds left no further channel is begun."""
SAME_SHIFT = 30.0
"""Days read while the recorder's clock was off by another amount than now are not read again."""
GOES_ON = frozenset({Outcome.INCOMPLETE, Outcome.NOT_FOUND, Outcome.FORBIDDEN, Outcome.SERVER_ERROR}) | frozenset(
    {Outcome.PROTOCOL, Outcome.TOO_LARGE, Outcome.UNSUPPORTED}
)
"""Failures that concern one channel; after any other the recorder is not asked further in this look."""
ENDS_ALL = frozenset({Outcome.AUTH, Outcome.AUTH_MISSING, Outcome.AUTH_RESTING, Outcome.LOCKED})


class Piece(NamedTuple):
    """A stretch of recording, UTC epoch seconds."""

    start: float
    end: float
    size: int | None
    kind: str = "continuous"


@dataclass(slots=True)
class Day:
    """One UTC day of one channel: all that begins before ``until`` is known for good."""

    until: float
    shift: float = 0.0  # of the recorder's clock when it was read
    pieces: list[Piece] = field(default_factory=list)


Days = dict[int, Day]
"""By day number: epoch // 86400."""


@dataclass(slots=True)
class Known:
    """What a reader keeps between looks."""

    name: str  # tells the memories of different configurations apart
    channels: dict[str, Days] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)  # what the kind keeps beside


class Source(Protocol):
    """A recorder that answers which recordings it has."""

    @property
    def shift(self) -> float:
        """Seconds its clock is ahead, taken off its times."""

    async def segments(self, channel: str, start: float, end: float) -> Sequence[Segment]:
        """Recordings that begin in [start, end), UTC epoch seconds, in any order. Raises DeviceError."""


Read = Callable[[Channel, Days], Awaitable[tuple[Segment, ...]]]
"""Reads one channel and brings its days up to date, as :func:`read_channel` does. Raises DeviceError."""


async def read_channels(
    read: Read, channels: Iterable[Channel], known: Known, deadline: Deadline
) -> tuple[ChannelRecordings, ...]:
    """Every channel as far as the time goes. Raises DeviceError only for a refused or locked login."""
    made: list[ChannelRecordings] = []
    stop = ""
    for channel in channels:
        if not stop and deadline.left() < LEAST:
            stop = "not read yet: the time was up; the next look goes on from here"
        segments, why = None, stop
        if not stop:
            segments, why, stop = await _read_one(read, channel, known)
        made.append(ChannelRecordings(channel.channel, segments, why))
    return tuple(made)


async def _read_one(read: Read, channel: Channel, known: Known) -> tuple[tuple[Segment, ...] | None, str, str]:
    """The recordings, or why there are none, and why to ask no further ("" = go on)."""
    try:
        return await read(channel, known.channels.setdefault(channel.channel, {})), "", ""
    except DeviceError as failed:
        if failed.outcome in ENDS_ALL:
            raise
        return None, failed.reason, "" if failed.outcome in GOES_ON else failed.reason


async def read_channel(source: Source, channel: Channel, days: Days, now: float) -> tuple[Segment, ...]:
    """The recordings of one channel: what is settled from ``days``, which is brought up to date, and what is not."""
    first = int((now - (channel.limits.recording.retention_days + BEYOND_DAYS) * DAY) // DAY)
    for gone in [number for number in days if number < first]:
        del days[gone]
    loose: list[Segment] = []
    fresh: set[int] = set()

    async def ask(start: float, end: float) -> None:
        found = await source.segments(channel.channel, start, end)
        loose.extend(_fold(days, found, start, end, now, channel.limits.recording.join, source.shift))
        fresh.update(range(int(start // DAY), int((end - 1) // DAY) + 1))

    for start, end in _spans(_wanted(days, first, now, source.shift)):
        await ask(start, end)
    # Recorders delete from the oldest end: what is remembered there is looked at until some of it is still there.
    while (oldest := _oldest(days, source.shift)) is not None and oldest not in fresh:
        await ask(oldest * DAY, (oldest + 1) * DAY)
    settled = [Segment(*piece) for number in sorted(days) for piece in days[number].pieces]
    return (*settled, *sorted(loose, key=lambda one: one.start))


def _wanted(days: Days, first: int, now: float, shift: float) -> Iterator[tuple[float, float]]:
    """The stretches to ask for: what is not settled, and one day at random."""
    closed = _closed(days, shift)
    again = random.choice(closed) if closed else None  # noqa: S311 - which day is no secret
    today = int(now // DAY)
    for number in range(first, today + 1):
        begin, end = number * DAY, (number + 1) * DAY
        known = days.get(number)
        if known is None or number == again:
            yield begin, end + (AHEAD if number == today else 0.0)
        elif known.until < end:
            yield known.until, end + (AHEAD if number == today else 0.0)


def _closed(days: Days, shift: float) -> list[int]:
    """Days that are over and may be read again, the oldest first."""
    over = (number for number, day in days.items() if day.until >= (number + 1) * DAY)
    return sorted(number for number in over if abs(days[number].shift - shift) <= SAME_SHIFT)


def _oldest(days: Days, shift: float) -> int | None:
    return next((number for number in _closed(days, shift) if days[number].pieces), None)


def _spans(wanted: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Neighbouring stretches as one: fewer requests."""
    begun: tuple[float, float] | None = None
    for start, end in wanted:
        if begun is not None and begun[1] == start:
            begun = (begun[0], end)
            continue
        if begun is not None:
            yield begun
        begun = (start, end)
    if begun is not None:
        yield begun


def _fold(
    days: Days, found: Sequence[Segment], start: float, end: float, now: float, join: float, shift: float
) -> list[Segment]:
    """Lay what is settled into its days; returns the rest."""
    cut = min([now - SETTLED, *(one.start for one in found if one.end is None or one.end > now - SETTLED)])
    mine = [one for one in found if start <= one.start < end]
    for number in range(int(start // DAY), int(min(end - 1, now) // DAY) + 1):
        begin, over = max(start, number * DAY), (number + 1) * DAY
        until = min(over, max(cut, begin))
        old = days[number].pieces if number in days and begin > number * DAY else []
        new = [Piece(one.start, one.end or one.start, one.size, one.kind) for one in mine if begin <= one.start < until]
        days[number] = Day(until, shift, merged([*old, *new], join))
    return [one for one in mine if one.start >= cut]


def merged(pieces: Iterable[Piece], join: float) -> list[Piece]:
    """Sorted; those of one kind that touch, or lie at most ``join`` seconds apart, are one."""
    made: list[Piece] = []
    for piece in sorted(pieces, key=lambda one: one[:2]):
        last = made[-1] if made else None
        if last is None or piece.start > last.end + join or piece.kind != last.kind:
            made.append(piece)
            continue
        size = None if last.size is None or piece.size is None else last.size + piece.size
        made[-1] = Piece(last.start, max(last.end, piece.end), size, last.kind)
    return made
