"""Does the picture live? This look's key frames against one another and against those of earlier polls.

Two numbers a pair: ``change``, the noise a sensor never repeats (native patches), and ``movement``, coarse cells that
no re-encoding of a still picture could alter. What surely lives teaches how little this camera may change.
"""

import itertools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from monitor.vision import Question, freeze, movement
from monitor.vision.decode import Picture, Plane
from monitor.vision.floor import Floor
from monitor.vision.freeze import SIDE, Corners, Patches
from monitor.vision.memory import Kept
from monitor.vision.movement import ACROSS, DOWN, Cells
from monitor.vision.signatures import Signatures
from monitor.vision.work import Small

EARLIER = 8
"""Earlier looks that are kept, 3 to 4 kB each: a restless encoder shows a still picture anew every time, and only among
many pairs are there two alike."""
MOST, CLOSE_KEPT = 16, 4
"""While nothing moves more are kept, and of a close look so many."""
TOP, BOTTOM = freeze.TOP, freeze.BOTTOM


class Pair(NamedTuple):
    change: float | None
    movement: float


@dataclass(slots=True)
class Shot:
    """What is kept of one key frame."""

    patches: Patches
    grid: Plane


class Life:
    """The freeze and replay part of a camera's memory."""

    def __init__(self, kept: Kept, question: Question) -> None:
        self._kept, self._question = kept, question
        self._signatures = Signatures(kept.words)
        self.left_out: Cells = movement.bands(TOP, BOTTOM, question.masks)
        self.corners: Corners = np.zeros((0, 2), np.int32)
        self.band_top, self.band_bottom = question.limits.band_top, question.limits.band_bottom
        self._shots: list[Shot] = []
        self._least_moving: float | None = None  # change, of the pairs in which something surely moved
        self._least_still: float | None = None  # of the others

    def look(self, pictures: Sequence[Picture], smalls: Sequence[Small], light: dict[str, Any]) -> dict[str, Any]:
        """Numbers of the freeze and replay tests. ``light``: words of the view whose floor applies."""
        last = pictures[-1]
        corners = self.corners = self._corners(last)
        same = [pair for pair in zip(pictures, smalls, strict=True) if pair[0].luma.shape == last.luma.shape]
        self._shots = [Shot(freeze.cut(picture, corners), movement.grid(small.grey)) for picture, small in same]
        earlier = self._earlier(corners, last)
        clock = self._clock(earlier)
        self.left_out |= clock
        self._floor = Floor(light, self._question.limits)
        numbers = self._numbers(earlier, self._floor) | {"clock_cells": int(clock.sum())}
        numbers["suspect"] = numbers["still"] and self._can_tell(numbers)
        return numbers | self._repeated([small.inner for _, small in same])

    def _can_tell(self, numbers: dict[str, Any]) -> bool:
        """A close look is worth its cost only where it can decide."""
        limits = self._question.limits
        shown = numbers["texture"] >= limits.frozen_texture and numbers["patches"] >= freeze.FEWEST
        return bool(shown and (self._floor.quiet is None or self._floor.quiet >= limits.frozen_floor_least))

    def _repeated(self, pictures: Sequence[Plane]) -> dict[str, Any]:
        """Pictures seen exactly so before, and how many of them differ from one another: a loop, not a still view."""
        before = self._signatures.look(pictures)
        different: list[Shot] = []
        for shot in itertools.compress(self._shots, before):
            if all(self._differ(self._pair(shot, other)) for other in different):
                different.append(shot)
        back = self._signatures.came_back and bool(self._question.limits.replayed_matches)
        return {"seen_before": sum(before), "replayed_pictures": len(different), "came_back": back}

    def _differ(self, pair: Pair) -> bool:
        limits = self._question.limits
        return (pair.change or 0.0) >= 2 * limits.frozen_change or pair.movement >= limits.movement

    def _corners(self, last: Picture) -> Corners:
        """Chosen once for a camera and resolution, and again when what they show has become too flat to tell."""
        words = self._kept.words
        corners = np.array(words.get("corners", []), np.int32).reshape(-1, 2)
        if words.get("size") == [last.width, last.height] and len(corners) >= freeze.FEWEST:
            if freeze.texture(freeze.cut(last, corners)) >= self._question.limits.frozen_texture:
                return corners
            fresh = freeze.choose(last, self.left_out)
            if freeze.texture(freeze.cut(last, fresh)) < self._question.limits.frozen_texture:
                return corners
        else:
            fresh = freeze.choose(last, self.left_out)
        words.update(size=[last.width, last.height], corners=fresh.tolist())
        for name in [name for name in self._kept.blobs if name.startswith("shot")]:
            del self._kept.blobs[name]
        return fresh

    def _earlier(self, corners: Corners, last: Picture) -> list[Shot]:
        """Newest first."""
        shots = []
        for index in range(MOST):
            packed = self._kept.blobs.get(f"shot{index}")
            if packed is None:
                break
            pixels = np.frombuffer(zlib.decompress(packed), np.uint8)
            cells, patches = pixels[: DOWN * ACROSS].reshape(DOWN, ACROSS), pixels[DOWN * ACROSS :]
            patches = patches.reshape(-1, SIDE, SIDE)
            shots.append(Shot(Patches(last.width, last.height, corners, patches, last.gain), cells))
        return shots

    def _clock(self, earlier: Sequence[Shot]) -> Cells:
        """The burnt-in clock as seen in this look or over the last polls; a known one is kept."""
        found = movement.clock([shot.grid for shot in self._shots])
        if not found.any():
            found = movement.clock([shot.grid for shot in [*earlier[::-1], *self._shots[:1]]])
        if found.any():
            self._kept.words["clock"] = np.packbits(found).tobytes().hex()
        known = bytes.fromhex(self._kept.words.get("clock", ""))
        bits = np.unpackbits(np.frombuffer(known, np.uint8), count=ACROSS * DOWN) if known else np.zeros(ACROSS * DOWN)
        return bits.reshape(DOWN, ACROSS).astype(bool)

    def _pair(self, a: Shot, b: Shot) -> Pair:
        return Pair(freeze.change(a.patches, b.patches), movement.movement(a.grid, b.grid, self.left_out))

    def _numbers(self, earlier: Sequence[Shot], floor: Floor) -> dict[str, Any]:
        within = [self._pair(a, b) for a, b in itertools.combinations(self._shots, 2)]
        looks = [_stillest([self._pair(shot, old) for shot in self._shots]) for old in earlier]
        still = list(itertools.takewhile(lambda pair: not self._moved(pair), looks))
        quiet = [pair for pair in [*within, *still] if not self._moved(pair)]
        self._least_moving = freeze.least([pair.change for pair in [*within, *looks[:1]] if self._moved(pair)])
        self._least_still = freeze.least([pair.change for pair in quiet])
        nothing_moved = (bool(still) or not looks) and not any(self._moved(pair) for pair in within)
        texture = freeze.texture(self._shots[-1].patches)
        return {
            "pictures": len(self._shots),
            "least_change": _rounded(self._least_still),  # of all pairs in which nothing moved
            "movement_within": round(max((pair.movement for pair in within), default=0.0), 1),
            "movement_newest": round(looks[0].movement, 1) if looks else None,
            "earlier_looks": len(looks),
            "still_looks": len(still),  # newest earlier looks in a row since which nothing has moved
            "floor_busy": _rounded(floor.busy),
            "floor_quiet": _rounded(floor.quiet),
            "limit": round(floor.limit, 4),
            "texture": round(texture, 2),
            "patches": len(self._shots[-1].patches.corners),
            "still": nothing_moved
            and self._least_still is not None
            and floor.suspicious(self._least_still, len(still)),
        }

    def _moved(self, pair: Pair) -> bool:
        return pair.movement >= self._question.limits.movement

    def remember(self, numbers: dict[str, Any]) -> None:
        """Keep this look's newest key frame, of a suspicious close look several; learn from what surely lives."""
        still = bool(numbers["still"])
        if not numbers["seen_before"]:
            self._floor.learn(self._least_moving, self._least_still, doubtful=still)
        self._signatures.remember()
        fresh = self._shots[:: -max(1, len(self._shots) // CLOSE_KEPT)] if still else self._shots[-1:]
        names = [f"shot{index}" for index in range(MOST)]
        old = [blob for name in names if (blob := self._kept.blobs.pop(name, None)) is not None]
        kept = [*(_packed(shot) for shot in fresh), *old][: MOST if still else EARLIER]
        self._kept.blobs.update(zip(names, kept, strict=False))


def _packed(shot: Shot) -> bytes:
    return zlib.compress(shot.grid.tobytes() + shot.patches.pixels.tobytes(), 1)


def _stillest(pairs: Sequence[Pair]) -> Pair:
    """Of one earlier poll with every picture of this look: the least change, the least movement."""
    return Pair(freeze.least([pair.change for pair in pairs]), min(pair.movement for pair in pairs))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
