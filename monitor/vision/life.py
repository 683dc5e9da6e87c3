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
from monitor.vision.freeze import SIDE, Corners, Patches
from monitor.vision.memory import Kept
from monitor.vision.movement import ACROSS, DOWN, Cells
from monitor.vision.signatures import Signatures
from monitor.vision.work import Small

EARLIER = 2
"""Earlier polls whose patches are kept: about 10 kB each."""
GRIDS = 6
"""Earlier polls whose coarse grids are kept: about 1 kB each."""
TOP, BOTTOM = freeze.TOP, freeze.BOTTOM
SURELY_ALIVE = 0.46
"""Change of a single pair that the quietest real footage reached and that teaches slowly, for want of movement."""
SLOWLY = 0.1


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
        self._alive: list[Pair] = []  # pairs in which something surely moved

    def look(self, pictures: Sequence[Picture], smalls: Sequence[Small], light: dict[str, Any]) -> dict[str, Any]:
        """Numbers of the freeze and replay tests. ``light``: words of the view whose floor applies."""
        last = pictures[-1]
        corners = self.corners = self._corners(last)
        same = [pair for pair in zip(pictures, smalls, strict=True) if pair[0].luma.shape == last.luma.shape]
        self._shots = [Shot(freeze.cut(picture, corners), movement.grid(small.grey)) for picture, small in same]
        earlier = self._earlier(corners, last)
        clock = self._clock(earlier)
        self.left_out |= clock
        numbers = self._numbers(earlier, light) | {"clock_cells": int(clock.sum())}
        return numbers | self._repeated([small.inner for _, small in same])

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
        for name in [name for name in self._kept.blobs if name.startswith(("patches", "grid"))]:
            del self._kept.blobs[name]
        return fresh

    def _earlier(self, corners: Corners, last: Picture) -> list[Shot]:
        """Newest first; only the newest few have patches."""
        shots = []
        for index in range(GRIDS):
            packed = self._kept.blobs.get(f"grid{index}")
            if packed is None:
                break
            patches = np.frombuffer(zlib.decompress(self._kept.blobs.get(f"patches{index}", EMPTY)), np.uint8)
            cells = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(DOWN, ACROSS)
            shots.append(
                Shot(Patches(last.width, last.height, corners, patches.reshape(-1, SIDE, SIDE), last.gain), cells)
            )
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

    def _numbers(self, earlier: Sequence[Shot], light: dict[str, Any]) -> dict[str, Any]:
        limits = self._question.limits
        within = [self._pair(a, b) for a, b in itertools.combinations(self._shots, 2)]
        polls = [_stillest([self._pair(shot, old) for shot in self._shots]) for old in earlier]
        newest = polls[0] if polls else None
        floor = light.get("floor") if light.get("floor_polls", 0) >= limits.frozen_floor_polls else None
        limit, suspicious = freeze.limit(floor, limits), freeze.suspicious(floor, limits)
        self._alive = [pair for pair in [*within, *polls[:1]] if pair.movement >= limits.movement]
        least = freeze.least([pair.change for pair in within])
        moved = max((pair.movement for pair in within), default=0.0)
        same = sum(1 for _ in itertools.takewhile(lambda pair: _still(pair, suspicious, limits.movement), polls))
        still_within = not within or (least is not None and least < limit and moved < limits.movement)
        return {
            "pictures": len(self._shots),
            "least_within": _rounded(least),
            "movement_within": round(moved, 1),
            "least_earlier": _rounded(freeze.least([pair.change for pair in polls[: max(same, 1)]])),
            "movement_newest": round(newest.movement, 1) if newest else None,
            "earlier_polls": len(polls),
            "same_polls": same,  # newest earlier polls in a row that show this very picture
            "floor": _rounded(floor),
            "limit": round(limit, 4),
            "texture": round(freeze.texture(self._shots[-1].patches), 2),
            "patches": len(self._shots[-1].patches.corners),
            "suspect": still_within and (same > 0 or (not polls and bool(within))),
        }

    def remember(self, numbers: dict[str, Any], light: dict[str, Any]) -> None:
        """Keep this look's newest key frame; learn the floor from what surely lives."""
        self._learn_floor(numbers, light)
        self._signatures.remember()
        blobs = self._kept.blobs
        for name, count in (("grid", GRIDS), ("patches", EARLIER)):
            for index in range(count - 1, 0, -1):
                if f"{name}{index - 1}" in blobs:
                    blobs[f"{name}{index}"] = blobs[f"{name}{index - 1}"]
        shot = self._shots[-1]
        blobs["grid0"] = zlib.compress(shot.grid.tobytes(), 1)
        blobs["patches0"] = zlib.compress(shot.patches.pixels.tobytes(), 1)

    def _learn_floor(self, numbers: dict[str, Any], light: dict[str, Any]) -> None:
        """Down at once when something moved; slowly when only the noise speaks, which may be a restless encoder."""
        if numbers["suspect"] or numbers["seen_before"]:
            return
        moved = freeze.least([pair.change for pair in self._alive])
        known = [value for value in (numbers["least_within"], numbers["least_earlier"]) if value is not None]
        change = moved if moved is not None else min(known, default=0.0)
        if moved is None and change < SURELY_ALIVE:
            return
        floor = light.get("floor")
        if floor is None or (moved is not None and change < floor):
            floor = change
        else:
            floor += SLOWLY * (change - floor) if change < floor else SLOWLY / 10 * (min(change, 4 * floor) - floor)
        light["floor"], light["floor_polls"] = round(floor, 4), light.get("floor_polls", 0) + 1


EMPTY = zlib.compress(b"")


def _stillest(pairs: Sequence[Pair]) -> Pair:
    """Of one earlier poll with every picture of this look: the least change, the least movement."""
    return Pair(freeze.least([pair.change for pair in pairs]), min(pair.movement for pair in pairs))


def _still(pair: Pair, suspicious: float, moves: float) -> bool:
    return pair.change is not None and pair.change < suspicious and pair.movement < moves


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
