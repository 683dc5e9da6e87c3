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
    """Still in every pair of a close look and in the newest earlier looks; one pair that moves clears at once."""
    freeze: Mapping[str, Any] = picture["freeze"]
    least = min((v for v in (freeze["least_within"], freeze["least_earlier"]) if v is not None), default=None)
    moved = max(freeze["movement_within"], freeze["movement_newest"] or 0.0)
    if moved >= limits.movement:
        return answer(False, f"something moved by {moved:.0f} grey levels")
    if least is None:
        return undecidable("nothing to compare with yet")
    said = f"least change {least:.3f} grey levels, limit {freeze['limit']:.2f}"
    if not freeze["suspect"]:
        return _restless(least, freeze, said)
    if too_flat := _too_flat(freeze, limits):
        return undecidable(too_flat)
    if freeze["pictures"] < 2 or freeze["pictures"] + freeze["same_polls"] < limits.frozen_key_frames:
        return undecidable(f"suspected, {said}; a close look follows")
    return answer(
        True, f"no change over {freeze['pictures']} key frames and {freeze['same_polls']} earlier looks: {said}"
    )


def _restless(least: float, freeze: Mapping[str, Any], said: str) -> Answer:
    if freeze["floor"] is None and least < SURELY_ALIVE:
        return undecidable(f"{said}: too little to be sure, and this camera's noise is not known yet")
    return answer(False, said)


def _too_flat(freeze: Mapping[str, Any], limits: PictureLimits) -> str:
    if freeze["texture"] < limits.frozen_texture or freeze["patches"] < FEWEST_PATCHES:
        return f"too flat to tell a still view from a frozen one (texture {freeze['texture']:.1f})"
    if freeze["floor"] is not None and freeze["floor"] < limits.frozen_floor_least:
        return f"alive or not, this camera's pictures change by no more than {freeze['floor']:.2f} grey levels"
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
