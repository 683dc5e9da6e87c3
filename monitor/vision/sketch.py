"""The 240 wide grey picture that references are made of, and what is read off it tile by tile."""

from typing import Any, NamedTuple

import cv2
import numpy as np

from monitor.vision.decode import Plane
from monitor.vision.noise import immerkaer

Floats = np.ndarray[Any, Any]
Tiles = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

WIDTH = 240
"""Pixels; at 480 the tiles told covered from live no better, at four times the memory."""
ACROSS, DOWN = 12, 8
SMOOTH = 1.0
"""Gaussian sigma before the gradients, pixels at 240 wide."""
TEXTURED_EDGES = 8.0
"""Mean gradient of a tile from which its edges can be recognised again, grey levels."""
TEXTURED_SPREAD = 6.0
LAPLACIAN_POWER = 20
"""Variance of the Laplacian of white noise of variance 1: the sum of the kernel's squares."""
CONTOUR = 2.0
"""Coarse gradient of a tile (root mean square) from which it has a contour that could be sharp."""
FEWEST_CONTOURS = 8
SHARPEST = 0.9
"""Quantile of the tiles that is said: fog, night and depth of field leave some part sharp, a bad lens none."""


class Sketch(NamedTuple):
    """Computed once for a picture; (DOWN, ACROSS) float32 unless it says otherwise."""

    grey: Plane
    values: Floats  # the same, float32
    across: Floats  # its gradient, of the same size
    down: Floats
    edges: Floats  # mean strength of the gradient
    power: Floats  # mean of its square
    level: Floats  # mean
    spread: Floats  # standard deviation
    coarse: Floats  # gradient at half the size, root mean square
    detail: Floats  # Laplacian per coarse gradient: how sharp the contours are

    @property
    def textured(self) -> Tiles:
        """Tiles whose edges can be recognised again."""
        return np.logical_and(self.edges >= TEXTURED_EDGES, self.spread >= TEXTURED_SPREAD)

    @property
    def focus(self) -> float:
        """Of the sharpest contours anywhere: 0.8 to 2 in focus, below 0.45 out of it; 0 = too few contours to tell."""
        found = np.sort(self.detail[self.coarse > CONTOUR])
        return float(found[round(SHARPEST * (found.size - 1))]) if found.size >= FEWEST_CONTOURS else 0.0


def miniature(inner: Plane) -> Plane:
    """``inner``: the picture between the overlay bands, 480 wide or less."""
    rows, columns = inner.shape[:2]
    height = max(1, round(rows * WIDTH / columns / DOWN)) * DOWN  # whole tiles: OpenCV averages those far faster
    return cv2.resize(inner, (WIDTH, height), interpolation=cv2.INTER_LINEAR)  # of half the size: as good as an average


def sketch(grey: Plane) -> Sketch:
    """``grey``: a miniature."""
    values = grey.astype(np.float32)
    smooth = cv2.GaussianBlur(values, (0, 0), SMOOTH)
    across, down = _slopes(smooth)
    strength = cv2.magnitude(across, down)
    level = tile_mean(values)
    coarse = _coarse(values)
    return Sketch(
        grey,
        values,
        across,
        down,
        edges=tile_mean(strength),
        power=tile_mean(cv2.multiply(strength, strength)),
        level=level,
        spread=np.sqrt(np.maximum(tile_mean(cv2.multiply(values, values)) - level**2, 0)),
        coarse=coarse,
        detail=_fine(grey, values) / np.maximum(coarse, 0.1),
    )


def tile_mean(values: Floats) -> Floats:
    """(DOWN, ACROSS) means."""
    return np.asarray(cv2.resize(values, (ACROSS, DOWN), interpolation=cv2.INTER_AREA))


def _slopes(values: Floats) -> tuple[Floats, Floats]:
    return cv2.Sobel(values, cv2.CV_32F, 1, 0), cv2.Sobel(values, cv2.CV_32F, 0, 1)


def _coarse(values: Floats) -> Floats:
    half = cv2.resize(values, (values.shape[1] // 2, values.shape[0] // 2), interpolation=cv2.INTER_AREA)
    strength = cv2.magnitude(*_slopes(cv2.GaussianBlur(half, (0, 0), SMOOTH)))
    return np.sqrt(tile_mean(cv2.multiply(strength, strength))) / 2  # a step of the halved picture is two wide


def _fine(grey: Plane, values: Floats) -> Floats:
    """Strength of the Laplacian, noise taken off."""
    fine = cv2.Laplacian(values, cv2.CV_32F)
    power = tile_mean(cv2.multiply(fine, fine)) - LAPLACIAN_POWER * immerkaer(grey) ** 2
    return np.sqrt(np.maximum(power, 0))
