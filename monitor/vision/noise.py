"""How strong the sensor's noise is, from pictures that also show something."""

import cv2
import numpy as np

from monitor.vision.decode import Picture, Plane

IMMERKAER = np.array([1, -2, 1], np.float32)
"""Twice, across and down: blind to flat, sloping and straight-edged content.
J. Immerkaer, Fast Noise Variance Estimation, CVIU 64(2), 1996."""
IMMERKAER_SCALE = 4.047
"""Median of |response| of that kernel to Gaussian noise of standard deviation 1 (6 x 0.6745)."""
PATCH = 64
"""Side in pixels of the native-resolution squares the sensor noise is read from."""
SQUARES = ((0.2, 0.1), (0.3, 0.85), (0.5, 0.45), (0.75, 0.15), (0.8, 0.9))
"""Where they lie: shares of the height and width left over."""


def immerkaer(grey: Plane) -> float:
    """Noise standard deviation in grey levels; a median, so texture in less than half the picture is harmless."""
    return _middle(cv2.sepFilter2D(grey, cv2.CV_16S, IMMERKAER, IMMERKAER))


def native(picture: Picture) -> float:
    """Median over five native squares: a small picture has averaged the sensor's noise away."""
    side = min(PATCH, picture.height // 4, picture.width // 4)
    rows, columns = picture.height - side, picture.width - side
    corners = [(int(rows * y), int(columns * x)) for y, x in SQUARES]
    squares = np.vstack([picture.luma[y : y + side, x : x + side] for y, x in corners])
    response = cv2.sepFilter2D(squares, cv2.CV_16S, IMMERKAER, IMMERKAER).reshape(len(corners), side, side)
    seams_cut = response[:, 1:-1]
    return sorted(_middle(square) for square in seams_cut)[len(corners) // 2] * picture.gain


def _middle(responses: Plane) -> float:
    """The noise of these responses: their median, interpolated inside its bin, else small noise is rounded away.

    They are counted, not sorted: a quiet picture has few different ones, which a partition is slow with.
    """
    counts = np.bincount(np.abs(responses).ravel())
    reached, half = counts.cumsum(), responses.size / 2
    middle = int(reached.searchsorted(int(half), side="right"))
    inside = int(counts[middle])
    within = min((half - (int(reached[middle]) - inside)) / inside, 1.0)
    return (middle - 0.5 + within if middle else 0.5 * within) / IMMERKAER_SCALE
