"""Pictures for people: small and full-size JPEGs, straight from the decoder's planes."""

from typing import Any

import cv2
import numpy as np

from monitor.vision.decode import Picture, Plane
from monitor.vision.work import FULL_LUMA, Small

WIDTH = 320
QUALITY = 70
FULL_QUALITY = 85
FULL_CHROMA = np.clip((np.arange(256) - 128) * 255 / 224 + 128.5, 0, 255).astype(np.uint8)
"""Limited (16..240) to full range, by table."""

Canvas = np.ndarray[Any, Any]  # BGR, (height, width, 3) uint8


def thumbnail(picture: Picture, small: Small) -> bytes:
    """JPEG 320 wide, from what the analysis has shrunk already."""
    height = max(2, round(picture.height * WIDTH / picture.width))
    grey = cv2.resize(small.grey, (WIDTH, height), interpolation=cv2.INTER_LINEAR)  # by a third at most
    red, blue = (
        _chroma(plane, WIDTH, height, picture.full_range, cv2.INTER_LINEAR) for plane in (small.red, small.blue)
    )
    return jpeg(cv2.cvtColor(cv2.merge([grey, red, blue]), cv2.COLOR_YCrCb2BGR), QUALITY)


def full(picture: Picture) -> bytes:
    return jpeg(colours(picture, picture.width, picture.height), FULL_QUALITY)


def colours(picture: Picture, width: int, height: int) -> Canvas:
    """The picture at another size: the planes are scaled before the colours are computed."""
    luma = cv2.resize(picture.luma, (width, height), interpolation=cv2.INTER_AREA)
    luma = luma if picture.full_range else cv2.LUT(luma, FULL_LUMA)
    red, blue = (
        _chroma(plane, width, height, picture.full_range, cv2.INTER_AREA) for plane in (picture.red, picture.blue)
    )
    return cv2.cvtColor(cv2.merge([luma, red, blue]), cv2.COLOR_YCrCb2BGR)


def _chroma(plane: Plane, width: int, height: int, full_range: bool, how: int) -> Plane:
    scaled = cv2.resize(plane, (width, height), interpolation=how)
    return scaled if full_range else cv2.LUT(scaled, FULL_CHROMA)


def jpeg(bgr: Canvas, quality: int) -> bytes:
    """Raises ValueError when OpenCV cannot encode the array."""
    good, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not good:
        raise ValueError(f"no JPEG from an array of shape {bgr.shape}")
    return bytes(data)
