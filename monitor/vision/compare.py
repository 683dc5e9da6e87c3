"""This view beside its reference: which tiles still show the same edges, how far it has shifted, how sharp it is."""

import functools
from dataclasses import dataclass, field

import cv2
import numpy as np

from monitor.vision.decode import Plane
from monitor.vision.statistics import LAPLACIAN_POWER, Floats, immerkaer

WIDTH = 240
"""Pixels of a reference picture; at 480 the tiles told covered from live no better, at four times the memory."""
ACROSS, DOWN = 12, 8
SMOOTH = 1.0
"""Gaussian sigma before the gradients, pixels at 240 wide."""
TEXTURED_EDGES = 8.0
"""Mean gradient of a tile from which its edges can be recognised again, grey levels."""
TEXTURED_SPREAD = 6.0
BELIEVED = 0.05
"""Response of the phase correlation from which a shift is worth undoing; unrelated views give less."""
ALIKE = 0.3
"""Gradient correlation of a tile below which it no longer shows the reference."""

Tiles = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Gradients:
    across: Floats = field(repr=False)  # float32, like the grey picture
    down: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a picture shows of its reference. Shares are of the reference's textured tiles outside the masks."""

    textured: int  # tiles that can be compared
    lost: float  # share of them that no longer show the reference, a small shift undone
    lost_tiles: Tiles = field(repr=False)  # (DOWN, ACROSS)
    light: float = 1.0  # level now / then over the tiles that still show it (all, when few do)
    shift_across: float = 0.0  # of the width, + = content went right
    shift_down: float = 0.0  # of the height
    response: float = 0.0  # of the phase correlation, 0..1
    lost_here: float = 1.0  # share lost where they stood, the shift not undone
    layout: float = 0.0  # correlation of the coarse grey layout, -1..1
    edge_ratio: float = 1.0  # edge strength now / then
    sharpness: float = 1.0  # fine detail per coarse edge now / then, the middle of the recognised tiles

    @property
    def shift(self) -> float:
        """The larger of the two, as a share of that side of the picture."""
        return max(abs(self.shift_across), abs(self.shift_down))


def miniature(inner: Plane) -> Plane:
    """The 240 wide grey picture that references are made of."""
    rows, columns = inner.shape[:2]
    height = max(1, round(rows * WIDTH / columns / DOWN)) * DOWN  # whole tiles: OpenCV averages those far faster
    return cv2.resize(inner, (WIDTH, height), interpolation=cv2.INTER_AREA)


def compare(reference: Plane, now: Plane, masked: Tiles) -> Comparison:
    """Both from :func:`miniature`, same shape; ``masked`` (DOWN, ACROSS) is left out. About 2 ms."""
    then, seen = gradients(reference), gradients(now)
    textured = textured_tiles(reference, then) & ~masked
    count = int(textured.sum())
    here = (correlation(then, seen) < ALIKE) & textured
    across, down, response = _shift(reference, now)
    lost, lost_count = here, count
    if response > BELIEVED:
        aligned, aligned_count = _lost_aligned(then, seen, textured, round(across), round(down))
        if aligned_count >= count / 2 and _share(aligned, aligned_count) < _share(here, count):
            lost, lost_count = aligned, aligned_count
    return Comparison(
        textured=count,
        lost=_share(lost, lost_count),
        lost_tiles=lost,
        light=_light(reference, now, textured, lost),
        shift_across=across / now.shape[1],
        shift_down=down / now.shape[0],
        response=response,
        lost_here=_share(here, count),
        layout=_layout(reference, now),
        edge_ratio=_energy(seen) / max(_energy(then), 1e-3),
        sharpness=_sharpness(reference, now, textured & ~here),
    )


def gradients(grey: Plane) -> Gradients:
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), SMOOTH)
    return Gradients(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))


def textured_tiles(grey: Plane, slopes: Gradients) -> Tiles:
    edges = tile_mean(cv2.magnitude(slopes.across, slopes.down))
    values = grey.astype(np.float32)
    spread = np.sqrt(np.maximum(tile_mean(values * values) - tile_mean(values) ** 2, 0))
    found: Tiles = (edges >= TEXTURED_EDGES) & (spread >= TEXTURED_SPREAD)
    return found


