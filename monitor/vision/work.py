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
    blue: Plane = field(repr=False)  # Cb, uint8, about 120 wide
    red: Plane = field(repr=False)


def shrink(picture: Picture, limits: PictureLimits) -> Small:
    """Area-averaged copy: averaging keeps noise statistics and fine edges honest where decimation would not."""
    width = min(WIDTH, picture.width)  # enlarging would make neighbouring pixels agree
    height = max(16, round(picture.height * width / picture.width))
    grey = cv2.resize(picture.luma, (width, height), interpolation=cv2.INTER_AREA)
    if not picture.full_range:
        grey = cv2.LUT(grey, FULL_LUMA)
    top, bottom = round(height * limits.band_top), round(height * (1 - limits.band_bottom))
    return Small(grey, grey[top:bottom], _colour(picture.blue), _colour(picture.red))


def _colour(plane: Plane) -> Plane:
    """About 120 wide, by a whole factor: OpenCV averages whole blocks far faster than parts of pixels."""
    factor = max(1, plane.shape[1] // COLOUR_WIDTH)
    columns, rows = plane.shape[1] // factor, plane.shape[0] // factor
    return cv2.resize(plane[: rows * factor, : columns * factor], (columns, rows), interpolation=cv2.INTER_AREA)
