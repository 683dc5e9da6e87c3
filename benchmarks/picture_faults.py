"""Faults of a camera as changes to what the encoder is given, each at several strengths, all reproducible."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

Image = np.ndarray
Change = Callable[[Image, float], Image]


@dataclass(frozen=True)
class Fault:
    name: str
    kinds: tuple[str, ...]  # words that count as found; the first is the expected one
    change: Change
    sensor: bool = True  # the sensor still adds its noise afterwards
    frozen: bool = False  # the picture of the first poll is given for ever
    replayed: bool = False  # the pictures of healthy polls are given again
    clock: bool = False  # a burnt-in clock goes on ticking
    required: bool = True  # strong enough that a technician would call it so


def _noise(shape: tuple[int, ...], sigma: float, seed: float) -> np.ndarray:
    return np.random.default_rng(int(seed * 1000) % 2**31).normal(0, sigma, shape)


def card(level: tuple[int, int, int]) -> Change:
    return lambda image, _: np.full_like(image, level)


def black_with_noise(image: Image, seconds: float) -> Image:
    return np.clip(2 + _noise(image.shape[:2], 1.5, seconds)[..., None] + np.zeros(3), 0, 255).astype(np.uint8)


def text_card(back: tuple[int, int, int]) -> Change:
    def draw(image: Image, _: float) -> Image:
        shown = np.full_like(image, back)
        size = image.shape[1] / 640
        place = (int(image.shape[1] * 0.25), int(image.shape[0] * 0.52))
        cv2.putText(
            shown, "VIDEO LOSS", place, cv2.FONT_HERSHEY_SIMPLEX, 1.7 * size, (255, 255, 255), max(1, int(3 * size))
        )
        return shown

    return draw


def snow(image: Image, seconds: float) -> Image:
    random = np.random.default_rng(int(seconds * 1000) % 2**31)
    return np.repeat(random.integers(0, 256, (*image.shape[:2], 1), np.uint8), 3, axis=2)


def noise(sigma: float) -> Change:
    return lambda image, t: np.clip(image + _noise(image.shape[:2], sigma, t)[..., None], 0, 255).astype(np.uint8)


def gain(factor: float, lift: float = 0.0) -> Change:
    return lambda image, _: np.clip(image * factor + lift, 0, 255).astype(np.uint8)


def burn_out(share: float) -> Change:
    """So bright that this share of the picture is white."""

    def draw(image: Image, _: float) -> Image:
        level = max(float(np.percentile(image.min(axis=2), 100 * (1 - share))), 1.0)
        return np.clip(image * (262 / level), 0, 255).astype(np.uint8)

    return draw


def blur(sigma: float) -> Change:
    """Gaussian, pixels at 640 wide."""
    return lambda image, _: cv2.GaussianBlur(image, (0, 0), sigma * image.shape[1] / 640)


def defocus(radius: float) -> Change:
    def draw(image: Image, _: float) -> Image:
        size = max(1, round(radius * image.shape[1] / 640))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * size + 1, 2 * size + 1)).astype(np.float32)
        return cv2.filter2D(image, -1, disc / disc.sum())

    return draw


def cover(share: float, level: float, texture: float = 4.0, side: str = "left") -> Change:
    """A cloth before the lens: out of focus, so its own texture is soft."""

    def draw(image: Image, _: float) -> Image:
        height, width = image.shape[:2]
        cloth = np.random.default_rng(9).normal(level, texture * 6, (height // 12, width // 12)).astype(np.float32)
        cloth = cv2.resize(cloth, (width, height), interpolation=cv2.INTER_CUBIC)
        covered = np.zeros((height, width), np.float32)
        columns, rows = round(width * share), round(height * share)
        covered[:, :columns] = side == "left"
        covered[:, width - columns :] += side == "right"
        covered[height - rows :] += side == "bottom"
        covered = cv2.GaussianBlur(covered, (0, 0), width / 100)[..., None]
        return np.clip(image * (1 - covered) + cloth[..., None] * covered, 0, 255).astype(np.uint8)

    return draw


def move(across: float, down: float = 0.0) -> Change:
    """The camera points elsewhere: what was at the edge has gone, something new has come in from the other side."""

    def draw(image: Image, _: float) -> Image:
        height, width = image.shape[:2]
        shift = np.array([[1, 0, across * width], [0, 1, down * height]], np.float32)
        return cv2.warpAffine(image, shift, (width, height), borderMode=cv2.BORDER_REFLECT)

    return draw


def other_view(image: Image, _: float) -> Image:
    """Turned right round: the same light, none of the same things."""
    height, width = image.shape[:2]
    turned = cv2.flip(cv2.rotate(image, cv2.ROTATE_180), 1)[:, : width // 2]
    return cv2.resize(turned, (width, height), interpolation=cv2.INTER_LINEAR)


def tint(blue: float, green: float, red: float) -> Change:
    return lambda image, _: np.clip(image * np.array((blue, green, red)), 0, 255).astype(np.uint8)


def stripes(period: float, depth: float, vertical: bool = False) -> Change:
    def draw(image: Image, _: float) -> Image:
        length = image.shape[1] if vertical else image.shape[0]
        wave = depth * np.sign(np.sin(2 * np.pi * np.arange(length) / (period * image.shape[1] / 640)))
        wave = wave[None, :, None] if vertical else wave[:, None, None]
        return np.clip(image + wave, 0, 255).astype(np.uint8)

    return draw


def half_grey(share: float) -> Change:
    def draw(image: Image, _: float) -> Image:
        shown = image.copy()
        shown[round(image.shape[0] * (1 - share)) :] = 128
        return shown

    return draw


def same(image: Image, _: float) -> Image:
    return image


FAULTS: tuple[Fault, ...] = (
    Fault("black", ("black",), card((0, 0, 0)), sensor=False),
    Fault("black, pedestal 16", ("black",), card((16, 16, 16)), sensor=False),
    Fault("black, sensor noise", ("black",), black_with_noise, sensor=False),
    Fault("white", ("uniform", "overexposed"), card((254, 254, 254)), sensor=False),
    Fault("blue card", ("uniform", "no_signal"), card((200, 40, 20)), sensor=False),
    Fault("grey card", ("uniform", "no_signal"), card((128, 128, 128)), sensor=False),
    Fault("no-signal text, blue", ("no_signal",), text_card((160, 30, 10)), sensor=False),
    Fault("no-signal text, black", ("no_signal",), text_card((0, 0, 0)), sensor=False),
    Fault("snow", ("snow",), snow, sensor=False),
    Fault("noise 20", ("noise",), noise(20), required=False),
    Fault("noise 40", ("noise", "snow"), noise(40)),
    Fault("stripes, horizontal", ("stripes",), stripes(24, 30)),
    Fault("stripes, vertical", ("stripes",), stripes(32, 30, vertical=True)),
    Fault("under-exposed x .05", ("dark", "black"), gain(0.05), required=False),
    Fault("overexposed, 80 % white", ("overexposed", "uniform"), burn_out(0.8)),
    Fault("overexposed, 55 % white", ("overexposed", "uniform"), burn_out(0.55), required=False),
    Fault("blur 2", ("blurred",), blur(2), required=False),
    Fault("blur 4", ("blurred",), blur(4)),
    Fault("blur 8", ("blurred",), blur(8)),
    Fault("defocus 6", ("blurred",), defocus(6)),
    Fault("covered 25 %", ("occluded",), cover(0.25, 90), required=False),
    Fault("covered 50 %, left", ("occluded",), cover(0.5, 90)),
    Fault("covered 50 %, dark, below", ("occluded", "partial_loss"), cover(0.5, 25, side="bottom")),
    Fault("covered 50 %, bright, right", ("occluded",), cover(0.5, 190, side="right")),
    Fault("covered whole, cloth", ("occluded", "view_changed", "blurred"), cover(1.0, 100, 5)),
    Fault("moved 5 %", ("moved",), move(0.05)),
    Fault("moved 5 %, down", ("moved",), move(0.0, 0.05)),
    Fault("moved 10 %", ("moved",), move(-0.10)),
    Fault("another view", ("view_changed", "moved", "occluded"), other_view),
    Fault("green cast", ("colour_cast",), tint(0.7, 1.25, 0.7), required=False),
    Fault("purple cast", ("colour_cast",), tint(1.25, 0.7, 1.2), required=False),
    Fault("lower half grey", ("partial_loss", "occluded"), half_grey(0.5)),
    Fault("frozen", ("frozen",), same, sensor=False, frozen=True),
    Fault("frozen, clock ticks", ("frozen",), same, sensor=False, frozen=True, clock=True),
    Fault("replayed", ("replayed",), same, replayed=True, required=False),
)

HEALTHY_CHANGES: tuple[Fault, ...] = (
    Fault("moved 2 % (healthy)", (), move(0.02)),
    Fault("moved 3 %, down (healthy)", (), move(0.0, 0.03)),
    Fault("dimmed x .7 (healthy)", (), gain(0.7)),
    Fault("brightened x 1.2 (healthy)", (), gain(1.2)),
    Fault("blur 0.7 (healthy)", (), blur(0.7)),
)
"""Changes that are no fault: whatever is raised here is false."""
