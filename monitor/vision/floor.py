"""How little a camera's pictures change while it surely lives: learned in two ways, for each light by itself.

``busy``: least change between pictures between which something moved. ``quiet``: least change between pictures between
which nothing moved, counted only once a later movement has proved that the camera was alive all the while.
"""

from dataclasses import dataclass
from typing import Any

from monitor.limits import PictureLimits

HABIT = 0.1
"""Weight of one look in how often something moves before this camera."""
UNUSUAL = 0.05
"""So many looks in a row without movement happen by chance less often than this."""
MOST_MOVES = 0.9
PENDING_SHARE = 0.7
"""Less than this share of what is not yet proved alive is suspicious too, though never a limit."""
RISE = 0.01
"""Share of the way up the floor goes with each look that is far above it: a season's change, not a lorry."""
HIGHEST = 4.0
"""Times the floor that one look may pull it towards."""


@dataclass(slots=True)
class Floor:
    """``words`` lives in the camera's memory and is changed in place: busy, busy_looks, quiet, quiet_looks, ..."""

    words: dict[str, Any]
    limits: PictureLimits

    @property
    def busy(self) -> float | None:
        return self._known("busy")

    @property
    def quiet(self) -> float | None:
        return self._known("quiet")

    def _known(self, name: str) -> float | None:
        known = self.words.get(f"{name}_looks", 0) >= self.limits.frozen_floor_looks
        return float(self.words[name]) if known else None

    @property
    def limit(self) -> float:
        """Below this least change the picture is taken for frozen."""
        limits = self.limits
        if self.quiet is not None:
            learned = limits.frozen_quiet_share * self.quiet
        else:
            learned = max(limits.frozen_busy_share * (self.busy or 0.0), limits.frozen_unproved_share * self._unproved)
        return min(max(limits.frozen_change, learned), limits.frozen_change_most)

    def suspicious(self, least: float, still_looks: int) -> bool:
        """Worth a close look, among whose many pairs there are stiller ones.

        ``least``: change of the stillest pair; ``still_looks``: looks in a row since which nothing has moved.
        """
        if (1 - min(self.words.get("moves", 0.0), MOST_MOVES)) ** still_looks < UNUSUAL:
            return True
        if self.quiet is not None:
            return least < max(self.limit, self.limits.frozen_suspect_share * self.quiet)
        return least < max(self.limits.frozen_suspect_factor * self.limit, PENDING_SHARE * self._unproved)

    @property
    def _unproved(self) -> float:
        """Least change while nothing moved, not yet proved alive: a reason for suspicion, hardly a limit."""
        return self._known("pending") or 0.0

    def learn(self, moving: float | None, still: float | None, *, doubtful: bool = False) -> None:
        """Least change of this look's moving and of its still pairs; None = it had none. ``doubtful``: suspected."""
        if moving is not None or still is not None:
            moves = self.words.get("moves", 0.0)
            self.words["moves"] = round(moves + HABIT * ((moving is not None) - moves), 4)
        if still is not None and still >= self.limits.frozen_change:
            self._wait("doubtful" if doubtful else "pending", still)
        if moving is None:
            return
        self._take("busy", moving, 1)
        for name in ("pending", "doubtful"):
            if looks := self.words.pop(f"{name}_looks", 0):
                self._take("quiet", self.words.pop(name), looks)

    def _wait(self, name: str, still: float) -> None:
        """Until a movement proves it; what was suspected meanwhile must not make the suspicion go away."""
        self.words[name] = min(still, self.words.get(name, still))
        self.words[f"{name}_looks"] = self.words.get(f"{name}_looks", 0) + 1

    def _take(self, name: str, change: float, looks: int) -> None:
        """Down at once, up slowly: one quiet night must not be forgotten by the morning."""
        floor = self.words.get(name, change)
        floor = change if change < floor else floor + RISE * (min(change, HIGHEST * floor) - floor)
        self.words[name] = round(floor, 4)
        self.words[f"{name}_looks"] = self.words.get(f"{name}_looks", 0) + looks
