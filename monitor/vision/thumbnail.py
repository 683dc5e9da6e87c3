"""Pictures for people: small and full-size JPEGs, straight from the decoder's planes."""

from typing import Any

import cv2
import numpy as np

from monitor.vision.decode import Picture
from monitor.vision.work import FULL_LUMA

WIDTH = 320
QUALITY = 70
FULL_QUALITY = 85


def thumbnail(picture: Picture, width: int = WIDTH) -> bytes:
    """JPEG ``width`` pixels wide; the planes are shrunk before the colours are computed."""
    height = max(2, round(picture.height * width / picture.width) // 2 * 2)
    return jpeg(colours(picture, width, height), QUALITY)


def full(picture: Picture) -> bytes:
    return jpeg(colours(picture, picture.width, picture.height), FULL_QUALITY)


def colours(picture: Picture, width: int, height: int) -> np.ndarray[Any, Any]:
    """BGR, (height, width, 3) uint8."""
    planes = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA) for plane in (picture.luma, picture.red)]
    planes.append(cv2.resize(picture.blue, (width, height), interpolation=cv2.INTER_AREA))
    if not picture.full_range:
        planes[0] = cv2.LUT(planes[0], FULL_LUMA)
        planes[1:] = [cv2.convertScaleAbs(plane, alpha=255 / 224, beta=128 - 128 * 255 / 224) for plane in planes[1:]]
    return np.asarray(cv2.cvtColor(cv2.merge(planes), cv2.COLOR_YCrCb2BGR))


def jpeg(bgr: np.ndarray[Any, Any], quality: int) -> bytes:
    """Raises ValueError when OpenCV cannot encode the array."""
    good, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not good:
        raise ValueError(f"no JPEG from an array of shape {bgr.shape}")
    return bytes(data)
