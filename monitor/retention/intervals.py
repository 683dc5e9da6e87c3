"""Sets of stretches of time as sorted, disjoint (n, 2) float arrays of UTC epoch seconds. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Stretches = NDArray[np.float64]
"""Shape (n, 2): start, end; sorted, disjoint, every end after its start."""

EMPTY: Stretches = np.empty((0, 2))


def merge(starts: NDArray[np.float64], ends: NDArray[np.float64], join: float = 0.0) -> Stretches:
    """Unite overlapping stretches, and those at most ``join`` seconds apart; empty and backward ones are dropped."""
    real = ends > starts
    if not real.all():
        starts, ends = starts[real], ends[real]
    if not len(starts):
        return EMPTY
    if (starts[1:] < starts[:-1]).any():
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
    reach = np.maximum.accumulate(ends)
    opens = np.flatnonzero(starts[1:] > reach[:-1] + join) + 1
    firsts = np.concatenate(([0], opens))
    lasts = np.concatenate((opens - 1, [len(starts) - 1]))
    return np.column_stack((starts[firsts], reach[lasts]))


def of_pairs(pairs: Sequence[tuple[float, float]]) -> Stretches:
    """The set of some (start, end) pairs, which may overlap."""
    if not pairs:
        return EMPTY
    columns = np.asarray(pairs, dtype=np.float64)
    return merge(columns[:, 0], columns[:, 1])


def intersect(one: Stretches, other: Stretches) -> Stretches:
    """What lies in both."""
    if not len(one) or not len(other):
        return EMPTY
    first = np.searchsorted(other[:, 1], one[:, 0], side="right")
    past = np.searchsorted(other[:, 0], one[:, 1], side="left")
    counts = np.maximum(past - first, 0)
    mine = np.repeat(np.arange(len(one)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    theirs = np.repeat(first, counts) + within
    starts = np.maximum(one[mine, 0], other[theirs, 0])
    ends = np.minimum(one[mine, 1], other[theirs, 1])
    return np.column_stack((starts, ends))


def subtract(one: Stretches, other: Stretches) -> Stretches:
    """What lies in ``one`` and not in ``other``."""
    if not len(one) or not len(other):
        return one
    starts = np.concatenate(([-np.inf], other[:, 1]))
    ends = np.concatenate((other[:, 0], [np.inf]))
    return intersect(one, np.column_stack((starts, ends)))


def clip(stretches: Stretches, start: float, end: float) -> Stretches:
    """The part between two instants."""
    return intersect(stretches, np.array([[start, end]])) if end > start else EMPTY


def length(stretches: Stretches) -> float:
    """Seconds in all."""
    return float((stretches[:, 1] - stretches[:, 0]).sum())


def lengths_between(stretches: Stretches, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds of the set between each two neighbouring edges; one value fewer than edges."""
    if not len(stretches):
        return np.zeros(len(edges) - 1)
    lengths = stretches[:, 1] - stretches[:, 0]
    done = np.cumsum(lengths)
    levels = np.column_stack((done - lengths, done)).ravel()
    return np.diff(np.interp(edges, stretches.ravel(), levels))
