"""Calibration of a recorder's clock: from its own word and from its newest recording. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from monitor.retention import intervals

NETWORK = 2.0
"""A clock read over a network may seem so many seconds off."""
NOW_SLACK = 60.0
"""How far past now the newest recording may end on a right clock: facts of the field, 7.4."""


@dataclass(frozen=True, slots=True)
class Newest:
    """Where one channel's recording stands, by the recorder's clock."""

    end: float  # of the stretch that reaches the present or comes nearest to it
    length: float  # typical seconds of one segment
    written: float = -np.inf  # newest file time, where files have one


@dataclass(frozen=True, slots=True)
class Calibration:
    """``shift`` is added to recorder times to make them ours; with a ``contradiction`` nothing may be judged."""

    shift: float = 0.0
    offset: float | None = None  # recorder minus ours, seconds; None = not known
    note: str = ""
    contradiction: str = ""


def newest_of(stretches: intervals.Stretches, length: float, now: float, written: float = -np.inf) -> Newest | None:
    """The end of what was recorded up to now; a stray file of the future, apart from the rest, does not count."""
    reached = stretches[stretches[:, 0] <= now]
    if len(reached):
        return Newest(float(reached[-1, 1]), length, written)
    return Newest(float(stretches[-1, 1]), length, written) if len(stretches) else None


def calibrate(
    newest: Sequence[Newest],
    now: float,
    asked: float | None,
    timezone: str,
    grown: float | None = None,
) -> Calibration:
    """Find the recorder's offset.

    asked: seconds its clock is ahead of ours, if it could be asked. timezone: of the site. grown: seconds by which the
    newest recording moved on since the last reading, if there was one.
    """
    if asked is not None:
        return _by_clock(newest, now, asked)
    if not newest:
        return Calibration()
    best = max(newest, key=lambda one: one.end)
    ahead = best.end - now
    if ahead > NOW_SLACK:
        return Calibration(-ahead, ahead, "the newest recording runs ahead of now: the recorder's clock is fast")
    if -ahead <= 2 * best.length + NOW_SLACK:
        return Calibration(offset=None, note="no clock to ask; the newest recording fits now")
    return _stale(best, now, timezone, grown)


def _by_clock(newest: Sequence[Newest], now: float, offset: float) -> Calibration:
    device_now = now + offset
    best = max(newest, key=lambda one: one.end, default=None)
    ahead = best.end - device_now if best else 0.0
    if best is None or ahead <= NOW_SLACK:
        return Calibration(0.0 if abs(offset) <= NETWORK else -offset, offset)
    if best.written - device_now > NOW_SLACK:
        words = "names and file times run ahead of now: what writes them has another clock"
        return Calibration(-(offset + ahead), offset + ahead, words)
    words = f"recordings end {ahead:.0f} s after the recorder's own clock: check layout_timezone"
    return Calibration(0.0, offset, contradiction=words)


def _stale(best: Newest, now: float, timezone: str, grown: float | None) -> Calibration:
    """Nothing is recent, and there is no clock to ask: stopped, another zone, or slow?"""
    behind = now - best.end
    if grown is not None and grown > 0:
        return Calibration(
            behind, -behind, "the newest recording moves on, but behind now: the recorder's clock is slow"
        )
    for hours in _zone_offsets(now, timezone):
        if grown is None and abs(behind - abs(hours)) <= best.length + NOW_SLACK:
            words = f"the newest recording ends {behind:.0f} s ago, as if its zone were wrong, or recording stopped"
            return Calibration(contradiction=words)
    return Calibration(note="no clock to ask; the newest recording is old")


def _zone_offsets(now: float, timezone: str) -> set[float]:
    """What the standard and the summer time of a zone differ from UTC by, without 0."""
    year = datetime.fromtimestamp(now, UTC).year
    found = {datetime(year, month, 1, tzinfo=ZoneInfo(timezone)).utcoffset() for month in (1, 7)}
    return {offset.total_seconds() for offset in found if offset} - {0.0}
