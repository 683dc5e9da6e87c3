"""How alike a camera's key frames are while it surely lives, and how often something moves: learned for each light.

``alive``: the most that pictures were alike between which something moved. ``unproved``: the same of pictures between
which nothing moved, counted as alive only once a later movement has proved that the camera had been so all the while.
"""

import math
from dataclasses import dataclass
from typing import Any

from monitor.limits import PictureLimits

WEIGHT = 0.1
"""Of one look in how often something moves before this camera."""
UNUSUAL = 0.1
"""So many looks in a row without movement happen by chance less often than this."""
RARE = 0.02
"""Stillness so rare is itself a sign: less is asked of the pictures then."""
SUSPECTED = 0.6
"""Share of the least limit that is asked where something else speaks for a freeze too."""
MOST_MOVES = 0.9
FALL = 0.01
"""Share of the way down goes with each look that is below what is known: a season's change, not a busy hour."""
HIGHEST = 0.95
"""No camera's limit is above this: pictures as alike as that were never two."""
SUSPECT = 0.75
"""This share of the limit is worth a close look."""
DOUBT = 1.5
"""A movement after a suspicion teaches at most so many times the limit: the camera may have been frozen and mended."""
LATER, LATEST = 1.6, 8.0
"""Each close look that was asked for only since nothing moved and found life puts off the next by this factor, ..."""


@dataclass(slots=True)
class Habit:
    """``words`` lives in the camera's memory and is changed in place: alive, alive_looks, pending, moves, ..."""

    words: dict[str, Any]
    limits: PictureLimits

    @property
    def alive(self) -> float | None:
        return self._known("alive")

    @property
    def unproved(self) -> float | None:
        return self._known("pending")

    def _known(self, name: str) -> float | None:
        known = self.words.get(f"{name}_looks", 0) >= self.limits.frozen_habit_looks
        return float(self.words[name]) if known else None

    def limit(self, *, suspected: bool = False) -> float:
        """Pictures of a still view that are more alike than this are taken for frozen."""
        usual = self.unproved if self.alive is None else self.alive
        if usual is None:
            return self.limits.frozen_alike_unlearned
        base, factor = self.limits.frozen_alike, self.limits.frozen_alike_factor
        if suspected:
            base, factor = SUSPECTED * base, 1 + (factor - 1) / 2
        return min(base + factor * usual, HIGHEST)

    @property
    def tells(self) -> bool:
        """False where the living camera gives pictures as alike as a frozen one would."""
        return self.alive is None or self.alive < self.limits.frozen_alike_alive

    @property
    def rare(self) -> bool:
        """So many looks without movement hardly ever happen here while the camera lives."""
        return float(self.words.get("chance", 1.0)) < RARE

    def patience(self, asked: int) -> int:
        """Looks in a row without movement after which a close look is due, ``asked`` having found life before."""
        moves = min(self.words.get("moves", 0.0), MOST_MOVES)
        unusual = math.log(UNUSUAL) / math.log1p(-moves) if moves else math.inf
        return math.ceil(min(unusual, self.limits.frozen_still_looks * min(LATER**asked, LATEST)))

    def learn(self, moving: float | None, still: float | None, *, doubtful: bool) -> None:
        """The most alike of this look's moving and of its still pairs, None = it had none. ``doubtful``: suspected."""
        if moving is not None or still is not None:
            moves = self.words.get("moves", 0.0)
            chance = self.words.get("chance", 1.0) * (1 - min(moves, MOST_MOVES))
            self.words["chance"] = 1.0 if moving is not None else round(chance, 4)
            self.words["moves"] = round(moves + WEIGHT * ((moving is not None) - moves), 4)
        if still is not None:
            self._wait("doubtful" if doubtful else "pending", still)
        if moving is None:
            return
        highest = DOUBT * self.limit()
        self._take(moving, 1)
        for name in ("pending", "doubtful"):
            if looks := self.words.pop(f"{name}_looks", 0):
                share = self.words.pop(name)
                self._take(share if name == "pending" else min(share, highest), looks)

    def _wait(self, name: str, still: float) -> None:
        """Until a movement proves it; what was suspected meanwhile must not make the suspicion go away."""
        self.words[name] = round(max(still, self.words.get(name, 0.0)), 4)
        self.words[f"{name}_looks"] = self.words.get(f"{name}_looks", 0) + 1

    def _take(self, share: float, looks: int) -> None:
        """Up at once, down slowly: one quiet night must not be forgotten by the morning."""
        known = self.words.get("alive", share)
        self.words["alive"] = round(share if share > known else known + FALL * (share - known), 4)
        self.words["alive_looks"] = self.words.get("alive_looks", 0) + looks
