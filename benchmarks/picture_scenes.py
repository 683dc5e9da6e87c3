"""Scenes for the picture benchmark: real clips where present, drawn ones always; development and test kept apart.

A scene shows itself at any time of its hour: ``picture(seconds)`` is what the lens sees, before sensor and encoder.
"""

import functools
import math
import os
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np

Image = np.ndarray  # height x width x 3, BGR, uint8
WIDTH, HEIGHT = 640, 360
CLIPS = Path(os.environ.get("CCTV_CLIPS", Path(__file__).parents[2] / "shared" / "clips"))
CLIP_RATE = 4  # frames a second that are kept of a clip
CLIP_NOISE = 0.7  # so that no source frame ever comes twice exactly alike


class Scene:
    """A fixed background and what moves, lights up or changes before it. ``noise``: of the sensor, grey levels."""

    def __init__(self, name: str, seed: int, noise: float, group: str) -> None:
        self.name, self.noise, self.group = name, noise, group
        self.random = np.random.default_rng(seed)

    def picture(self, seconds: float) -> Image:
        raise NotImplementedError


class Clip(Scene):
    """A real clip; the poll of each minute begins somewhere else in it."""

    def __init__(self, name: str, file: str, group: str) -> None:
        super().__init__(name, 5, CLIP_NOISE, group)
        self.frames = _read(CLIPS / file)

    def picture(self, seconds: float) -> Image:
        minute, rest = divmod(seconds, 60)
        start = int(minute * 37) % max(len(self.frames) - 40, 1)
        return self.frames[(start + int(rest * CLIP_RATE)) % len(self.frames)]


@functools.cache
def _read(path: Path) -> list[Image]:
    frames, due = [], 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time >= due:
                width = min(WIDTH, frame.width) // 2 * 2
                height = round(frame.height * width / frame.width) // 2 * 2
                frames.append(frame.reformat(width, height, format="bgr24").to_ndarray())
                due += 1 / CLIP_RATE
    return frames


