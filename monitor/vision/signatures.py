"""Exact signatures of key frames over many looks: a sensor never gives one and the same picture twice."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from monitor.vision.decode import Plane

KEPT = 160
"""Signatures; 8 bytes each, written as hex."""


class Signatures:
    """Part of a camera's memory: ``words["seen"]`` is a list of signatures, oldest first."""

    def __init__(self, words: dict[str, Any]) -> None:
        self._words = words
        self._now: list[str] = []

    def look(self, pictures: Sequence[Plane]) -> list[bool]:
        """For each picture of this look: was it seen exactly so in an earlier one?"""
        seen = set(self._words.get("seen", ()))
        self._now = [signature(picture) for picture in pictures]
        return [name in seen for name in self._now]

    @property
    def names(self) -> list[str]:
        """Of the pictures of this look."""
        return self._now

    def remember(self) -> None:
        fresh = list(dict.fromkeys(self._now))
        old = [name for name in self._words.get("seen", ()) if name not in fresh]
        self._words["seen"] = [*old, *fresh][-KEPT:]


def signature(picture: Plane) -> str:
    """16 hex digits of the small picture between the bands: equal only for pictures that decoded equally."""
    name = hashlib.sha1(np.ascontiguousarray(picture).data, usedforsecurity=False)  # of all the quickest with OpenSSL
    return name.hexdigest()[:16]
