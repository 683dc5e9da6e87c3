"""What a camera's files are usually like, kept from look to look: the few that a later look lists cannot tell. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.retention import instants
from monitor.retention.layout import Parsed
from monitor.retention.pieces import Files

ENOUGH = 20
"""So many files of a camera tell their usual length by themselves; fewer may be of days far apart."""


class Habit(NamedTuple):
    """Of one camera; times by the recorder's clock."""

    typical: float  # seconds of one file
    ahead: float  # seconds by which the names are ahead of the file times
    newest: float  # start of the newest file
    whole: bool  # that one is as long as they usually are: the next one may not show yet


Habits = Mapping[str, Habit]


def typical_of(known: Habit | None, count: int) -> float | None:
    """What is known of the length, where that many files are too few; None = let them tell."""
    return known.typical if known is not None and count < ENOUGH else None


def ahead_of(parsed: Parsed, starts: NDArray[np.float64], channels: tuple[str, ...], habits: Habits) -> float:
    """By how many seconds the names of all cameras are ahead of the file times; 0.0 where they differ."""
    found = set()
    for index in np.flatnonzero(np.bincount(parsed.channels)).tolist():
        mine = np.flatnonzero(parsed.channels == index)
        mine = mine[np.argsort(starts[mine])]
        found.add(_ahead(starts[mine], parsed.mtimes[mine], habits.get(channels[index])))
    return found.pop() if len(found) == 1 else 0.0


def _ahead(starts: NDArray[np.float64], mtimes: NDArray[np.float64], known: Habit | None) -> float:
    typical = typical_of(known, len(starts))
    if known is not None and typical and instants.fitting(starts - known.ahead, mtimes, typical).mean() >= 0.5:
        return known.ahead
    return instants.name_shift(starts, mtimes, typical or instants.typical_length(starts, mtimes))


def learned(habits: Habits, files: Mapping[str, Files], ahead: float) -> dict[str, Habit]:
    """With what the files listed now tell."""
    made = dict(habits)
    for name, mine in files.items():
        known = made.get(name)
        if not len(mine) or (len(mine) < 2 and known is None):
            continue
        newest = float(mine.starts[-1])
        if known is not None and newest < known.newest:
            newest, whole = known.newest, known.whole
        else:
            whole = mine.is_whole
        made[name] = Habit(mine.typical, ahead, newest, whole)
    return made
