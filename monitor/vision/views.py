"""What a camera's view looks like when all is well, one reference for each light, learned and renewed by itself.

A reference is the median of several pictures apart in time, never the first one seen.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import cv2
import numpy as np

from monitor.vision import Question
from monitor.vision.compare import SHIFTED, Comparison, compare
from monitor.vision.decode import Plane
from monitor.vision.memory import Kept
from monitor.vision.sketch import ACROSS, DOWN, Sketch, kept_tiles, recalled, sketch
from monitor.vision.statistics import Statistics

QUALITY, SAMPLE_QUALITY = 80, 40
"""JPEG quality of a reference (about 4 kB) and of the pictures it is the median of (about 2 kB)."""
MOST_VIEWS = 4
OWN = "reference/", "tiles/", "first/", "sample/"
"""Blobs of a view; its name follows."""
STRANGE = 0.5
"""Share of tiles lost from which a sample is of another view than the median of all."""
RESTLESS = 25
"""A tile lost in more than so many of a hundred samples, in waves or leaves, is none to recognise the view by; ..."""
CALMER = 0.8
"""... and believed to have come to rest this factor a renewal: a lull is not the end of the waves."""
VOUCHED_SECONDS = 86_400.0
"""For so long after a person accepted a view it is learned as it looks: a day, for its light and its dark."""
LASTING = 3
"""Looks over which lost tiles must be the same ones."""
KEPT_NUMBERS = (
    "level", "spread", "clipped", "flat", "blank", "entropy", "native_noise", "stripe_spread", "stripe_coherence",
    "blue", "red", "chroma", "focus",
)  # fmt: skip
"""Statistics remembered with a reference."""


@dataclass
class View:
    """One light of one camera. ``words`` lives in the camera's memory and is changed in place."""

    name: str
    words: dict[str, Any]
    jpeg: bytes = field(default=b"", repr=False)  # the reference
    tiles: bytes = field(default=b"", repr=False)  # what is known of its tiles

    @property
    def learned(self) -> bool:
        return bool(self.jpeg)

    @functools.cached_property
    def reference(self) -> Plane:
        return _decoded(self.jpeg)

    @functools.cached_property
    def drawn(self) -> Sketch:
        one = recalled(self.reference, self.tiles) if self.tiles else sketch(self.reference)
        if restless := self.words.get("restless"):
            share = np.array(restless)
            return one._replace(restless=share > RESTLESS, steady=share == 0)
        return one


