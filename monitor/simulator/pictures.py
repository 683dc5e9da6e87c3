"""What the camera's encoder is given: a scene through a possibly faulty lens and sensor, with its clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.simulator.scenes import SCENES, Image, as_image

Yuv = NDArray[np.uint8]
"""Planar 4:2:0, (height * 3/2) x width, BT.601 limited range: what ``cv2.COLOR_BGR2YUV_I420`` makes."""

NOISE: Mapping[str, float] = {"black": 0.5, "dark": 0.7, "noise": 26.0, "uniform": 0.0, "no_signal": 0.0, "snow": 75.0}
"""Sensor noise in grey levels where the fault, not the scene, decides it; a card made by a recorder has none."""


class Picture:
    """Draws frame after frame of one camera. ``fault`` is a picture fault or ""."""

    def __init__(self, scene: str, width: int, height: int, fps: int, *, fault: str, clock: bool, seed: int) -> None:
        self.scene = SCENES[scene](width, height, seed)
        self.fps, self.fault, self.clock, self.seed = fps, fault, clock, seed
        self.noise = NOISE.get(fault, self.scene.noise)
        self._held: int | None = None

    def draw(self, index: int) -> Yuv:
        """Frame ``index``, counted from the epoch at the camera's frame rate."""
        shown = self._shown(index)
        image = self.scene.image(shown / self.fps)
        random = np.random.Generator(np.random.SFC64([self.seed, shown]))
        image = LENS[self.fault](image) if self.fault in LENS else image
        if self.clock:
            burn_clock(image, datetime.fromtimestamp(index / self.fps, UTC))
        yuv = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)
        add_noise(yuv[: image.shape[0]], self.noise, random)
        return yuv

    def _shown(self, index: int) -> int:
        """The frame whose scene and noise are seen: a frozen camera holds the first one it is asked for."""
        if self.fault != "frozen":
            return index
        if self._held is None:
            self._held = index
        return self._held


def burn_clock(image: Image, now: datetime) -> None:
    """The overlay in the upper left corner, within the top 12 % of the picture."""
    height = image.shape[0]
    text, scale, at = now.strftime("%Y-%m-%d %H:%M:%S"), height / 480, (height // 40, height // 13)
    for across, down in ((-1, 0), (1, 0), (0, -1), (0, 1), (0, 0)):  # a thicker outline would be a wider text
        colour = (0, 0, 0) if across or down else (255, 255, 255)
        place = (at[0] + across, at[1] + down)
        cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 2, cv2.LINE_AA)


def add_noise(luma: Yuv, deviation: float, random: np.random.Generator) -> None:
    """Gaussian noise in place. Random bytes through a quantile table are ten times quicker than normal variates."""
    if deviation:
        picks = np.frombuffer(random.bytes(luma.size), np.uint8).reshape(luma.shape)
        cv2.add(luma, _quantiles(deviation)[picks], dst=luma, dtype=cv2.CV_8U)


@lru_cache
def _quantiles(deviation: float) -> NDArray[np.int16]:
    normal = NormalDist(0, deviation)
    return np.array([round(normal.inv_cdf((step + 0.5) / 256)) for step in range(256)], np.int16)


def _black(image: Image) -> Image:
    return np.zeros_like(image)


def _uniform(image: Image) -> Image:
    return np.full_like(image, 128)


def _no_signal(image: Image) -> Image:
    card = np.full_like(image, 0)
    card[:] = (150, 40, 20)
    height, width = card.shape[:2]
    at, scale = (width // 4, height // 2), width / 500
    cv2.putText(card, "VIDEO LOSS", at, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 2, cv2.LINE_AA)
    return card


def _overexposed(image: Image) -> Image:
    return np.asarray(cv2.convertScaleAbs(image, alpha=1.6, beta=130), np.uint8)


def _dark(image: Image) -> Image:
    return np.asarray(cv2.convertScaleAbs(image, alpha=0.13), np.uint8)


def _blurred(image: Image) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 5 * image.shape[1] / 640), np.uint8)


def _occluded(image: Image) -> Image:
    height, width = image.shape[:2]
    ridge = np.linspace(70, 28, width // 2 + width % 2).astype(np.uint8)
    image[:, : len(ridge)] = np.broadcast_to(ridge[:, None], (height, len(ridge), 3))
    return image


def _moved(image: Image) -> Image:
    height, width = image.shape[:2]
    shift = np.array([[1.0, 0, 0.08 * width], [0, 1.0, 0]])
    return np.asarray(cv2.warpAffine(image, shift, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def _stripes(image: Image) -> Image:
    rows = np.arange(image.shape[0])
    bars = 45 * np.sin(2 * np.pi * rows * 40 / image.shape[0])
    return as_image(image + bars[:, None, None])


def _colour_cast(image: Image) -> Image:
    return as_image(image * np.array((0.45, 1.15, 0.5)))


def _partial_loss(image: Image) -> Image:
    image[image.shape[0] // 2 :] = 128
    return image


LENS: Mapping[str, Callable[[Image], Image]] = {
    "black": _black,
    "uniform": _uniform,
    "no_signal": _no_signal,
    "overexposed": _overexposed,
    "dark": _dark,
    "blurred": _blurred,
    "occluded": _occluded,
    "moved": _moved,
    "snow": _uniform,
    "stripes": _stripes,
    "colour_cast": _colour_cast,
    "partial_loss": _partial_loss,
}
"""What a fault does to the light before the sensor's noise is added; the others change time or noise only."""
