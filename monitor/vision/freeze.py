"""Does the picture live? The share of textured blocks that two key frames have exactly alike.

A sensor's noise, and what an encoder makes of it, alters nearly every textured block of every key frame. A still
picture coded twice with the same quantiser comes out the same, block by block; a ticking clock spoils only what is
predicted from it. So among many pairs of key frames the most alike pair tells, and no measure of difference does: a
starved encoder alters a still picture by more grey levels than a sensor alters a live one.
"""

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np

from monitor.vision.decode import Picture, Plane
from monitor.vision.movement import Cells

SIDE = 8
"""Pixels: what a spoilt prediction or a shifted rounding leaves alone even in encoders that weigh every coefficient."""
MOST = 240
"""Blocks that are compared: 2 bytes each a picture."""
FEWEST = 48
"""Textured blocks below which nothing can be told."""
TEXTURE = 2.0
"""Spread, grey levels."""

Corners = np.ndarray[Any, Any]  # (n, 2) int32: y, x
Prints = np.ndarray[Any, Any]  # (n,) uint16, 0 = too flat to tell
WEIGHTS = np.random.default_rng(7).integers(1, 2**31, SIDE * SIDE // 4, dtype=np.uint32) * 2 + 1


def choose(picture: Picture, left_out: Cells) -> Corners:
    """The textured blocks of the coding grid, thinned evenly to MOST.

    ``left_out``: cells of the coarse grid (see monitor.vision.movement) that no block may touch.
    """
    corners = np.argwhere(~_touched(picture, left_out)).astype(np.int32) * SIDE
    corners = corners[_textured(_cut(picture, corners, 2), picture.gain)]
    chosen = np.linspace(0, len(corners) - 1, min(MOST, len(corners))).round().astype(int)
    return np.asarray(corners[chosen], np.int32).reshape(-1, 2)


def prints(picture: Picture, corners: Corners) -> Prints:
    """What each block is recognised by; equal (but for one in 65 535) only when all its pixels are."""
    blocks = _cut(picture, corners)
    words = np.ascontiguousarray(blocks).reshape(-1, SIDE * SIDE).view(np.uint32)
    sums = (words * WEIGHTS).sum(axis=1, dtype=np.uint32)
    names = (sums ^ sums >> np.uint32(16)).astype(np.uint16) | np.uint16(1)
    return np.where(_textured(blocks[:, ::2, ::2], picture.gain), names, np.uint16(0))


def alike(one: Prints, many: Prints) -> float | None:
    """The most alike of many pictures, (n, blocks): share of the blocks textured in both that are exactly the same.

    None where there are below FEWEST of them in every pair.
    """
    textured = one > 0
    counts = np.count_nonzero(textured & (many > 0), axis=1)
    same = np.count_nonzero(textured & (many == one), axis=1)[counts >= FEWEST]
    return float((same / counts[counts >= FEWEST]).max()) if same.size else None


def most(shares: Iterable[float | None]) -> float | None:
    return max((share for share in shares if share is not None), default=None)


def _touched(picture: Picture, left_out: Cells) -> Cells:
    """Blocks, (rows, columns), with a pixel in a cell that is left out."""
    rows = _or_by_side(left_out, picture.height)
    return np.asarray(_or_by_side(rows.T, picture.width).T)


def _or_by_side(cells: Cells, pixels: int) -> Cells:
    """The rows of ``cells`` stretched over so many pixels, and then joined for each block."""
    blocks = pixels // SIDE
    row = cv2.resize(np.arange(len(cells), dtype=np.uint8)[:, None], (1, pixels), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cells[row[: blocks * SIDE, 0]].reshape(blocks, SIDE, cells.shape[1]).any(axis=1))


def _cut(picture: Picture, corners: Corners, step: int = 1) -> Plane:
    """(n, SIDE / step, SIDE / step) copies: every pixel, or every second of every second row."""
    rows, columns, side = picture.height // SIDE, picture.width // SIDE, SIDE // step
    grid = picture.luma[: rows * SIDE : step, : columns * SIDE : step].reshape(rows, side, columns, side)
    return np.asarray(grid[corners[:, 0] // SIDE, :, corners[:, 1] // SIDE])


def _textured(some: Plane, gain: float) -> Cells:
    """``some``: every second pixel of every second row of each block is enough."""
    values = some.reshape(-1, SIDE * SIDE // 4).astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    return np.asarray(np.einsum("ij,ij->i", values, values) >= values.shape[1] * (TEXTURE / gain) ** 2)