def correlation(a: Gradients, b: Gradients) -> Floats:
    """Per tile, -1..1. Gradient vectors, not their strength: blind to light and contrast, not to a strange edge."""
    product = tile_mean(a.across * b.across + a.down * b.down)
    own = tile_mean(a.across * a.across + a.down * a.down) * tile_mean(b.across * b.across + b.down * b.down)
    return product / np.sqrt(own + 1e-3)


def tile_mean(values: Floats) -> Floats:
    """(DOWN, ACROSS) means."""
    return np.asarray(cv2.resize(values, (ACROSS, DOWN), interpolation=cv2.INTER_AREA))


def _share(tiles: Tiles, count: int) -> float:
    return float(tiles.sum()) / count if count else 0.0


def _light(reference: Plane, now: Plane, textured: Tiles, lost: Tiles) -> float:
    """Level ratio where the view is still recognised, so that a dark cloth is not taken for nightfall."""
    kept = textured & ~lost
    if kept.sum() < max(4, 0.25 * textured.sum()):
        kept = np.ones_like(textured)
    then, seen = tile_mean(reference.astype(np.float32))[kept], tile_mean(now.astype(np.float32))[kept]
    return float((seen.mean() + 1) / (then.mean() + 1))


def _shift(reference: Plane, now: Plane) -> tuple[float, float, float]:
    """Content displacement in pixels and the peak's response (phase correlation under a Hann window)."""
    window = _window(now.shape[1], now.shape[0])
    (across, down), response = cv2.phaseCorrelate(reference.astype(np.float32), now.astype(np.float32), window)
    return float(across), float(down), float(response)


@functools.lru_cache(maxsize=16)
def _window(width: int, height: int) -> Floats:
    return cv2.createHanningWindow((width, height), cv2.CV_32F)


def _lost_aligned(then: Gradients, seen: Gradients, textured: Tiles, across: int, down: int) -> tuple[Tiles, int]:
    """The lost tiles with the shift undone, and how many could be compared: their content is still in the picture."""
    rows, columns = then.across.shape[:2]
    if max(abs(across), abs(down)) >= rows // 2:
        return textured, 0
    back = Gradients(*(np.roll(part, (-down, -across), (0, 1)) for part in (seen.across, seen.down)))
    inside = np.zeros((rows, columns), np.float32)
    inside[max(0, -down) : rows - max(0, down), max(0, -across) : columns - max(0, across)] = 1
    usable = textured & (tile_mean(inside) > 0.7)
    return (correlation(then, back) < ALIKE) & usable, int(usable.sum())


def _layout(reference: Plane, now: Plane) -> float:
    then, seen = (
        cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA).astype(np.float32) for grey in (reference, now)
    )
    return float(cv2.matchTemplate(seen, then, cv2.TM_CCOEFF_NORMED)[0, 0])


def _sharpness(reference: Plane, now: Plane, tiles: Tiles) -> float:
    if not tiles.any():
        return 1.0
    then, seen = _detail(reference)[tiles], _detail(now)[tiles]
    return float(np.median(seen / np.maximum(then, 1e-3)))


def _detail(grey: Plane) -> Floats:
    """Per tile: Laplacian strength, noise taken off, per gradient strength after a Gaussian of sigma 3."""
    fine = cv2.Laplacian(grey, cv2.CV_32F)
    power = np.maximum(tile_mean(fine * fine) - LAPLACIAN_POWER * immerkaer(grey) ** 2, 0)
    coarse = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 3.0)
    edges = tile_mean(cv2.magnitude(cv2.Sobel(coarse, cv2.CV_32F, 1, 0), cv2.Sobel(coarse, cv2.CV_32F, 0, 1)))
    return np.sqrt(power) / (edges + 0.5)


def _energy(slopes: Gradients) -> float:
    return float(cv2.mean(cv2.magnitude(slopes.across, slopes.down))[0])
