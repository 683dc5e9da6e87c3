"""The model of retention: what was kept of what should have been, per day and in all. Pure; times are UTC epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from monitor.limits import RecordingLimits
from monitor.model import Channel, Segment
from monitor.retention import intervals
from monitor.retention.calendar import expected, local_days
from monitor.retention.intervals import Stretches

DAY = 86400.0
LOOK_BACK_DAYS = 400.0
"""Recordings older than this count for the span alone: a stray file of 1970 must not cost a search of 20,000 days."""
LONGEST_SEGMENT = 2 * 3600.0
"""No recorder is waited for longer than this to complete a file."""
RATE_DAYS = 7.0
"""The write rate is a mean over so many days: a whole week, so that a weekend or one busy night moves it little."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day on the wall clock of the site, as far as it lies in the required window."""

    date: date
    start: float
    end: float
    expected: float  # seconds
    recorded: float  # seconds of the expected ones

    @property
    def coverage(self) -> float | None:
        """Share recorded, 0 to 1; None when nothing was expected."""
        return self.recorded / self.expected if self.expected > 0 else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the recordings of one camera amount to. None = there is no such figure, never zero."""

    required_days: float
    window: tuple[float, float]
    span: float | None = None  # now - oldest, seconds
    depth: float | None = None  # back to the end of the last real gap, seconds
    coverage: float | None = None
    days: tuple[Day, ...] = ()
    gaps: Stretches = field(default_factory=lambda: intervals.EMPTY)  # in the window, longer than gap_ignore
    oldest: float | None = None
    newest: float | None = None  # end of the newest recording, those of the future left out
    silent: float = 0.0  # expected seconds since the newest recording
    future: float | None = None  # end of the farthest recording of the future
    bytes_per_day: float | None = None
    recorded_bytes: int | None = None
    event_pause: float | None = None  # 99th percentile of the pauses between events, seconds

    @property
    def longest_gap(self) -> float | None:
        if self.coverage is None:
            return None
        return float((self.gaps[:, 1] - self.gaps[:, 0]).max()) if len(self.gaps) else 0.0


def measure(
    segments: Sequence[Segment],
    channel: Channel,
    limits: RecordingLimits,
    timezone: str,
    now: float,
    excused: Sequence[tuple[float, float]] = (),
    segment_seconds: float | None = None,
) -> Coverage:
    """Hold the segments of one camera against what it should have recorded.

    The window is [now - required days, now - lag], later if the camera was installed later; the lag is at least one
    file where files show only when they are complete (``segment_seconds``). What lies before the
    oldest recording lowers the coverage but is no gap: it is a short span.
    """
    starts, ends, sizes = columns(segments, now)
    past = ends <= now + limits.future
    future = float(ends.max()) if not past.all() else None
    starts, ends, sizes = starts[past], ends[past], sizes[past]
    window = _window(channel, limits, now, segment_seconds)
    recorded = intervals.merge(starts, ends, limits.join)
    if not len(recorded):
        return _nothing(channel, limits, timezone, window, excused, future)
    made = _held_against(recorded, channel, limits, timezone, now, excused, window)
    rate, total = _rate(starts, ends, sizes, now), _total(sizes)
    return replace(made, future=future, bytes_per_day=rate, recorded_bytes=total)


def _held_against(
    recorded: Stretches,
    channel: Channel,
    limits: RecordingLimits,
    timezone: str,
    now: float,
    excused: Sequence[tuple[float, float]],
    window: tuple[float, float],
) -> Coverage:
    oldest, newest = float(recorded[0, 0]), float(recorded[-1, 1])
    back = max(min(oldest, window[0]), now - LOOK_BACK_DAYS * DAY)
    wanted = _wanted(channel, back, window[1], timezone, excused)
    missing = intervals.subtract(wanted, recorded)
    gaps = _longer(intervals.clip(missing, oldest, window[1]), limits.gap_ignore)
    in_window = intervals.clip(wanted, *window)
    wanted_seconds = intervals.length(in_window)
    kept = intervals.intersect(in_window, recorded)
    silent = intervals.length(intervals.clip(wanted, newest, window[1]))
    continuous = not channel.event_only
    return Coverage(
        required_days=limits.retention_days,
        window=window,
        span=now - oldest,
        depth=_depth(gaps, oldest, silent, limits, now) if continuous else None,
        coverage=intervals.length(kept) / wanted_seconds if continuous and wanted_seconds else None,
        days=_days(in_window, kept, window, timezone),
        gaps=intervals.clip(gaps, *window) if continuous else intervals.EMPTY,
        oldest=oldest,
        newest=newest,
        silent=silent,
        event_pause=_pause(recorded),
    )


def columns(
    segments: Sequence[Segment], now: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Starts, ends and sizes (NaN = unknown) of segments; an open one ends now."""
    count = len(segments)
    starts = np.fromiter(map(attrgetter("start"), segments), np.float64, count)
    ends = np.array(list(map(attrgetter("end"), segments)), dtype=np.float64)  # None becomes NaN
    sizes = np.array(list(map(attrgetter("size"), segments)), dtype=np.float64)
    return starts, np.where(np.isnan(ends), np.maximum(starts, now), ends), sizes


