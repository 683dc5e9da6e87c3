"""The small picture every spatial measure is taken on: grey, 480 wide, full range, the overlay bands cut away."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from monitor.limits import PictureLimits
from monitor.vision.decode import BLACK, WHITE, Picture, Plane

WIDTH = 480
"""Pixels; the statistics' thresholds were measured at this width and are not comparable at another."""
COLOUR_WIDTH = 120

FULL_LUMA = np.clip((np.arange(256) - BLACK) * 255 / (WHITE - BLACK) + 0.5, 0, 255).astype(np.uint8)
"""Limited to full range, by table."""


@dataclass(frozen=True, slots=True)
class Small:
    """One picture made small."""

    grey: Plane = field(repr=False)  # the whole view, 480 wide or less, uint8, 0..255
    inner: Plane = field(repr=False)  # between the overlay bands
    blue: Plane = field(repr=False)  # Cb, uint8, 120 to 240 wide
    red: Plane = field(repr=False)


def shrink(picture: Picture, limits: PictureLimits) -> Small:
    """Averaged copy: averaging keeps noise statistics and fine edges honest where decimation would not."""
    width = min(WIDTH, picture.width)  # enlarging would make neighbouring pixels agree
    height = max(16, round(picture.height * width / picture.width))
    grey = smaller(picture.luma, width, height)
    if not picture.full_range:
        grey = cv2.LUT(grey, FULL_LUMA)
    top, bottom = round(height * limits.band_top), round(height * (1 - limits.band_bottom))
    return Small(grey, grey[top:bottom], _colour(picture.blue), _colour(picture.red))


def smaller(plane: Plane, width: int, height: int) -> Plane:
    """Halved as often as it goes, then interpolated: six times as fast as one area average by any other factor."""
    plane = _halved(plane, width, height)
    if plane.shape == (height, width):
        return plane
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)


def _halved(plane: Plane, width: int, height: int) -> Plane:
    """By blocks of 2 x 2 until less than twice as wide or high; an odd last row or column is left out."""
    while plane.shape[1] >= 2 * width and plane.shape[0] >= 2 * height:
        rows, columns = plane.shape[0] // 2, plane.shape[1] // 2
        plane = cv2.resize(plane[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    return plane


def _colour(plane: Plane) -> Plane:
    return _halved(plane, COLOUR_WIDTH, 1)
