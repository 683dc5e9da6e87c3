"""From names and file times to instants: the recorder's zone, summer time, and when a file ends. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

QUARTER = 900.0
"""No zone changes its offset more finely than on quarters of an hour."""
SECOND_PASS = 3600.0
"""A file that ends more than this after its name, read as the first pass of a repeated hour, is of the second."""
TRUSTED_SHARE = 0.8
"""So many file times must fit their names before the others are believed."""
NO_ZONE = 1750.0
"""A steady difference of name and file time below this is the length of files: zones are half an hour apart."""
STEADY = 0.1

Instants = NDArray[np.float64]


def to_utc(walls: Instants, mtimes: Instants, timezone: str) -> Instants:
    """UTC epoch seconds of wall clock readings.

    In the hour that autumn repeats, the file time tells the first pass from the second: a file is written after
    the time in its name, and within an hour of it.
    """
    first, second = _offsets(walls, timezone)
    early, late = walls - first, walls - second
    return np.where((late > early) & (mtimes - early > SECOND_PASS), late, early)


def _offsets(walls: Instants, timezone: str) -> tuple[Instants, Instants]:
    """Zone offsets of wall clock readings, seconds east of UTC, for the first and the second pass."""
    if timezone == "UTC":
        return np.zeros(len(walls)), np.zeros(len(walls))
    zone = ZoneInfo(timezone)
    quarters, where = np.unique(np.floor(walls / QUARTER), return_inverse=True)
    readings = [datetime(1970, 1, 1) + timedelta(seconds=float(quarter) * QUARTER) for quarter in quarters]  # noqa: DTZ001 - a wall clock reading has no zone yet
    first, second = (
        np.array([_offset(reading.replace(tzinfo=zone, fold=fold)) for reading in readings]) for fold in (0, 1)
    )
    return first[where], second[where]


def _offset(moment: datetime) -> float:
    offset = moment.utcoffset()
    assert offset is not None
    return offset.total_seconds()


def typical_length(starts: Instants, mtimes: Instants) -> float | None:
    """The usual length of a file, seconds; None for fewer than two files. ``starts`` is sorted.

    That is the usual time from one file to the next, unless the file times show that files overlap, as those of two
    streams in one folder do.
    """
    steps = np.diff(starts)
    steps = steps[steps > 0]
    if not len(steps):
        return None
    typical, length = float(np.median(steps)), float(np.median(mtimes - starts))
    return length if length > 1.25 * typical and _overlap(steps, mtimes - starts, length) else typical


def _overlap(steps: Instants, lengths: Instants, length: float) -> bool:
    """Whether the steady length of all files is really theirs. Two streams begin their files in pairs."""
    if np.median(np.abs(lengths - length)) > STEADY * length:
        return False
    near, far = np.quantile(steps, (0.25, 0.75))
    in_pairs = near < STEADY * far and abs(length - (near + far)) <= STEADY * length
    return bool(length <= NO_ZONE or in_pairs)


def fitting(starts: Instants, mtimes: Instants, typical: float | None) -> NDArray[np.bool_]:
    """Which file times can be the end of what their names begin.

    A file is written at least once after it began, and by a recorder that never pauses about one file length later. A
    copied tree, with the time of copying in every file, does not fit.
    """
    longest = 6 * 3600.0 if typical is None else max(2 * typical, typical + 60.0)
    lengths = mtimes - starts
    return (lengths >= -1.0) & (lengths <= longest)


def name_shift(starts: Instants, mtimes: Instants, typical: float | None) -> float:
    """Whole quarters of an hour by which all names are ahead of (+) or behind (-) the file times, up to 14 hours.

    That is the trace of a wrong ``layout_timezone``. 0.0 if names and file times fit, or differ irregularly.
    """
    if len(starts) < 3 or fitting(starts, mtimes, typical).mean() >= 0.5:
        return 0.0
    late = mtimes - starts - (typical or 0.0)
    middle = float(np.median(late))
    shift = round(middle / QUARTER) * QUARTER
    steady = np.median(np.abs(late - middle)) <= max(typical or 0.0, 60.0)
    return -shift if steady and abs(shift) <= 14 * 3600.0 else 0.0


def ends(starts: Instants, mtimes: Instants, rule: str | float, now: float, typical: float | None = None) -> Instants:
    """When each file ends; NaN = still open. ``starts`` is sorted, ``now`` is by the recorder's clock.

    rule: "mtime", "next" (the start of the next file), a length in seconds, or "auto": the file times if nearly all
    of them fit the names, else the next file. typical: the usual length, if it is known better than from these files.
    """
    if not len(starts):
        return starts
    if isinstance(rule, float | int):
        return starts + float(rule)
    typical = typical or typical_length(starts, mtimes)
    fits = fitting(starts, mtimes, typical)
    by_next = _by_next(starts, typical, now)
    if rule == "next" or (rule == "auto" and fits.mean() < TRUSTED_SHARE):
        return by_next
    return np.where(fits, mtimes, by_next)


def _by_next(starts: Instants, typical: float | None, now: float) -> Instants:
    """The start of the next file, unless that is too far off for one file; the newest is open while it can be."""
    length = typical or 60.0
    following = np.append(starts[1:], np.inf)
    made = np.where(following - starts <= 1.5 * length + 5.0, following, starts + length)
    if len(made) and 0 <= now - starts[-1] <= 2 * length:
        made[-1] = np.nan
    return made
