"""Movement on a coarse grid, and the burnt-in clock found by what it does: the same few cells change every time."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from monitor.vision.decode import Plane

ACROSS, DOWN = 60, 30
"""Cells; at 480 wide each is 8 x 9 pixels, about the size of two clock digits."""
CHANGED = 4
"""Grey levels by which a cell's mean has changed."""
ALWAYS = 0.7
"""Share of the steps at which a clock's cells change."""
MOST_CELLS = 0.06
"""A clock covers no more of the picture than this."""
MOST_ROWS = 4
STEPS = 5
"""Pictures in a row, less one, before a place can be called a clock."""

Cells = np.ndarray[Any, Any]  # (DOWN, ACROSS) bool


def grid(grey: Plane) -> Plane:
    """(DOWN, ACROSS) uint8 cell means of the small grey picture."""
    return cv2.resize(grey, (ACROSS, DOWN), interpolation=cv2.INTER_AREA)


def movement(a: Plane, b: Plane, left_out: Cells) -> float:
    """The third largest change of a cell, grey levels: one or two cells may be a flicker of the encoder."""
    return movements(a[None], b, left_out)[0]


def movements(many: Plane, one: Plane, left_out: Cells) -> list[float]:
    """The same for each of many grids, (n, DOWN, ACROSS), against one."""
    change = _change(many, one)[:, ~left_out]
    if change.shape[1] < 3:
        return [0.0] * len(many)
    rows = np.arange(len(many))
    for _ in range(2):  # a partition of bytes is several times as slow
        change[rows, change.argmax(axis=1)] = 0
    return [float(third) for third in change[rows, change.argmax(axis=1)]]


def _change(a: Plane, b: Plane) -> Plane:
    return np.maximum(a, b) - np.minimum(a, b)  # OpenCV's absdiff takes no stacks


def bands(top: float, bottom: float, masks: Sequence[tuple[float, float, float, float]]) -> Cells:
    """Cells above ``top`` and below ``bottom`` (shares of the height) and under the masks."""
    left_out = np.zeros((DOWN, ACROSS), bool)
    left_out[: int(np.ceil(top * DOWN))] = True
    left_out[int(bottom * DOWN) :] = True
    for x0, y0, x1, y1 in masks:
        left_out[int(y0 * DOWN) : int(np.ceil(y1 * DOWN)), int(x0 * ACROSS) : int(np.ceil(x1 * ACROSS))] = True
    return left_out


def clock(grids: Plane) -> Cells:
    """Cells of a burnt-in clock: a small, flat strip whose cells change at nearly every step; none when unsure.

    ``grids``: (n, DOWN, ACROSS), one after the other.
    """
    none = np.zeros((DOWN, ACROSS), bool)
    if len(grids) <= STEPS:
        return none
    steps = _change(grids[1:], grids[:-1]) >= CHANGED
    ticking = np.add.reduce(steps, axis=0, dtype=np.int16) / len(steps) >= ALWAYS
    if not ticking.any() or ticking.mean() > MOST_CELLS:
        return none
    rows = np.flatnonzero(ticking.any(axis=1))
    if rows[-1] - rows[0] >= MOST_ROWS:
        return none
    # Minutes and tens of seconds stand beside the ticking seconds and change less often.
    around = cv2.dilate(ticking.astype(np.uint8), np.ones((3, 21), np.uint8)).astype(bool)
    return np.asarray(around)
