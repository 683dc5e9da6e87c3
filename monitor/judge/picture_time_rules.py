"""What several pictures show together: a view that stands still, a recording played again."""

from collections.abc import Mapping
from typing import Any

from monitor.judge.picture_rules import Answer, answer, undecidable
from monitor.limits import PictureLimits
from monitor.model import Facts

SURELY_ALIVE = 0.46
"""Least change of real live footage; between the limit and this, without a learned floor, nothing can be said."""
FEWEST_PATCHES = 6


def frozen(picture: Facts, limits: PictureLimits) -> Answer:
    """Nothing moved in a close look nor since the looks before it, and stiller than this camera's noise ever was."""
    freeze: Mapping[str, Any] = picture["freeze"]
    least = freeze["least_change"]
    moved = max(freeze["movement_within"], freeze["movement_newest"] or 0.0)
    if moved >= limits.movement:
        return answer(False, f"something moved by {moved:.0f} grey levels")
    if least is None:
        return undecidable("nothing to compare with yet")
    said = f"least change {least:.3f} grey levels, limit {freeze['limit']:.2f}"
    if doubt := _cannot_tell(freeze, limits):
        return undecidable(doubt) if freeze["still"] or least < SURELY_ALIVE else answer(False, said)
    return _how_still(freeze, limits, said)


def _how_still(freeze: Mapping[str, Any], limits: PictureLimits, said: str) -> Answer:
    if not freeze["still"]:
        return answer(False, said)
    if freeze["pictures"] < 2 or freeze["pictures"] + freeze["still_looks"] < limits.frozen_key_frames:
        return undecidable(f"suspected, {said}; a close look follows")
    if freeze["least_change"] >= freeze["limit"]:
        quiet = freeze["floor_quiet"]
        if quiet is not None and freeze["least_change"] >= limits.frozen_suspect_share * quiet:
            return answer(False, f"{said}, as when nothing moved before")
        return undecidable(f"stiller than seen alive before, but not surely frozen: {said}")
    looks = f"{freeze['pictures']} key frames and {freeze['still_looks']} earlier looks"
    return answer(True, f"no change over {looks}: {said}")


def _cannot_tell(freeze: Mapping[str, Any], limits: PictureLimits) -> str:
    if freeze["texture"] < limits.frozen_texture or freeze["patches"] < FEWEST_PATCHES:
        return f"too flat to tell a still view from a frozen one (texture {freeze['texture']:.1f})"
    if freeze["floor_quiet"] is not None and freeze["floor_quiet"] < limits.frozen_floor_least:
        return f"alive or not, this camera's pictures change by no more than {freeze['floor_quiet']:.2f} grey levels"
    if freeze["floor_quiet"] is None and freeze["floor_busy"] is None and not freeze["still"]:
        return "this camera's noise is not known yet"
    return ""


def replayed(picture: Facts, limits: PictureLimits) -> Answer:
    freeze: Mapping[str, Any] = picture["freeze"]
    if not limits.replayed_matches:
        return undecidable("switched off")
    matches = freeze["replayed_pictures"]
    said = f"{matches} different pictures of a moving view were seen exactly so in an earlier look"
    if matches >= limits.replayed_matches:
        return answer(True, said)
    if freeze["came_back"]:
        return undecidable("suspected: a picture came back exactly; a close look follows")
    return answer(False, said)
