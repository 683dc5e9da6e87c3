"""Key figures by the formulas of maintenance contracts, each with the share of the time it rests on. Pure.

Formulas and their sources: docs/reference/reports.md.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from monitor.model import FaultKind, Key, Verdict, Window
from monitor.reports.periods import Period

OFFLINE = frozenset({FaultKind.UNREACHABLE, FaultKind.AUTH_FAILED, FaultKind.NO_STREAM, FaultKind.STALLED})
"""No picture comes at all; any other fault is one of an online camera."""
LEAST_HOLD = timedelta(minutes=10)
"""What was seen holds until the next look, but for no longer than this, or three usual pauses where looks are rarer."""
CONCLUSIVE = 0.95
"""A rate that rests on less of its time than this is said to be still collecting."""

Stretch = tuple[float, float]
"""Start and end, UTC epoch seconds."""


class SpanLike(Protocol):
    """Like findings in a row, as the store keeps them."""

    @property
    def verdict(self) -> Verdict: ...
    @property
    def fault(self) -> FaultKind | None: ...
    @property
    def first(self) -> datetime: ...
    @property
    def last(self) -> datetime: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Rate:
    """``good`` of ``judged`` seconds, where ``wanted`` should have been judged."""

    good: float = 0.0
    judged: float = 0.0
    wanted: float = 0.0

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.good + other.good, self.judged + other.judged, self.wanted + other.wanted)

    @property
    def value(self) -> float | None:
        """0 to 1; None when nothing could be judged, which is neither good nor bad."""
        return self.good / self.judged if self.judged > 0 else None

    @property
    def coverage(self) -> float | None:
        """Share of the wanted time that was judged; None when nothing was wanted."""
        return min(1.0, self.judged / self.wanted) if self.wanted > 0 else None

    @property
    def conclusive(self) -> bool:
        return self.value is not None and (self.coverage or 0.0) >= CONCLUSIVE


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch over which one finding is taken to hold."""

    start: float
    end: float
    verdict: Verdict
    fault: FaultKind | None


def wanted(period: Period, windows: Iterable[Window], key: Key, installed: datetime | None = None) -> list[Stretch]:
    """The period without agreed maintenance of this device, and not before its installation."""
    start = max(period.start, installed) if installed else period.start
    left = [(start.timestamp(), period.end.timestamp())] if start < period.end else []
    for window in windows:
        if window.covers(key, window.start):
            end = window.until.timestamp() if window.until else float("inf")
            left = without(left, [(window.start.timestamp(), end)])
    return left


def held(spans: Iterable[SpanLike], until: datetime) -> list[Piece]:
    """Spans of one subject as stretches without overlap: a finding holds until the next look, if that came in time."""
    ordered = sorted(spans, key=lambda span: span.first)
    nexts = [*ordered[1:], None]
    return [
        _piece(span, (then.first if then else until).timestamp()) for span, then in zip(ordered, nexts, strict=False)
    ]


def online(pieces: Sequence[Piece], stretches: Sequence[Stretch]) -> Rate:
    """Online rate: accumulated online time over the judged time. ``pieces`` as :func:`held` gives them."""
    return _rate(pieces, stretches, _judged, lambda piece: piece.fault not in OFFLINE)


def intact(pieces: Sequence[Piece], stretches: Sequence[Stretch], stream: Sequence[Piece] = ()) -> Rate:
    """Picture-intact rate: time with a normal picture over the time with a judged one, of an online camera.

    ``stream``: what :func:`online` is counted by. Time offline lowers the online rate and is not counted here a second
    time, not even where a picture came before the stream stood still.
    """
    away = [piece for piece in stream if piece.fault in OFFLINE]
    return _rate(pieces, stretches, _has_picture, lambda piece: piece.verdict is Verdict.OK, away)


def watched(pieces: Sequence[Piece], stretches: Sequence[Stretch]) -> float:
    """Seconds covered by an ok or a fault verdict."""
    return _rate(pieces, stretches, _judged, _judged).judged


def recorded(
    shares: Mapping[date, float | None], gaps: Sequence[Stretch], period: Period, stretches: Sequence[Stretch]
) -> Rate:
    """Recording completeness: recorded over expected time, day by day, agreed maintenance left out of both.

    ``shares``: day at the site -> share recorded, None = nothing was expected; a missing day is not known.
    """
    total = Rate()
    for day in period.days():
        if day.first_day in shares and shares[day.first_day] is None:
            continue
        total += _recorded_day(shares.get(day.first_day), gaps, day, stretches)
    return total


def _recorded_day(share: float | None, gaps: Sequence[Stretch], day: Period, stretches: Sequence[Stretch]) -> Rate:
    start, end = day.start.timestamp(), day.end.timestamp()
    wanted_seconds = overlap((start, end), stretches)
    if share is None:
        return Rate(wanted=wanted_seconds)
    maintained = without([(start, end)], stretches)
    missed_then = sum(overlap(gap, maintained) for gap in gaps)
    recorded_then = (end - start) - wanted_seconds - missed_then
    good = min(max(share * (end - start) - recorded_then, 0.0), wanted_seconds)
    return Rate(good, wanted_seconds, wanted_seconds)


def overlap(one: Stretch, others: Iterable[Stretch]) -> float:
    """Seconds of ``one`` inside the others, which do not overlap each other."""
    return sum(max(0.0, min(one[1], end) - max(one[0], start)) for start, end in others)


def _piece(span: SpanLike, next_first: float) -> Piece:
    first, last = span.first.timestamp(), span.last.timestamp()
    pause = (last - first) / (span.count - 1) if span.count > 1 else 0.0
    hold = max(LEAST_HOLD.total_seconds(), 3 * pause)
    return Piece(first, min(next_first, last + hold) if next_first > last else last, span.verdict, span.fault)


def _judged(piece: Piece) -> bool:
    return piece.verdict is not Verdict.UNKNOWN


def _has_picture(piece: Piece) -> bool:
    return piece.verdict is not Verdict.UNKNOWN and piece.fault not in OFFLINE


def _rate(
    pieces: Sequence[Piece],
    stretches: Sequence[Stretch],
    counts: Callable[[Piece], bool],
    is_good: Callable[[Piece], bool],
    away: Sequence[Piece] = (),
) -> Rate:
    good = judged = 0.0
    for piece in _touching(pieces, stretches):
        if counts(piece):
            seconds = overlap((piece.start, piece.end), stretches) - _shared(piece, away, stretches)
            judged += seconds
            good += seconds if is_good(piece) else 0.0
    return Rate(good, judged, sum(end - start for start, end in stretches))


def _shared(piece: Piece, others: Sequence[Piece], stretches: Sequence[Stretch]) -> float:
    """Seconds within the stretches in which one of the others held as well."""
    touching = _touching(others, [(piece.start, piece.end)])
    return sum(overlap((max(one.start, piece.start), min(one.end, piece.end)), stretches) for one in touching)


def _touching(pieces: Sequence[Piece], stretches: Sequence[Stretch]) -> Sequence[Piece]:
    """Those that may overlap; both are in order of time, and each without overlap of its own."""
    if not stretches:
        return ()
    first = bisect_left(pieces, stretches[0][0], key=lambda piece: piece.end)
    return pieces[first : bisect_left(pieces, stretches[-1][1], key=lambda piece: piece.start)]


def without(stretches: list[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """What the holes leave of the stretches."""
    for hole in holes:
        parts = [part for start, end in stretches for part in ((start, min(end, hole[0])), (max(start, hole[1]), end))]
        stretches = [part for part in parts if part[0] < part[1]]
    return stretches
