"""Drawn places to look at. Each is a fixed background and what moves before it, reproducible from its seed."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Height x width x 3, BGR."""


class Scene:
    """Draws itself at any time. ``noise`` is the sensor noise in grey levels that belongs to its light."""

    noise = 1.2

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.random = np.random.default_rng(seed)
        self.background = self.draw_background()

    def image(self, seconds: float) -> Image:
        """The view at a time, as a new array."""
        image = self.background.copy()
        self.draw_motion(image, seconds)
        return image

    def draw_background(self) -> Image:
        raise NotImplementedError

    def draw_motion(self, image: Image, seconds: float) -> None:
        """Nothing moves unless a scene says so."""

    def box(self, image: Image, x: float, y: float, w: float, h: float, colour: tuple[int, int, int]) -> None:
        """A filled rectangle; position and size as shares of the picture."""
        top_left = round(x * self.width), round(y * self.height)
        bottom_right = round((x + w) * self.width) - 1, round((y + h) * self.height) - 1
        cv2.rectangle(image, top_left, bottom_right, colour, cv2.FILLED)

    def colour(self, low: int, high: int) -> tuple[int, int, int]:
        blue, green, red = (int(value) for value in self.random.integers(low, high, 3))
        return blue, green, red

    def roughen(self, image: Image, strength: float) -> Image:
        """Static grain, as of plaster and asphalt: without it a drawn wall is flatter than any real one."""
        fine = self.random.normal(0, strength, image.shape[:2])
        coarse = cv2.resize(
            self.random.normal(0, strength, (image.shape[0] // 4, image.shape[1] // 4)), image.shape[1::-1]
        )
        grain = np.repeat((fine + coarse)[..., None], 3, axis=2)
        return as_image(image + grain)


class Street(Scene):
    """Houses, a road, cars and people on their way."""

    def draw_background(self) -> Image:
        image = np.zeros((self.height, self.width, 3), np.uint8)
        image[:] = np.linspace((205, 190, 175), (170, 165, 160), self.height, dtype=np.uint8)[:, None]
        for house in range(8):
            self._house(image, house / 8, float(self.random.uniform(0.12, 0.3)))
        self.box(image, 0, 0.58, 1, 0.1, (150, 155, 158))
        self.box(image, 0, 0.66, 1, 0.34, (86, 88, 90))
        for dash in range(9):
            self.box(image, dash / 8 - 0.03, 0.815, 0.06, 0.014, (215, 220, 222))
        return self.roughen(image, 5)

    def _house(self, image: Image, x: float, top: float) -> None:
        self.box(image, x, top, 0.122, 0.6 - top, self.colour(90, 170))
        for row in range(5):
            for column in range(4):
                self.box(image, x + 0.012 + column * 0.028, top + 0.03 + row * 0.065, 0.016, 0.04, self.colour(25, 110))

    def draw_motion(self, image: Image, seconds: float) -> None:
        for car in range(4):
            lane, speed = (0.70, 0.11) if car % 2 else (0.86, -0.14)
            x = (car * 0.37 + speed * seconds) % 1.3 - 0.15
            self._car(image, x, lane, (40 + 60 * car, 60, 200 - 50 * car))
        for person in range(3):
            x = (person * 0.41 + 0.03 * seconds * (1 if person % 2 else -1)) % 1.1 - 0.05
            self.box(image, x, 0.575, 0.012, 0.075, (60, 40 + 60 * person, 90))
            self.box(image, x + 0.002, 0.55, 0.008, 0.026, (140, 165, 205))

    def _car(self, image: Image, x: float, y: float, paint: tuple[int, int, int]) -> None:
        self.box(image, x, y, 0.13, 0.06, paint)
        self.box(image, x + 0.025, y - 0.035, 0.075, 0.04, (70, 60, 50))
        for wheel in (0.02, 0.09):
            self.box(image, x + wheel, y + 0.05, 0.02, 0.03, (25, 25, 25))


class Indoor(Scene):
    """A furnished room in which nothing moves: live, and only the sensor's noise shows it."""

    noise = 1.5

    def draw_background(self) -> Image:
        image = np.full((self.height, self.width, 3), (168, 180, 188), np.uint8)
        for board in range(14):
            tone = int(self.random.integers(-14, 14))
            self.box(image, 0, 0.72 + board * 0.02, 1, 0.018, (78 + tone, 108 + tone, 146 + tone))
        for shelf in range(4):
            self._shelf(image, 0.05, 0.16 + shelf * 0.14)
        self.box(image, 0.62, 0.18, 0.26, 0.28, (225, 215, 200))
        for bar in range(4):
            self.box(image, 0.62 + bar * 0.085, 0.18, 0.008, 0.28, (70, 75, 80))
        self._desk(image)
        return self.roughen(image, 4)

    def _shelf(self, image: Image, x: float, y: float) -> None:
        self.box(image, x, y, 0.42, 0.14, (60, 84, 116))
        for book in range(24):
            tall = float(self.random.uniform(0.06, 0.11))
            self.box(image, x + 0.01 + book * 0.0165, y + 0.125 - tall, 0.014, tall, self.colour(30, 220))

    def _desk(self, image: Image) -> None:
        self.box(image, 0.5, 0.62, 0.44, 0.03, (52, 76, 108))
        for leg in (0.52, 0.9):
            self.box(image, leg, 0.65, 0.02, 0.25, (48, 70, 98))
        self.box(image, 0.66, 0.47, 0.15, 0.14, (40, 42, 44))
        for line in range(6):
            self.box(image, 0.675, 0.485 + line * 0.018, 0.06 + 0.01 * (line % 3), 0.008, (120, 190, 120))


class Night(Street):
    """The street after dark under a few lamps: dim and noisy, but a healthy picture."""

    noise = 3.0

    def draw_background(self) -> Image:
        day = super().draw_background()
        light = np.full((self.height, self.width), 0.2, np.float32)
        across, down = np.meshgrid(np.linspace(0, 1, self.width), np.linspace(0, 1, self.height))
        for lamp in (0.18, 0.52, 0.86):
            light += 0.7 * np.exp(-(((across - lamp) / 0.09) ** 2) - ((down - 0.55) / 0.25) ** 2).astype(np.float32)
        image = as_image(day * light[..., None] * np.array((0.7, 0.85, 1.0)))
        for lamp in (0.18, 0.52, 0.86):
            self.box(image, lamp - 0.008, 0.34, 0.016, 0.02, (205, 240, 255))
        return image

    def draw_motion(self, image: Image, seconds: float) -> None:
        x = (0.04 * seconds) % 1.4 - 0.2
        self.box(image, x, 0.80, 0.13, 0.06, (22, 24, 30))
        self.box(image, x + 0.12, 0.815, 0.012, 0.02, (230, 245, 250))
        self.box(image, x, 0.815, 0.008, 0.02, (20, 20, 160))


class Foliage(Scene):
    """Leaves in the wind, all over the picture."""

    def draw_background(self) -> Image:
        image = np.full((self.height, self.width, 3), (60, 90, 70), np.uint8)
        for _ in range(700):
            centre = int(self.random.integers(self.width)), int(self.random.integers(self.height))
            axes = max(2, self.width // 60), max(1, self.width // 140)
            green = (
                int(self.random.integers(20, 70)),
                int(self.random.integers(70, 190)),
                int(self.random.integers(30, 110)),
            )
            cv2.ellipse(image, centre, axes, float(self.random.uniform(0, 180)), 0, 360, green, cv2.FILLED, cv2.LINE_AA)
        return self.roughen(image, 4)

    def image(self, seconds: float) -> Image:
        sway = self.width / 160
        shear = 0.02 * math.sin(seconds * 1.9)
        wind = np.array([[1, shear, sway * math.sin(seconds * 2.3)], [0, 1, sway * math.cos(seconds * 1.3)]])
        return as_image(cv2.warpAffine(self.background, wind, (self.width, self.height), borderMode=cv2.BORDER_REFLECT))


class Wall(Scene):
    """A plain wall: nobody can tell from its picture whether it is live."""

    noise = 0.6

    def draw_background(self) -> Image:
        image = np.empty((self.height, self.width, 3), np.uint8)
        image[:] = np.linspace((186, 192, 196), (168, 174, 178), self.width, dtype=np.uint8)
        return image


SCENES: Mapping[str, Callable[[int, int, int], Scene]] = {
    "street": Street,
    "indoor": Indoor,
    "night": Night,
    "foliage": Foliage,
    "wall": Wall,
}


def as_image(values: NDArray[Any]) -> Image:
    """Cut to what eight bits hold."""
    return np.asarray(np.clip(values, 0, 255), np.uint8)
