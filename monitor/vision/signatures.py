"""Exact signatures of key frames over many looks: a camera never shows one picture twice while its view moves."""

import hashlib
from collections.abc import Sequence
from typing import Any

from monitor.limits import PictureLimits
from monitor.vision.decode import Plane
from monitor.vision.movement import Cells, movement

KEPT = 160
"""Signatures; 8 bytes each, written as hex."""


class Signatures:
    """Part of a camera's memory: ``words["seen"]`` is a list of signatures, oldest first."""

    def __init__(self, words: dict[str, Any]) -> None:
        self._words = words
        self._now: list[str] = []

    def look(
        self, pictures: Sequence[Plane], grids: Sequence[Plane], left_out: Cells, limits: PictureLimits
    ) -> dict[str, Any]:
        """How many different pictures of this look were seen exactly so before, and whether they move."""
        seen = set(self._words.get("seen", ()))
        self._now = [signature(picture) for picture in pictures]
        matched: dict[str, Plane] = {name: grid for name, grid in zip(self._now, grids, strict=True) if name in seen}
        distinct = _moving(list(matched.values()), left_out, limits.movement)
        newest = self._words.get("seen", [""])[-1]
        back = self._now[-1] in seen and self._now[-1] != newest
        return {
            "seen_before": len(matched),
            "replayed_pictures": distinct,
            "came_back": back and bool(limits.replayed_matches),
        }

    def remember(self) -> None:
        fresh = [name for name in dict.fromkeys(self._now)]
        old = [name for name in self._words.get("seen", ()) if name not in fresh]
        self._words["seen"] = [*old, *fresh][-KEPT:]


def signature(picture: Plane) -> str:
    """16 hex digits of the small picture between the bands: equal only for pictures that decoded equally."""
    return hashlib.blake2b(picture.tobytes(), digest_size=8).hexdigest()


def _moving(grids: Sequence[Plane], left_out: Cells, moves: float) -> int:
    """How many of the pictures differ from all counted before them by real movement."""
    counted: list[Plane] = []
    for grid in grids:
        if all(movement(grid, other, left_out) >= moves for other in counted):
            counted.append(grid)
    return len(counted)
