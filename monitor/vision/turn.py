"""A view that has been turned about the camera's axis, or zoomed: where its parts have gone tells by how much."""

from typing import NamedTuple

import cv2
import numpy as np

from monitor.vision.sketch import Floats, Sketch

HALF = 2
"""Parts are looked for in pictures of half the width: what has turned by some degrees still matches there."""
BLUR = 1.0
"""Gaussian sigma of the edges' strength, pixels of those."""
PARTS_DOWN, PARTS_ACROSS = 4, 6
PART = 0.36, 0.28
"""Size of a part, share of the picture's; parts overlap."""
FARTHEST, NEARER = 0.13, 0.05
"""How far a part is looked for, share of the width, and how far with the first answer undone."""
LIKE = 0.4
"""Correlation from which a part is believed to have been found."""
AGREE = 1.5
"""Pixels within which parts must agree on the turn, and ..."""
FEWEST, MAJORITY = 5, 0.25
"""... how many, and which share of those found, must."""


class Turn(NamedTuple):
    matrix: Floats  # (2, 3): where a pixel (x, y, 1) of the reference's miniature is now
    agreed: float  # share of the parts that were found that agree on it
    degrees: float  # + = clockwise
    zoom: float  # > 1 = enlarged


def turned(then: Sketch, now: Sketch) -> Turn | None:
    """None where the parts have gone no common way. Looked for again with the first answer undone, since turned parts
    are found less surely. About two milliseconds."""
    before, after = (_strength(one) for one in (then, now))
    first = _common(before, after, FARTHEST)
    if first is None:
        return None
    nearer = _common(before, _back(first[0], after)[0], NEARER)
    matrix, agreed = first if nearer is None else (_after(first[0], nearer[0]), nearer[1])
    whole = matrix.copy()
    whole[:, 2] = HALF * matrix[:, 2] + (HALF - 1) / 2 * (1 - matrix[:, :2].sum(axis=1))
    degrees = float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])))
    return Turn(whole, agreed, degrees, float(np.hypot(matrix[0, 0], matrix[1, 0])))


def _common(before: Floats, after: Floats, far: float) -> tuple[Floats, float] | None:
    """Where the most parts agree to have gone, a matrix as in Turn, and their share of those found."""
    found = [move for corner in _corners(before.shape) if (move := _part(before, after, corner, far)) is not None]
    if len(found) < FEWEST:
        return None
    here, there = np.array([one for one, _ in found], np.float32), np.array([one for _, one in found], np.float32)
    matrix, inside = cv2.estimateAffinePartial2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=AGREE)
    if matrix is None or inside.sum() < max(FEWEST, MAJORITY * len(found)):
        return None
    return np.asarray(matrix), float(inside.mean())


def _after(last: Floats, first: Floats) -> Floats:
    """Both, one after the other."""
    return np.hstack([last[:, :2] @ first[:, :2], last[:, :2] @ first[:, 2:] + last[:, 2:]])


def undone(turn: Turn, grey: Floats) -> tuple[Floats, Floats]:
    """The picture as the reference saw it, and 1 where it shows what the reference did."""
    return _back(turn.matrix, grey)


def _back(matrix: Floats, grey: Floats) -> tuple[Floats, Floats]:
    rows, columns = grey.shape
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    back = cv2.warpAffine(grey, matrix, (columns, rows), flags=how, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(np.ones_like(grey), matrix, (columns, rows), flags=how)
    return back, inside


def _strength(one: Sketch) -> Floats:
    strength = cv2.magnitude(one.across, one.down)
    rows, columns = strength.shape
    small = cv2.resize(strength, (columns // HALF, rows // HALF), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), BLUR)


def _corners(shape: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Top, left, height and width of the parts."""
    rows, columns = shape
    height, width = round(PART[0] * rows), round(PART[1] * columns)
    tops, lefts = np.linspace(0, rows - height, PARTS_DOWN), np.linspace(0, columns - width, PARTS_ACROSS)
    return [(round(top), round(left), height, width) for top in tops for left in lefts]


def _part(
    before: Floats, after: Floats, corner: tuple[int, int, int, int], farthest: float
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The middle of a part then and now, x before y; None when it is not there."""
    top, left, height, width = corner
    far = round(farthest * before.shape[1])
    y, x = max(0, top - far), max(0, left - far)
    there = after[y : top + height + far, x : left + width + far]
    found = cv2.matchTemplate(there, before[top : top + height, left : left + width], cv2.TM_CCOEFF_NORMED)
    _, like, _, (across, down) = cv2.minMaxLoc(found)
    if like < LIKE:
        return None
    middle = left + (width - 1) / 2, top + (height - 1) / 2
    return middle, (middle[0] + x + across - left, middle[1] + y + down - top)
