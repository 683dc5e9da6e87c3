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
            learned = limits.frozen_busy_share * (self.busy or 0.0)
        return min(max(limits.frozen_change, learned), limits.frozen_change_most)

    def suspicious(self, least: float, still_looks: int) -> bool:
        """Worth a close look, among whose many pairs there are stiller ones.

        ``least``: change of the stillest pair; ``still_looks``: looks in a row since which nothing has moved.
        """
        if (1 - min(self.words.get("moves", 0.0), MOST_MOVES)) ** still_looks < UNUSUAL:
            return True
        if self.quiet is not None:
            return least < max(self.limit, self.limits.frozen_suspect_share * self.quiet)
        unproved = (
            self.words["pending"] if self.words.get("pending_looks", 0) >= self.limits.frozen_floor_looks else 0.0
        )
        return least < max(self.limits.frozen_suspect_factor * self.limit, PENDING_SHARE * unproved)

    def learn(self, moving: float | None, still: float | None) -> None:
        """Least change of this look's moving and of its still pairs; None = it had none."""
        if moving is not None or still is not None:
            moves = self.words.get("moves", 0.0)
            self.words["moves"] = round(moves + HABIT * ((moving is not None) - moves), 4)
        if still is not None and still >= self.limits.frozen_change:
            self.words["pending"] = min(still, self.words.get("pending", still))
            self.words["pending_looks"] = self.words.get("pending_looks", 0) + 1
        if moving is None:
            return
        self._take("busy", moving, 1)
        if looks := self.words.pop("pending_looks", 0):
            self._take("quiet", self.words.pop("pending"), looks)

    def _take(self, name: str, change: float, looks: int) -> None:
        """Down at once, up slowly: one quiet night must not be forgotten by the morning."""
        floor = self.words.get(name, change)
        floor = change if change < floor else floor + RISE * (min(change, HIGHEST * floor) - floor)
        self.words[name] = round(floor, 4)
        self.words[f"{name}_looks"] = self.words.get(f"{name}_looks", 0) + looks
