"""Does the picture live? Key frames far apart, at native resolution, on chosen patches; the least change decides.

Neighbouring frames prove nothing: after H.264 most neighbours of a live but quiet scene are bit-identical.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from monitor.vision.decode import Picture, Plane
from monitor.vision.movement import Cells

SIDE = 16
"""Pixels. Sixteen such patches are 4 kB a picture, 3 kB packed."""
ACROSS, DOWN = 4, 4
TOP, BOTTOM = 0.16, 0.84
"""Patches lie between these fractions of the height: clocks and camera names are burnt in above or below."""

FEWEST = 6
"""Patches below which nothing can be told."""
QUIET = 0.5
"""Share of the patches that counts, those with the least change: people pass and clocks tick before the others."""

Corners = np.ndarray[Any, Any]  # (n, 2) int32: y, x


@dataclass(frozen=True, slots=True)
class Patches:
    """The same squares of one picture, native luma."""

    width: int  # of the picture they are from
    height: int
    corners: Corners = field(repr=False)
    pixels: Plane = field(repr=False)  # (n, SIDE, SIDE) uint8
    gain: float = 1.0  # grey levels per luma step


def choose(picture: Picture, left_out: Cells) -> Corners:
    """One patch in each cell of a 4 x 4 grid: the one with the strongest texture, not clipped.

    ``left_out``: cells of the coarse grid (see monitor.vision.movement) that no patch may touch.
    """
    rows = np.linspace(TOP * picture.height, BOTTOM * picture.height, DOWN + 1).astype(int)
    columns = np.linspace(0, picture.width, ACROSS + 1).astype(int)
    size = picture.width, picture.height
    hidden = cv2.resize(left_out.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    corners = [
        _best_corner(picture, hidden, rows[i], rows[i + 1], columns[j], columns[j + 1])
        for i in range(DOWN)
        for j in range(ACROSS)
    ]
    return np.array([corner for corner in corners if corner is not None], np.int32).reshape(-1, 2)


def _best_corner(
    picture: Picture, hidden: Plane, top: int, bottom: int, left: int, right: int
) -> tuple[int, int] | None:
    cell = picture.luma[top:bottom, left:right]
    down, across = (bottom - top) // SIDE, (right - left) // SIDE
    if not down or not across:
        return None
    squares = cell[: down * SIDE, : across * SIDE].reshape(down, SIDE, across, SIDE)[:, ::2, :, ::2].astype(np.float32)
    spread, level = squares.std(axis=(1, 3)), squares.mean(axis=(1, 3))
    spread[(level < 20) | (level > 230)] = 0  # clipped pixels show neither noise nor change
    hidden = hidden[top : top + down * SIDE, left : left + across * SIDE].reshape(down, SIDE, across, SIDE)
    spread[hidden.any(axis=(1, 3))] = 0
    if not spread.any():
        return None
    y, x = np.unravel_index(int(spread.argmax()), spread.shape)
    return int(top + y * SIDE), int(left + x * SIDE)


def cut(picture: Picture, corners: Corners) -> Patches:
    pixels = np.stack([picture.luma[y : y + SIDE, x : x + SIDE] for y, x in corners]) if len(corners) else None
    if pixels is None:
        pixels = np.zeros((0, SIDE, SIDE), np.uint8)
    return Patches(picture.width, picture.height, corners, pixels, picture.gain)


def change(a: Patches, b: Patches) -> float | None:
    """Mean absolute difference, grey levels, of the quieter half of the patches; None when they cannot be compared."""
    if a.pixels.shape != b.pixels.shape or len(a.corners) < FEWEST:
        return None
    change = cv2.absdiff(a.pixels.reshape(-1, SIDE), b.pixels.reshape(-1, SIDE)).reshape(len(a.corners), -1)
    means = np.sort(change.mean(axis=1, dtype=np.float32))
    return float(means[: round(len(means) * QUIET)].mean()) * a.gain


def texture(patches: Patches) -> float:
    """Mean spread inside the patches, grey levels: on a flat view nothing can be told apart from a freeze."""
    if not len(patches.corners):
        return 0.0
    return float(np.mean([cv2.meanStdDev(square)[1].item() for square in patches.pixels])) * patches.gain


def least(pairs: Sequence[float | None]) -> float | None:
    known = [pair for pair in pairs if pair is not None]
    return min(known) if known else None
