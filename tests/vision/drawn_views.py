"""Drawn views and a real encoder for the tests of monitor.vision."""

from fractions import Fraction

import av
import numpy as np

from monitor.model import KeyFrame


def encode(pictures: list[np.ndarray], crf: str = "28") -> list[KeyFrame]:
    """Each grey picture as one H.264 key frame, from an encoder that has already settled."""
    height, width = pictures[0].shape
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.time_base = width, height, "yuv420p", Fraction(1, 25)
    context.thread_count = 1
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "1", "crf": crf}
    packets = []
    for number, picture in enumerate([pictures[0], *pictures]):
        frame = av.VideoFrame.from_ndarray(picture, "gray").reformat(format="yuv420p")
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    return [
        KeyFrame("h264", bytes(packet), number * 180_000, number * 2.0) for number, packet in enumerate(packets[1:])
    ]


def scene(seed: int = 1, width: int = 640, height: int = 368) -> np.ndarray:
    """A textured view: random boxes of many sizes on a slope, float."""
    random = np.random.default_rng(seed)
    view = np.tile(np.linspace(60, 170, width), (height, 1))
    for _ in range(160):
        x, y = random.integers(0, width - 20), random.integers(0, height - 20)
        view[y : y + random.integers(6, 70), x : x + random.integers(6, 70)] = random.integers(20, 225)
    return view


def live(view: np.ndarray, count: int, noise: float = 2.0, seed: int = 2) -> list[np.ndarray]:
    """The same view through a sensor: every picture has its own noise."""
    random = np.random.default_rng(seed)
    return [np.clip(view + random.normal(0, noise, view.shape), 0, 255).astype(np.uint8) for _ in range(count)]
