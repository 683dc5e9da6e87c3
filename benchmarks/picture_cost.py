"""CPU of the judgement of one key frame in a worker: decoding and analysis apart, with a learned reference."""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import cv2
import numpy as np

from benchmarks.picture_run import NOON
from benchmarks.picture_scenes import houses
from benchmarks.picture_stream import Camera, Encoding
from monitor import heap
from monitor.vision import Question, analyse
from monitor.vision.decode import decode

SIZES = ((1920, 1080), (640, 360))
KEY_FRAMES = Encoding("key frames only", "libx264", "crf", 26, 1)
REPEATS = 41


class _Still:
    """A drawn street at any size."""

    name, noise, group = "cost", 1.0, "dev"

    def __init__(self, width: int, height: int) -> None:
        self._view = cv2.resize(houses(3, 100, (1.0, 1.0, 1.0)), (width, height), interpolation=cv2.INTER_CUBIC)

    def picture(self, _: float) -> np.ndarray:
        return self._view


def cost_table() -> dict[str, dict[str, float]]:
    cv2.setNumThreads(1)
    heap.keep_freed_memory()  # as a worker does
    return {f"{width}x{height}": _cost(width, height) for width, height in SIZES}


def _cost(width: int, height: int) -> dict[str, float]:
    camera = Camera(_Still(width, height), KEY_FRAMES)
    frames = [camera.poll(60.0 * minute)[0][0] for minute in range(10)]
    memory = b""
    for minute, frame in enumerate(frames[:-1]):
        memory = analyse([frame], memory, Question(NOON + timedelta(minutes=minute))).memory
    question = Question(NOON + timedelta(minutes=len(frames)))
    pairs = [
        (_milliseconds(lambda: decode(frames[-1])), _milliseconds(lambda: analyse([frames[-1]], memory, question)))
        for _ in range(REPEATS)
    ]
    decoding, analysis = median(one for one, _ in pairs), median(whole - one for one, whole in pairs)
    return {"decoding": round(decoding, 1), "analysis": round(analysis, 1)}


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)
