"""A picture that no lens made: one even ground, and on it nothing or the few letters that say what is missing."""

from typing import NamedTuple

import cv2
import numpy as np

from monitor.vision.decode import Picture, Plane
from monitor.vision.sketch import Floats, Sketch
from monitor.vision.work import smaller

WIDTH = 960
"""Pixels the letters are looked for at, or fewer: captions of a fiftieth of the height can be made out at it."""
NEAR = 10
"""Grey levels around the commonest one that are the ground."""
GROUND, GROUND_SPREAD = 0.8, 2.5
"""Share and spread of a ground that is worth looking for letters on."""
RULED = 2.0
"""Grey levels within which a row (column) of tiles is one level: so are the rows of a card's slope of colour."""
INK, INK_SHARE = 10.0, 0.4
"""Difference from the ground, grey levels, and share of the greatest one, from which it is ink."""
STRAY, STRAY_SHARE = 2.0, 0.005
"""So much off the ground away from all ink, for more than this share of the picture, is light: letters shed none."""
REACH = 1 / 40
"""Of the width: how far an encoder spoils the ground around the ink, and the gaps within a line of letters."""
LONG, LOW = 2.2, 0.2
"""Least width of a line of letters per height, and its greatest height as a share of the picture's."""
FILLED = 0.1, 0.85
"""Share of its box that a line of letters inks."""
STROKES, STROKES_DOWN = 4.0, 1.1
"""Strokes met along a row and along a column, on average: a chain of lamps has one along a column."""
BETWEEN = 0.12, 0.93
"""Shares of the height between which letters are looked for: the usual overlay bands are left out, and ..."""
AMID = ((0.1, 0.88), (0.18, 0.82))
"""... of what is left, down and across, the part in which a caption stands: burnt-in names stand outside of it."""


class Card(NamedTuple):
    ground: float  # share of the picture within NEAR of the commonest grey level
    ground_spread: float  # standard deviation of that part, grey levels
    caption: float  # width of the longest line of letters amid an even ground, share of the picture's; 0 = none
    amid: float  # share of the middle of the picture that is off an even ground; 1 = the ground is none


def card(picture: Picture, drawn: Sketch, histogram: Floats) -> Card:
    """``histogram``: of the picture between the overlay bands. Hardly any work where the ground is none."""
    ground, spread = _ground(histogram)
    across = _ruled(drawn.level)
    if not (ground >= GROUND and spread < GROUND_SPREAD) and not across and not _ruled(drawn.level.T):
        return Card(ground, spread, 0.0, 1.0)
    return Card(ground, spread, *_letters(picture, 1 if across else 0))


def _ground(histogram: Floats) -> tuple[float, float]:
    common = int(histogram.argmax())
    near = histogram[max(0, common - NEAR) : common + NEAR + 1]
    share, levels = float(near.sum()), np.arange(len(near))
    mean = near @ levels / share
    return share, float(np.sqrt(near @ (levels - mean) ** 2 / share))


def _ruled(level: Floats) -> bool:
    """Most rows of tiles are one level from side to side."""
    return bool((np.ptp(level, axis=1) < RULED).mean() > 0.5)


def _letters(picture: Picture, along: int) -> tuple[float, float]:
    """``along``: axis of the picture along which the ground is one level."""
    width = min(WIDTH, picture.width)
    height = max(16, round(picture.height * width / picture.width))
    top, bottom = (round(height * share) for share in BETWEEN)
    grey = smaller(picture.luma, width, height)[top:bottom]
    off = cv2.absdiff(grey, np.broadcast_to(_middle(grey, along), grey.shape).astype(np.uint8))
    ink = (off > max(INK, INK_SHARE * float(off.max()))).astype(np.uint8)
    reach = max(2, round(REACH * width))
    around = cv2.dilate(ink, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    calm = cv2.blur(off, (3, 3))  # a sensor's noise is none of it
    if np.count_nonzero((calm > STRAY) & (around == 0)) > STRAY_SHARE * off.size:
        return 0.0, 1.0
    middle = _amid(ink.shape)
    amid, aside = _lines(ink, middle, reach)
    for x, y, width, height in aside:  # a clock that stands at the side is no caption, however far in it reaches
        ink[y : y + height, x : x + width] = 0
    caption = max((width for _, _, width, _ in amid), default=0) / ink.shape[1]
    return caption, float((ink & middle).sum() / max(int(middle.sum()), 1))


def _amid(shape: tuple[int, ...]) -> Plane:
    """1 in the middle of the picture, 0 at its edges."""
    rows, columns = (slice(*(round(share * size) for share in part)) for part, size in zip(AMID, shape, strict=True))
    middle = np.zeros(shape, np.uint8)
    middle[rows, columns] = 1
    return middle


def _middle(grey: Plane, along: int) -> Floats:
    some = grey[:, ::4] if along else grey[::4]
    return np.median(some, axis=along, keepdims=True)


def _lines(ink: Plane, middle: Plane, reach: int) -> tuple[list[list[int]], list[list[int]]]:
    """Lines of letters as x, y, width, height: those whose centre stands in the middle, and the others."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    _, _, boxes, centres = cv2.connectedComponentsWithStats(joined)
    amid: list[list[int]] = []
    aside: list[list[int]] = []
    for box, (x, y) in zip(boxes[1:, :4].tolist(), centres[1:], strict=True):
        if _lettered(ink, *box):
            (amid if middle[int(y), int(x)] else aside).append(box)
    return amid, aside


def _lettered(ink: Plane, x: int, y: int, width: int, height: int) -> bool:
    if height < 3 or width < LONG * height or height > LOW * ink.shape[0]:
        return False
    box = ink[y : y + height, x : x + width]
    least, most = FILLED
    return least < box.mean() < most and _strokes(box) >= STROKES and _strokes(box.T) >= STROKES_DOWN


def _strokes(box: Plane) -> float:
    """Mean count of runs of ink along the rows that hold any."""
    padded = np.pad(box, ((0, 0), (1, 0))).astype(np.int8)
    counts = (np.diff(padded, axis=1) > 0).sum(axis=1)
    return float(counts[counts > 0].mean()) if counts.any() else 0.0
