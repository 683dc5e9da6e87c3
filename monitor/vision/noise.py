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
    response = cv2.sepFilter2D(grey, cv2.CV_16S, IMMERKAER, IMMERKAER)
    return float(_middle(response.reshape(1, -1))[0])


def native(picture: Picture) -> float:
    """Median over five native squares: a small picture has averaged the sensor's noise away."""
    side = min(PATCH, picture.height // 4, picture.width // 4)
    rows, columns = picture.height - side, picture.width - side
    corners = [(int(rows * y), int(columns * x)) for y, x in SQUARES]
    squares = np.vstack([picture.luma[y : y + side, x : x + side] for y, x in corners])
    response = cv2.sepFilter2D(squares, cv2.CV_16S, IMMERKAER, IMMERKAER).reshape(len(corners), side, side)
    seams_cut = response[:, 1:-1].reshape(len(corners), -1)
    return float(np.median(_middle(seams_cut))) * picture.gain


def _middle(responses: Plane) -> Plane:
    """Noise of each row of responses: their median, interpolated inside its bin, else small noise is rounded away."""
    values = np.abs(responses)
    half = values.shape[1] / 2
    middle = np.partition(values, int(half), axis=1)[:, int(half), None]
    below, inside = (values < middle).sum(axis=1), (values == middle).sum(axis=1)
    within = np.minimum((half - below) / inside, 1.0)
    middle = middle[:, 0]
    return np.asarray(np.where(middle > 0, middle - 0.5 + within, 0.5 * within) / IMMERKAER_SCALE)