class Views:
    """The references of one camera, read from and written to its memory."""

    def __init__(self, kept: Kept, question: Question) -> None:
        self._kept, self._question = kept, question
        accepted = max(question.accepted_at, question.at.timestamp() if question.accept_view else 0.0)
        if accepted > kept.words.get("accepted_at", 0.0):
            self._forget()
            kept.words["accepted_at"] = accepted
        self._words: dict[str, dict[str, Any]] = kept.words.setdefault("views", {})

    @property
    def vouched_for(self) -> bool:
        """Whether a person accepted the view lately."""
        accepted: float | None = self._kept.words.get("accepted_at")
        return accepted is not None and self._question.at.timestamp() - accepted < VOUCHED_SECONDS

    def _forget(self) -> None:
        self._kept.words.pop("views", None)
        for name in [name for name in self._kept.blobs if name.startswith(OWN)]:
            del self._kept.blobs[name]

    def all(self, shape: tuple[int, ...]) -> list[View]:
        """Every known light; references of another aspect ratio cannot be compared and are left out."""
        blobs = self._kept.blobs
        return [
            View(name, words, blobs.get(f"reference/{name}", b""), blobs.get(f"tiles/{name}", b""))
            for name, words in self._words.items()
            if words.get("shape") == list(shape)
        ]

    def words(self) -> list[dict[str, Any]]:
        return list(self._words.values())

    def unfinished(self, shape: tuple[int, ...]) -> list[View]:
        """Lights being learned from pictures of this shape."""
        views = [View(name, words) for name, words in self._words.items() if "numbers" not in words]
        return [view for view in views if view.words.get("shape") == list(shape)]

    def learn(self, view: View, now: Plane, numbers: Statistics, at: datetime) -> None:
        """Take one more healthy picture; when there are enough, over long enough, their median is the reference."""
        limits = self._question.limits
        samples: list[dict[str, Any]] = view.words.setdefault("samples", [])
        spacing = limits.reference_refresh_seconds if view.learned else limits.reference_spacing
        if samples and at.timestamp() - samples[-1]["at"] < spacing:
            return
        facts = numbers.as_facts()
        samples.append({"at": at.timestamp()} | {name: facts[name] for name in KEPT_NUMBERS})
        self._kept.blobs[f"sample/{view.name}/{len(samples)}"] = _jpeg(now, SAMPLE_QUALITY)
        if len(samples) >= limits.reference_frames and at.timestamp() - samples[0]["at"] >= limits.reference_seconds:
            self._finish(view, samples)

    def _finish(self, view: View, samples: list[dict[str, Any]]) -> None:
        names = [f"sample/{view.name}/{index + 1}" for index in range(len(samples))]
        pictures = [_decoded(self._kept.blobs[name]) for name in names]
        middle = np.median(np.stack(pictures), axis=0).astype(np.uint8)
        view.words["samples"] = []
        for name in names:
            del self._kept.blobs[name]
        beside = _beside(pictures, middle)
        if sum(one.lost > STRANGE for one in beside) > len(beside) // 4:
            return  # a median of several views shows none, the camera was moving: begin again
        jpeg = _jpeg(middle, QUALITY)
        drawn = sketch(_decoded(jpeg))
        if view.learned:
            self._measure_creep(view, drawn)
        self._kept.blobs |= {f"reference/{view.name}": jpeg, f"tiles/{view.name}": kept_tiles(drawn)}
        view.words["numbers"] = {
            name: round(float(np.median([sample[name] for sample in samples])), 4) for name in KEPT_NUMBERS
        }
        view.words["restless"] = _restless(beside, view.words.get("restless"))
        view.words["learned_at"] = samples[-1]["at"]

    def _measure_creep(self, view: View, renewed: Sketch) -> None:
        """A mount that gives way a little every day must not be forgiven for ever: against the first reference."""
        first = self._kept.blobs.setdefault(f"first/{view.name}", view.jpeg)
        limits = self._question.limits
        found = compare(sketch(_decoded(first)), renewed, np.zeros((DOWN, ACROSS), bool))
        back = found.lost_here - found.lost >= limits.moved_recovers
        if back and found.response > limits.moved_response:
            view.words["drift"] = [round(found.shift_across, 5), round(found.shift_down, 5)]
        elif found.lost_here < SHIFTED:
            view.words["drift"] = [0.0, 0.0]

    def begin(self, monochrome: bool, shape: tuple[int, ...]) -> View:
        """A new light; the oldest unfinished one makes room."""
        if len(self._words) >= MOST_VIEWS:
            self._drop(min(self._words, key=lambda name: self._words[name].get("learned_at", 0.0)))
        number = self._kept.words["next_view"] = self._kept.words.get("next_view", 0) + 1
        name = self._question.preset or f"{'mono' if monochrome else 'colour'}-{number}"
        self._words[name] = {"mono": monochrome, "shape": list(shape)}
        return View(name, self._words[name])

    def _drop(self, name: str) -> None:
        del self._words[name]
        once = f"reference/{name}", f"tiles/{name}", f"first/{name}"
        own = [blob for blob in self._kept.blobs if blob in once or blob.startswith(f"sample/{name}/")]
        for blob in own:
            del self._kept.blobs[blob]


def _beside(pictures: Sequence[Plane], middle: Plane) -> list[Comparison]:
    """Each sample beside the median of all."""
    unmasked = np.zeros((DOWN, ACROSS), bool)
    then = sketch(middle)
    return [compare(then, sketch(picture), unmasked) for picture in pictures]


def _restless(beside: Sequence[Comparison], known: list[list[int]] | None) -> list[list[int]]:
    """(DOWN, ACROSS) hundredths of the samples that a tile was not like; up at once, down slowly."""
    lost = 100 * np.mean([one.unlike for one in beside], axis=0)
    kept: list[list[int]] = np.maximum(lost, CALMER * np.array(known or 0)).astype(int).tolist()
    return kept


def _decoded(jpeg: bytes) -> Plane:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE))


def _jpeg(grey: Plane, quality: int) -> bytes:
    return bytes(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
