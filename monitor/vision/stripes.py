"""Regular bands across the whole picture: interference, a failing sensor readout."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np

from monitor.vision.decode import Plane

Floats = np.ndarray[Any, Any]

QUARTERS = 4
SLOW = 31
"""Pixels of the Gaussian whose result, the slow part of a profile, is taken off."""
FAINT = 6.0
"""Grey levels of a profile that is not worth dividing; far below any limit."""


class Bands(NamedTuple):
    spread: float  # standard deviation of the profile, grey levels
    peak: float  # largest share of its spectral energy in one line
    coherence: float  # how well the quarters of the picture agree on it, -1..1; 0 where the bands are faint


def stripes(grey: Plane) -> Bands:
    """Row or column means less their slow part: the more periodic of the two directions."""
    found = [_bands(_waves([grey], axis)[0]) for axis in (0, 1)]
    axis = int(found[1].spread * found[1].peak > found[0].spread * found[0].peak)
    chosen = found[axis]
    return chosen if chosen.spread < FAINT else chosen._replace(coherence=_coherence(grey, axis))


def _waves(strips: Sequence[Plane], axis: int) -> Floats:
    """Of each strip the means of its columns (axis 0) or rows (axis 1), less their slow part; a row each."""
    reduced = [cv2.reduce(strip, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).reshape(1, -1) for strip in strips]
    profiles = np.concatenate(reduced)
    return np.asarray(profiles - cv2.GaussianBlur(profiles, (SLOW, 1), 0))


def _bands(wave: Floats) -> Bands:
    spectrum = np.abs(np.fft.rfft(wave)) ** 2
    return Bands(float(wave.std()), float(spectrum.max() / max(spectrum.sum(), 1e-6)), 0.0)


def _coherence(grey: Plane, axis: int) -> float:
    """The worst correlation of a quarter, one of four strips across the bands, with all of them."""
    edges = [grey.shape[axis] * quarter // QUARTERS for quarter in range(QUARTERS + 1)]
    strips = [grey[a:b] if axis == 0 else grey[:, a:b] for a, b in itertools.pairwise(edges)]
    waves = _waves(strips, axis)
    whole = waves.mean(axis=0)
    strength = np.linalg.norm(waves, axis=1) * np.linalg.norm(whole)
    return float(((waves @ whole) / np.maximum(strength, 1e-6)).min())
