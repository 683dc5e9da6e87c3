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
    rows, columns = picture.height // SIDE, picture.width // SIDE
    hidden = cv2.resize(left_out.astype(np.uint8), (picture.width, picture.height), interpolation=cv2.INTER_NEAREST)
    seen = ~hidden[: rows * SIDE, : columns * SIDE].reshape(rows, SIDE, columns, SIDE).any(axis=(1, 3))
    corners = np.argwhere(seen).astype(np.int32) * SIDE
    corners = corners[_textured(_cut(picture, corners), picture.gain)]
    chosen = np.linspace(0, len(corners) - 1, min(MOST, len(corners))).round().astype(int)
    return np.asarray(corners[chosen], np.int32).reshape(-1, 2)


def prints(picture: Picture, corners: Corners) -> Prints:
    """What each block is recognised by; equal (but for one in 65 535) only when all its pixels are."""
    blocks = _cut(picture, corners)
    words = np.ascontiguousarray(blocks).reshape(-1, SIDE * SIDE).view(np.uint32)
    sums = (words * WEIGHTS).sum(axis=1, dtype=np.uint32)
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
    """(n, SIDE, SIDE) copies."""
    rows, columns = picture.height // SIDE, picture.width // SIDE
    grid = picture.luma[: rows * SIDE, : columns * SIDE].reshape(rows, SIDE, columns, SIDE)
    return np.asarray(grid[corners[:, 0] // SIDE, :, corners[:, 1] // SIDE])


def _textured(blocks: Plane, gain: float) -> Cells:
    """Every second pixel of every second row is enough."""
    some = blocks[:, ::2, ::2].reshape(-1, SIDE * SIDE // 4).astype(np.float32)
    some -= some.mean(axis=1, keepdims=True)
    return np.asarray(np.einsum("ij,ij->i", some, some) >= some.shape[1] * (TEXTURE / gain) ** 2)