class Drawn(Scene):
    """``light(seconds)`` multiplies the whole picture; ``movers(canvas, seconds)`` draws what moves."""

    def __init__(
        self,
        name: str,
        group: str,
        background: Image,
        noise: float,
        light: Callable[[float], float] = lambda _: 1.0,
        movers: Callable[[Image, float], None] = lambda _canvas, _seconds: None,
        monochrome_from: float = math.inf,
    ) -> None:
        super().__init__(name, 6, noise, group)
        self.background, self.light, self.movers, self.monochrome_from = background, light, movers, monochrome_from

    def picture(self, seconds: float) -> Image:
        canvas = self.background.copy()
        self.movers(canvas, seconds)
        canvas = cv2.convertScaleAbs(canvas, alpha=self.light(seconds))
        if seconds >= self.monochrome_from:
            canvas = cv2.cvtColor(cv2.cvtColor(canvas, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        return canvas


def cloudy(seed: int, slope: float, low: float, high: float, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    """Fractal texture: spectrum falls with frequency**slope; float32 between low and high."""
    random = np.random.default_rng(seed)
    width, height = size
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = 1
    phases = random.normal(size=frequency.shape) + 1j * random.normal(size=frequency.shape)
    field = np.fft.irfft2(phases / frequency**slope, s=(height, width))
    field = (field - field.min()) / (field.max() - field.min())
    return (low + field * (high - low)).astype(np.float32)


def tinted(grey: np.ndarray, tint: tuple[float, float, float]) -> Image:
    return np.clip(grey[..., None] * np.array(tint, np.float32), 0, 255).astype(np.uint8)


def houses(seed: int, level: float, tint: tuple[float, float, float], road: float = 0.65) -> Image:
    """Facades with windows above a road, weathered by a fractal texture."""
    random = np.random.default_rng(seed)
    view = cloudy(seed, 1.4, 0.55 * level, 1.35 * level)
    x = 0
    while x < WIDTH:
        width, top = int(random.integers(50, 110)), int(random.integers(10, 120))
        shade = level * random.uniform(0.6, 1.5)
        view[top : int(HEIGHT * road), x : x + width] = (
            view[top : int(HEIGHT * road), x : x + width] * 0.3 + shade * 0.7
        )
        for window_y in range(top + 8, int(HEIGHT * road) - 18, 26):
            for window_x in range(x + 6, x + width - 12, 20):
                view[window_y : window_y + 14, window_x : window_x + 9] = level * random.uniform(0.2, 1.1)
        x += width
    road_texture = cloudy(seed + 1, 1.0, 0.7 * level, 0.95 * level)[int(HEIGHT * road) :]
    view[int(HEIGHT * road) :] = road_texture
    for dash in range(0, WIDTH, 70):
        view[int(HEIGHT * (road + 0.16)) : int(HEIGHT * (road + 0.16)) + 4, dash : dash + 35] = 1.9 * level
    return tinted(view, tint)


def room(seed: int, wall: float, tint: tuple[float, float, float]) -> Image:
    """A corridor: plain shaded walls, doors, a floor, a few posters."""
    random = np.random.default_rng(seed)
    across = np.linspace(0.75, 1.1, WIDTH)[None, :] * np.linspace(1.1, 0.85, HEIGHT)[:, None] * wall
    view = (across + cloudy(seed, 1.2, -2, 2)).astype(np.float32)
    view[270:] = cloudy(seed + 2, 1.1, 0.4 * wall, 0.6 * wall)[270:]
    for door in range(4):
        x = 20 + door * 155
        cv2.rectangle(view, (x, 90), (x + 70, 270), wall * random.uniform(0.35, 0.7), cv2.FILLED)
        cv2.rectangle(view, (x, 90), (x + 70, 270), wall * 0.2, 2)
        cv2.circle(view, (x + 60, 185), 4, wall * 1.3, cv2.FILLED)
        poster = random.uniform(20, 220, (5, 4)).astype(np.float32)
        view[110:170, x + 85 : x + 133] = cv2.resize(poster, (48, 60), interpolation=cv2.INTER_NEAREST)
    return tinted(view, tint)


def traffic(count: int, road: float, level: float, gap: float = 1.0) -> Callable[[Image, float], None]:
    """Cars along the road; ``gap`` > 1 leaves it empty for part of the time."""

    def draw(canvas: Image, seconds: float) -> None:
        for car in range(count):
            place = (0.31 * car + seconds * (0.09 + 0.02 * car)) % (1.3 * gap) - 0.15
            x, y = int(place * WIDTH), int(HEIGHT * road) + (car % 3) * 26
            shade = level * (0.4 + 0.3 * (car * 7 % 5))
            cv2.rectangle(canvas, (x, y), (x + 84, y + 34), (shade, 0.8 * shade, 1.1 * shade), cv2.FILLED)
            cv2.rectangle(canvas, (x + 14, y - 16), (x + 64, y), (0.6 * shade,) * 3, cv2.FILLED)

    return draw


def passer_by(every: float, level: float) -> Callable[[Image, float], None]:
    """Somebody crosses the view for ten seconds of each ``every``."""

    def draw(canvas: Image, seconds: float) -> None:
        along = seconds % every
        if along < 10:
            x = int(along / 10 * (WIDTH + 60)) - 60
            cv2.rectangle(canvas, (x, 150), (x + 36, 300), (0.7 * level, 0.5 * level, 0.9 * level), cv2.FILLED)
            cv2.circle(canvas, (x + 18, 135), 16, (0.9 * level, level, 1.2 * level), cv2.FILLED)

    return draw


def lorry(minute: int, before: Callable[[Image, float], None]) -> Callable[[Image, float], None]:
    """A lorry stands in the view during one poll of the hour."""

    def draw(canvas: Image, seconds: float) -> None:
        before(canvas, seconds)
        if int(seconds // 60) == minute:
            cv2.rectangle(canvas, (60, 40), (560, 330), (150, 160, 170), cv2.FILLED)
            cv2.rectangle(canvas, (60, 40), (560, 330), (60, 60, 70), 6)

    return draw


def rain(seed: int, before: Callable[[Image, float], None]) -> Callable[[Image, float], None]:
    random = np.random.default_rng(seed)

    def draw(canvas: Image, seconds: float) -> None:
        before(canvas, seconds)
        for x, y, length in random.integers((0, 0, 8), (WIDTH, HEIGHT, 26), (350, 3)):
            colour = tuple(int(value) + 45 for value in canvas[y, x])
            cv2.line(canvas, (int(x), int(y)), (int(x) + 3, int(y + length)), colour, 1)

    return draw


def waving(seed: int, low: float, high: float) -> Callable[[Image, float], None]:
    """Foliage: a texture that sways a few pixels, differently in each of its parts."""
    leaves = cloudy(seed, 0.7, low, high, (WIDTH, 240))
    rows, columns = np.mgrid[0:240, 0:WIDTH].astype(np.float32)

    def draw(canvas: Image, seconds: float) -> None:
        sway = 3 * np.sin(seconds * 1.7 + columns / 90) + 2 * np.sin(seconds * 2.9 + rows / 30)
        moved = cv2.remap(
            leaves, columns + sway.astype(np.float32), rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        canvas[60:300] = tinted(moved, (0.5, 1.0, 0.6))

    return draw


def lamps(background: Image, seed: int, count: int, tint: tuple[float, float, float]) -> Image:
    """Pools of light on a dark view."""
    random = np.random.default_rng(seed)
    glow = np.zeros((HEIGHT, WIDTH), np.float32)
    for x, y in random.integers((40, 40), (WIDTH - 40, 200), (count, 2)):
        cv2.circle(glow, (int(x), int(y)), 6, 400.0, cv2.FILLED)
        cv2.ellipse(glow, (int(x), int(y) + 130), (90, 40), 0, 0, 360, 60.0, cv2.FILLED)
    glow = cv2.GaussianBlur(glow, (0, 0), 9)
    return np.clip(background + glow[..., None] * np.array(tint), 0, 255).astype(np.uint8)


def dusk(seconds: float) -> float:
    """From full light to a third within the hour."""
    return 1.0 - 0.67 / (1 + math.exp(-(seconds - 1800) / 300))


def clouds_pass(seconds: float) -> float:
    return 1.0 + 0.12 * math.sin(seconds / 170) + (0.45 if 1500 <= seconds < 1740 else 0.0)


def plain(seed: int, low: float, high: float, roughness: float, tint: tuple[float, float, float]) -> Image:
    slope = np.linspace(low, high, WIDTH)[None, :] + np.linspace(6, -6, HEIGHT)[:, None]
    return tinted(slope + cloudy(seed, 1.0, -roughness, roughness), tint)


def scenes(group: str) -> list[Scene]:
    """``dev``: thresholds were looked at on these. ``test``: never; the published table is theirs."""
    return [scene for scene in [*_clips(group), *(_dev() if group == "dev" else _test())]]


def _clips(group: str) -> list[Scene]:
    files = {
        "dev": [("indoor", "intel_one-by-one-person-detection.mp4"), ("road and trees", "bgs_video03.avi")],
        "test": [("motorway", "dvr_traffic_camera.mp4"), ("motorway, clock", "bgs_video02.avi")],
    }
    return [Clip(name, file, group) for name, file in files[group] if (CLIPS / file).exists()]


def _dev() -> list[Scene]:
    day, cool = (1.05, 1.0, 0.95), (1.1, 1.0, 0.9)
    night = lamps(houses(11, 26, cool), 12, 3, (0.8, 0.9, 1.0))
    return [
        Drawn("street", "dev", houses(21, 105, day), 1.5, clouds_pass, lorry(30, traffic(4, 0.7, 110))),
        Drawn("quiet night", "dev", night, 0.9, movers=passer_by(600, 50)),
        Drawn("plain wall", "dev", plain(13, 135, 165, 2.0, day), 0.8, movers=passer_by(900, 120)),
        Drawn("trees", "dev", houses(14, 95, day), 1.2, movers=waving(15, 20, 150)),
        Drawn("corridor", "dev", room(16, 150, cool), 0.5, movers=passer_by(420, 130)),
    ]


def _test() -> list[Scene]:
    day, sodium, infrared = (0.95, 1.0, 1.05), (0.35, 0.75, 1.15), (1.0, 1.0, 1.0)
    amber = lamps(houses(41, 45, sodium, 0.6), 42, 4, (0.3, 0.75, 1.1))
    yard = lamps(houses(43, 60, infrared, 0.7), 44, 1, infrared)
    still_night = lamps(room(45, 30, infrared), 46, 1, infrared)
    return [
        Drawn("rain", "test", houses(31, 90, day, 0.7), 1.3, movers=rain(32, traffic(3, 0.74, 100))),
        Drawn("sodium light", "test", amber, 1.8, movers=traffic(2, 0.66, 60, gap=3.0)),
        Drawn("infrared yard", "test", yard, 2.2, movers=passer_by(1200, 90)),
        Drawn("still night", "test", still_night, 0.6),
        Drawn("white wall", "test", plain(47, 175, 205, 1.2, day), 0.6),
        Drawn("bushes", "test", houses(48, 110, day), 1.0, clouds_pass, waving(49, 40, 190)),
        Drawn("hall", "test", room(50, 120, day), 0.4, movers=lorry(25, passer_by(300, 110))),
        Drawn("car park, dusk", "test", houses(51, 120, day, 0.55), 1.0, dusk, traffic(2, 0.6, 120, gap=4.0)),
        Drawn(
            "to infrared", "test", houses(52, 90, day, 0.6), 1.4, movers=traffic(2, 0.66, 90, 2.0), monochrome_from=1800
        ),
    ]
