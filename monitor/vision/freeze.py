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

SIDE, SMALL_SIDE = 32, 16
"""Pixels, a multiple of a macroblock; the smaller one for pictures narrower than NARROW."""
NARROW = 480
MOST = 240
"""Blocks that are compared: 2 bytes each a picture."""
FEWEST = 24
"""Textured blocks below which nothing can be told."""
TEXTURE = 2.0
"""Grey levels. A block's spread inside its cells of 8 x 8 pixels: a slope of light is no texture."""

Corners = np.ndarray[Any, Any]  # (n, 2) int32: y, x
Prints = np.ndarray[Any, Any]  # (n,) uint16, 0 = too flat to tell
WEIGHTS = np.random.default_rng(7).integers(1, 2**31, SIDE * SIDE // 4, dtype=np.uint32) * 2 + 1


def side(width: int) -> int:
    return SIDE if width >= NARROW else SMALL_SIDE


def choose(picture: Picture, left_out: Cells) -> Corners:
    """The textured blocks of the coding grid, thinned evenly to MOST.

    ``left_out``: cells of the coarse grid (see monitor.vision.movement) that no block may touch.
    """
    block = side(picture.width)
    rows, columns = picture.height // block, picture.width // block
    hidden = cv2.resize(left_out.astype(np.uint8), (picture.width, picture.height), interpolation=cv2.INTER_NEAREST)
    seen = ~hidden[: rows * block, : columns * block].reshape(rows, block, columns, block).any(axis=(1, 3))
    corners = np.argwhere(seen).astype(np.int32) * block
    corners = corners[_textured(_cut(picture, corners), picture.gain)]
    chosen = np.linspace(0, len(corners) - 1, min(MOST, len(corners))).round().astype(int)
    return np.asarray(corners[chosen], np.int32).reshape(-1, 2)


def prints(picture: Picture, corners: Corners) -> Prints:
    """What each block is recognised by; equal (but for one in 65 535) only when all its pixels are."""
    blocks = _cut(picture, corners)
    words = np.ascontiguousarray(blocks).reshape(-1, side(picture.width) ** 2).view(np.uint32)
    sums = (words * WEIGHTS[: words.shape[1]]).sum(axis=1, dtype=np.uint32)
    names = (sums ^ sums >> np.uint32(16)).astype(np.uint16) | np.uint16(1)
    return np.where(_textured(blocks, picture.gain), names, np.uint16(0))


def alike(a: Prints, b: Prints) -> float | None:
    """Share of the blocks textured in both pictures that are exactly the same; None below FEWEST of them."""
    both = (a > 0) & (b > 0)
    count = int(both.sum())
    return float(((a == b) & both).sum()) / count if count >= FEWEST else None


def most(shares: Iterable[float | None]) -> float | None:
    return max((share for share in shares if share is not None), default=None)


def _cut(picture: Picture, corners: Corners) -> Plane:
    """(n, side, side) copies."""
    block = side(picture.width)
    rows, columns = picture.height // block, picture.width // block
    grid = picture.luma[: rows * block, : columns * block].reshape(rows, block, columns, block)
    return np.asarray(grid[corners[:, 0] // block, :, corners[:, 1] // block])


def _textured(blocks: Plane, gain: float) -> Cells:
    """Every second pixel of every second row is enough."""
    some = blocks[:, ::2, ::2].astype(np.float32)
    cells = some.reshape(len(some), some.shape[1] // 4, 4, some.shape[2] // 4, 4)
    inside = cells - cells.mean(axis=(2, 4), keepdims=True)
    return np.asarray((inside * inside).mean(axis=(1, 2, 3, 4)) >= (TEXTURE / gain) ** 2)
