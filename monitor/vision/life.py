"""Does the picture live? This look's key frames against one another and against those of earlier looks.

Two numbers a pair: how much ``alike`` it is, block by block, which only a still picture is, and ``movement``: coarse
cells that no re-encoding of a still picture could alter. What surely lives teaches how alike they are.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.vision import Question, freeze, movement
from monitor.vision.decode import Picture, Plane
from monitor.vision.freeze import Corners, Prints
from monitor.vision.habit import SUSPECT, Habit
from monitor.vision.memory import Kept
from monitor.vision.movement import ACROSS, DOWN, Cells
from monitor.vision.signatures import Signatures
from monitor.vision.work import Small

EARLIER = 8
"""Earlier looks whose coarse cells are kept, 1.8 kB each: the clock shows in six of them."""
PRINTS = 32
"""Earlier pictures whose blocks are kept, 0.5 kB each at most: a restless encoder shows a still picture anew every
time, and only among many pairs are there two alike."""
TOP, BOTTOM = 0.16, 0.84
"""Movement is looked for between these shares of the height: clocks and names are burnt in above or below."""


@dataclass(slots=True)
class Shot:
    """What is kept of one key frame."""

    prints: Prints
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
        self._grids: Plane = np.zeros((0, DOWN, ACROSS), np.uint8)  # of earlier looks, newest first
        self._last: tuple[Picture, Prints] | None = None

    def look(self, pictures: Sequence[Picture], smalls: Sequence[Small], light: dict[str, Any]) -> dict[str, Any]:
        """Numbers of the freeze and replay tests. ``light``: words of the view whose habit applies."""
        last = pictures[-1]
        self._choose(last)
        same = [pair for pair in zip(pictures, smalls, strict=True) if pair[0].luma.shape == last.luma.shape]
        self._shots = [Shot(self._prints_of(picture), movement.grid(small.grey)) for picture, small in same]
        self._grids = np.frombuffer(self._kept.blobs.get("grids", b""), np.uint8).reshape(-1, DOWN, ACROSS)
        clock = self._clock()
        self.left_out |= clock
        self._habit = Habit(light, self._question.limits)
        numbers = {"pictures": len(same), "clock_cells": int(clock.sum()), **self._moves(), **self._alike()}
        numbers |= self._suspicion(numbers)
        return numbers | self._repeated([small.inner for _, small in same], numbers)

    def _choose(self, last: Picture) -> None:
        """Blocks are chosen once for a camera and resolution, and again when too few of them show anything."""
        words = self._kept.words
        self.corners = np.frombuffer(self._kept.blobs.get("corners", b""), np.int32).reshape(-1, 2)
        another = words.get("size") != [last.width, last.height]
        if not another and np.count_nonzero(self._prints_of(last)) >= max(freeze.FEWEST, len(self.corners) // 3):
            return
        fresh = freeze.choose(last, movement.bands(self.band_top, 1 - self.band_bottom, self._question.masks))
        if another or len(fresh) > len(self.corners):
            words["size"] = [last.width, last.height]
            self._kept.blobs |= {"corners": fresh.tobytes(), "prints": b""}
            self.corners, self._last = fresh, None

    def _prints_of(self, picture: Picture) -> Prints:
        """The newest picture is asked for twice."""
        if self._last is None or self._last[0] is not picture:
            self._last = picture, freeze.prints(picture, self.corners)
        return self._last[1]

    def _clock(self) -> Cells:
        """The burnt-in clock as seen in this look or over the last polls; a known one is kept."""
        found = movement.clock(np.stack([shot.grid for shot in self._shots]))
        if not found.any():
            found = movement.clock(np.concatenate([self._grids[::-1], self._shots[0].grid[None]]))
        if found.any():
            self._kept.words["clock"] = np.packbits(found).tobytes().hex()
        known = bytes.fromhex(self._kept.words.get("clock", ""))
        bits = np.unpackbits(np.frombuffer(known, np.uint8), count=ACROSS * DOWN) if known else np.zeros(ACROSS * DOWN)
        return bits.reshape(DOWN, ACROSS).astype(bool)

    def _movement(self, a: Plane, b: Plane) -> float:
        return movement.movement(a, b, self.left_out)

    def _moves(self) -> dict[str, Any]:
        within = [self._movement(a.grid, b.grid) for a, b in itertools.combinations(self._shots, 2)]
        looked = [movement.movements(self._grids, shot.grid, self.left_out) for shot in self._shots]
        since = [min(moved) for moved in zip(*looked, strict=True)]
        limit = self._question.limits.movement
        still = len(list(itertools.takewhile(lambda moved: moved < limit, since)))
        moved = max(within, default=0.0) >= limit or bool(since and not still)
        return {
            "moved": moved,
            "movement_within": round(max(within, default=0.0), 1),
            "movement_newest": round(since[0], 1) if since else None,
            "earlier_looks": len(since),
            "still_looks": still,  # newest earlier looks in a row since which nothing has moved
            "still_run": 0 if moved else self._kept.words.get("still_run", 0) + 1,
        }

    def _alike(self) -> dict[str, Any]:
        """Shares of the blocks; None where there is nothing to compare."""
        shots = [shot.prints for shot in self._shots]
        within = freeze.most(freeze.alike(a, b[None]) for a, b in itertools.combinations(shots, 2))
        earlier = freeze.most(freeze.alike(shot, self._prints()) for shot in shots)
        most = freeze.most([within, earlier])
        return {
            "alike": _rounded(most),
            "alike_within": _rounded(within),
            "alive": _rounded(self._habit.alive),
            "unproved": _rounded(self._habit.unproved),
            "tells": self._habit.tells,
            "blocks": int(np.count_nonzero(shots[-1])),
        }

    def _prints(self) -> Prints:
        """(n, blocks) of earlier pictures, newest first."""
        kept = np.frombuffer(self._kept.blobs.get("prints", b""), np.uint16)
        return kept.reshape(len(kept) // max(1, len(self.corners)), len(self.corners))

    def _suspicion(self, numbers: dict[str, Any]) -> dict[str, Any]:
        """``still``: nothing moved and the pictures are suspiciously alike; ``suspect``: a close look is worth it."""
        words, limits = self._kept.words, self._question.limits
        limit = self._habit.limit(suspected=bool(words.get("held")) or self._habit.rare)
        can_tell = numbers["blocks"] >= freeze.FEWEST and self._habit.tells
        most, run = numbers["alike"] or 0.0, numbers["still_run"]
        close = len(self._shots) >= limits.frozen_key_frames
        still = not numbers["moved"] and (most >= SUSPECT * limit or (bool(words.get("held")) and not close))
        due = run - words.get("asked_run", 0) >= self._habit.patience(words.get("asked", 0))
        due = due and not numbers["moved"]
        return {"limit": round(limit, 4), "still": still, "due": due, "suspect": can_tell and (still or due)}

    def _repeated(self, pictures: Sequence[Plane], numbers: dict[str, Any]) -> dict[str, Any]:
        """Pictures seen exactly so before, and how many of them differ: by a movement, or by the noise of a sensor.

        What differs by a movement is a loop, no freeze; so are pictures that are never alike among themselves.
        """
        before = self._signatures.look(pictures)
        different: list[Shot] = []
        for shot in itertools.compress(self._shots, before):
            if all(self._differ(shot, other) for other in different):
                different.append(shot)
        within = numbers["alike_within"]
        count = len(different) if within is None or within >= numbers["limit"] else sum(before)
        on = bool(self._question.limits.replayed_matches)
        came_back = on and before[-1] and (numbers["movement_newest"] or 0.0) >= self._question.limits.movement
        return {
            "seen_before": sum(before),
            "replayed_pictures": count,
            "returned": self._returned(),
            "came_back": came_back,
        }

    def _returned(self) -> int:
        """Pictures of this look that came again exactly after something else had been seen in between."""
        names = self._signatures.names
        count = 0
        for last, name in enumerate(names):
            first = names.index(name)
            count += any(self._differ(self._shots[last], between) for between in self._shots[first + 1 : last])
        return count

    def _differ(self, a: Shot, b: Shot) -> bool:
        return self._movement(a.grid, b.grid) >= self._question.limits.movement

    def remember(self, numbers: dict[str, Any]) -> None:
        """Keep this look's newest key frame, or all if nothing moved; learn from what surely lives."""
        if not numbers["seen_before"]:
            most, moved = numbers["alike"], numbers["moved"]
            self._habit.learn(*((most or 0.0, None) if moved else (None, most)), doubtful=numbers["still"])
        self._signatures.remember()
        self._remember_stillness(numbers)
        fresh = self._shots[-1:] if numbers["moved"] else self._shots[::-1]
        prints = np.concatenate([np.stack([shot.prints for shot in fresh]), self._prints()])
        grids = np.concatenate([self._shots[-1].grid[None], self._grids])
        self._kept.blobs |= {"prints": prints[:PRINTS].tobytes(), "grids": grids[:EARLIER].tobytes()}

    def _remember_stillness(self, numbers: dict[str, Any]) -> None:
        words = self._kept.words
        words["still_run"] = numbers["still_run"]
        close = numbers["pictures"] >= self._question.limits.frozen_key_frames
        if numbers["moved"]:
            words.update(held=False, asked_run=0)
        elif close:
            words["held"] = (numbers["alike"] or 0.0) >= numbers["limit"]
            words["asked_run"] = numbers["still_run"]
            words["asked"] = 0 if numbers["still"] else words.get("asked", 0) + 1


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
