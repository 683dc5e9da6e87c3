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
FAINT_EDGES = 1.0
"""Less is the noise that the median of seven pictures leaves."""
LAPLACIAN_POWER = 20
"""Variance of the Laplacian of white noise of variance 1: the sum of the kernel's squares."""
CONTOUR = 8.0
"""Coarse gradient of a tile (root mean square) from which it has a contour that could be sharp."""
BURNT, NIGHT = 240.0, 90.0
"""Grey level of a lamp, and mean of a picture that is dark around it."""
FEWEST_CONTOURS = 8
SHARPEST = 0.8
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
    detail: Floats  # Laplacian per coarse gradient, to compare with the same tile of another picture
    focus: float = 0.0  # see _focus
    restless: Tiles | None = None  # of a reference: tiles that seldom show the same twice, waves or leaves
    steady: Tiles | None = None  # of a reference: tiles that always did

    @property
    def textured(self) -> Tiles:
        """Tiles whose edges can be recognised again."""
        strong = np.logical_and(self.edges >= TEXTURED_EDGES, self.spread >= TEXTURED_SPREAD)
        return strong if self.restless is None else strong & ~self.restless

    @property
    def faint(self) -> Tiles:
        """Tiles with little to see in them that nevertheless has always been seen."""
        return np.zeros((DOWN, ACROSS), bool) if self.steady is None else self.steady & (self.edges >= FAINT_EDGES)


def miniature(inner: Plane) -> Plane:
    """``inner``: the picture between the overlay bands, 480 wide or less."""
    rows, columns = inner.shape[:2]
    height = max(1, round(rows * WIDTH / columns / DOWN)) * DOWN  # whole tiles: OpenCV averages those far faster
    return cv2.resize(inner, (WIDTH, height), interpolation=cv2.INTER_LINEAR)  # of half the size: as good as an average


def sketch(grey: Plane) -> Sketch:
    """``grey``: a miniature."""
    values = grey.astype(np.float32)
    across, down = slopes(values)
    strength = cv2.magnitude(across, down)
    level = tile_mean(values)
    noise, coarse = immerkaer(grey), _coarse(values)
    fine = _fine(values, noise)
    return Sketch(
        grey,
        values,
        across,
        down,
        edges=tile_mean(strength),
        power=tile_mean(cv2.multiply(strength, strength)),
        level=level,
        spread=np.sqrt(np.maximum(tile_mean(cv2.multiply(values, values)) - level**2, 0)),
        detail=fine / np.maximum(coarse, 0.1),
        focus=_focus(values, noise, coarse, fine),
    )


def kept_tiles(one: Sketch) -> bytes:
    """What is known of the tiles, 2 kB, to be kept with the picture: for :func:`recalled`."""
    return np.stack([one.edges, one.power, one.level, one.spread, one.detail]).tobytes()


def recalled(grey: Plane, tiles: bytes) -> Sketch:
    """The sketch of a reference for half the work; its focus is not kept."""
    values = grey.astype(np.float32)
    across, down = slopes(values)
    return Sketch(grey, values, across, down, *np.frombuffer(tiles, np.float32).reshape(-1, DOWN, ACROSS))


def tile_mean(values: Floats) -> Floats:
    """(DOWN, ACROSS) means."""
    return np.asarray(cv2.resize(values, (ACROSS, DOWN), interpolation=cv2.INTER_AREA))


def slopes(values: Floats) -> tuple[Floats, Floats]:
    """The gradient of a miniature, across and down."""
    return _slopes(cv2.GaussianBlur(values, (0, 0), SMOOTH))


def _slopes(values: Floats) -> tuple[Floats, Floats]:
    return cv2.Sobel(values, cv2.CV_32F, 1, 0), cv2.Sobel(values, cv2.CV_32F, 0, 1)


def _coarse(values: Floats) -> Floats:
    half = cv2.resize(values, (values.shape[1] // 2, values.shape[0] // 2), interpolation=cv2.INTER_AREA)
    strength = cv2.magnitude(*_slopes(cv2.GaussianBlur(half, (0, 0), SMOOTH)))
    return np.sqrt(tile_mean(cv2.multiply(strength, strength))) / 2  # a step of the halved picture is two wide


def _fine(values: Floats, noise: float) -> Floats:
    laplacian = cv2.Laplacian(values, cv2.CV_32F)
    power = tile_mean(cv2.multiply(laplacian, laplacian)) - LAPLACIAN_POWER * noise**2
    return np.sqrt(np.maximum(power, 0))


def _inside(contours: Tiles) -> Tiles:
    """Without the upmost and the lowest row, if there are enough: letters burnt in there are sharp before any lens."""
    inside = contours.copy()
    inside[[0, -1]] = False
    return inside if inside.sum() >= FEWEST_CONTOURS else contours


def _glare(values: Floats) -> Tiles:
    """Tiles in and around a burnt-out lamp in the dark: its halo is soft before the sharpest lens."""
    burnt = values > BURNT
    if not burnt.any() or values.mean() > NIGHT:
        return np.zeros((DOWN, ACROSS), bool)
    return np.asarray(cv2.dilate(tile_mean(burnt.astype(np.float32)), np.ones((5, 5), np.uint8)) > 0)


def _focus(values: Floats, noise: float, coarse: Floats, fine: Floats) -> float:
    """Laplacian per gradient of the sharpest contours, 0 = too few contours to tell.

    For an edge as for texture it is about the inverse of the blur's width: 1.4 to 3 in focus, 1.1 and less from a
    Gaussian of 3 pixels at 640 wide.
    """
    contours = _inside((coarse > CONTOUR) & ~_glare(values))
    if contours.sum() < FEWEST_CONTOURS:
        return 0.0
    across, down = (cv2.Sobel(values, cv2.CV_32F, *axis, ksize=1) for axis in ((1, 0), (0, 1)))
    strength = cv2.magnitude(across, down) / 2
    power = tile_mean(cv2.multiply(strength, strength)) - noise**2
    found = np.sort(fine[contours] / np.sqrt(np.maximum(power[contours], 1e-3)))
    return float(found[round(SHARPEST * (found.size - 1))])