def _window(
    channel: Channel, limits: RecordingLimits, now: float, segment_seconds: float | None
) -> tuple[float, float]:
    start = now - limits.retention_days * DAY
    if channel.installed is not None:
        start = max(start, channel.installed.timestamp())
    lag = max(limits.lag, min(segment_seconds or 0.0, LONGEST_SEGMENT))
    return start, max(now - lag, start)


def _wanted(
    channel: Channel, start: float, end: float, timezone: str, excused: Sequence[tuple[float, float]]
) -> Stretches:
    wanted = expected(channel.schedule, start, end, timezone)
    return intervals.subtract(wanted, intervals.of_pairs(excused))


def _nothing(
    channel: Channel,
    limits: RecordingLimits,
    timezone: str,
    window: tuple[float, float],
    excused: Sequence[tuple[float, float]],
    future: float | None,
) -> Coverage:
    wanted = _wanted(channel, *window, timezone, excused)
    days = _days(wanted, intervals.EMPTY, window, timezone)
    silent = intervals.length(wanted)
    if channel.event_only or not silent:
        return Coverage(limits.retention_days, window, days=days, silent=silent, future=future)
    return Coverage(limits.retention_days, window, None, 0.0, 0.0, days, wanted, silent=silent, future=future)


def _longer(stretches: Stretches, seconds: float) -> Stretches:
    return stretches[stretches[:, 1] - stretches[:, 0] > seconds]


def _depth(gaps: Stretches, oldest: float, silent: float, limits: RecordingLimits, now: float) -> float:
    """Back to the end of the latest real gap, 0 when recording has stopped."""
    if silent > limits.gap_warn:
        return 0.0
    real = gaps[gaps[:, 1] - gaps[:, 0] >= limits.gap_fail]
    return now - (float(real[-1, 1]) if len(real) else oldest)


def _days(wanted: Stretches, kept: Stretches, window: tuple[float, float], timezone: str) -> tuple[Day, ...]:
    days = local_days(*window, timezone)
    edges = np.array([days[0][1], *(end for _, _, end in days)])
    amounts = zip(days, intervals.lengths_between(wanted, edges), intervals.lengths_between(kept, edges), strict=True)
    return tuple(Day(day, start, end, float(wants), float(has)) for (day, start, end), wants, has in amounts)


def _rate(
    starts: NDArray[np.float64], ends: NDArray[np.float64], sizes: NDArray[np.float64], now: float
) -> float | None:
    """Bytes a day over the last week, or since the oldest recording if that is younger."""
    since = max(now - RATE_DAYS * DAY, float(starts.min()))
    if np.isnan(sizes).any() or now - since <= 0:
        return None
    lengths = np.maximum(ends - starts, 1e-6)
    shares = np.clip((np.minimum(ends, now) - np.maximum(starts, since)) / lengths, 0.0, 1.0)
    return float((sizes * shares).sum()) / (now - since) * DAY


def _total(sizes: NDArray[np.float64]) -> int | None:
    return None if np.isnan(sizes).any() else int(sizes.sum())


def _pause(recorded: Stretches) -> float | None:
    pauses = recorded[1:, 0] - recorded[:-1, 1]
    return float(np.quantile(pauses, 0.99)) if len(pauses) else None
