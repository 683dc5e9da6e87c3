"""Freeze over time: this look's patches against one another and against those of earlier polls."""

import itertools
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from monitor.vision import Question, freeze
from monitor.vision.decode import Picture
from monitor.vision.freeze import SIDE, Corners, Patches
from monitor.vision.memory import Kept

EARLIER = 2
"""Earlier polls whose patches are kept."""


class History:
    """The freeze part of a camera's memory."""

    def __init__(self, kept: Kept) -> None:
        self.words = kept.words
        self.blobs = kept.blobs
        self._now: list[Patches] = []

    def freeze(self, pictures: Sequence[Picture], question: Question) -> dict[str, Any]:
        """Numbers of the freeze test: every pair of this look's pictures and of these with earlier polls."""
        last = pictures[-1]
        if self.words.get("size") != [last.width, last.height]:
            self._start(last)
        corners = np.array(self.words["corners"], np.int32).reshape(-1, 2)
        self._now = [freeze.cut(picture, corners) for picture in pictures if picture.luma.shape == last.luma.shape]
        within = freeze.least([freeze.change(a, b) for a, b in itertools.combinations(self._now, 2)])
        earlier = [freeze.least([freeze.change(a, b) for a in self._now]) for b in self._earlier(corners, last)]
        floor = self.words.get("floor")
        limit = freeze.limit(floor, question.limits)
        same = sum(1 for _ in itertools.takewhile(lambda change: change is not None and change < limit, earlier))
        texture = freeze.texture(self._now[-1])
        still = (within is None or within < limit) and (same > 0 or (not earlier and within is not None))
        return {
            "least_change": _rounded(freeze.least([within, *earlier])),
            "least_within": _rounded(within),
            "pictures": len(self._now),
            "earlier_polls": len(earlier),
            "same_polls": same,  # newest earlier polls in a row that show this very picture
            "floor": _rounded(floor),
            "limit": round(limit, 4),
            "texture": round(texture, 2),
            "suspect": still and texture >= question.limits.frozen_texture,
        }

    def _start(self, last: Picture) -> None:
        """Another resolution: nothing of the old pictures can be compared."""
        self.words.update(size=[last.width, last.height], corners=freeze.choose(last).tolist(), earlier=0)
        self.words.pop("floor", None)
        for name in [name for name in self.blobs if name.startswith("patches")]:
            del self.blobs[name]

    def _earlier(self, corners: Corners, last: Picture) -> list[Patches]:
        names = sorted(name for name in self.blobs if name.startswith("patches"))
        arrays = [np.frombuffer(zlib.decompress(self.blobs[name]), np.uint8).reshape(-1, SIDE, SIDE) for name in names]
        return [Patches(last.width, last.height, corners, array, last.gain) for array in arrays]

    def remember(self, numbers: dict[str, Any]) -> None:
        """Keep this poll's patches; learn the floor from what is surely alive."""
        least = numbers["least_change"]
        if least is not None and least > numbers["limit"]:
            floor = self.words.get("floor")
            self.words["floor"] = least if floor is None else min(floor, least)
        if self._now and len(self._now[-1].corners):
            for index in range(EARLIER - 1, 0, -1):
                if f"patches{index - 1}" in self.blobs:
                    self.blobs[f"patches{index}"] = self.blobs[f"patches{index - 1}"]
            self.blobs["patches0"] = zlib.compress(self._now[-1].pixels.tobytes(), 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
