"""What several pictures show together: a view that stands still, a recording played again."""

from collections.abc import Mapping
from typing import Any

from monitor.judge.picture_rules import Answer, answer, undecidable
from monitor.limits import PictureLimits
from monitor.model import Facts

FEWEST_BLOCKS = 48


def frozen(picture: Facts, limits: PictureLimits) -> Answer:
    """Nothing moved in a close look nor since the looks before it, and two pictures more alike than living ones are."""
    freeze: Mapping[str, Any] = picture["freeze"]
    if freeze["moved"]:
        moved = max(freeze["movement_within"], freeze["movement_newest"] or 0.0)
        return answer(False, f"something moved by {moved:.0f} grey levels")
    if freeze["blocks"] < FEWEST_BLOCKS:
        return undecidable(f"too flat to tell a still view from a frozen one ({freeze['blocks']} textured blocks)")
    if freeze["alike"] is None:
        return undecidable("nothing to compare with yet")
    if not freeze["tells"]:
        return undecidable(f"alive or not, this camera's pictures are alike in {freeze['alive']:.0%} of the blocks")
    return _how_alike(freeze, limits)


def _how_alike(freeze: Mapping[str, Any], limits: PictureLimits) -> Answer:
    said = f"two pictures alike in {freeze['alike']:.1%} of the blocks, limit {freeze['limit']:.1%}"
    if not freeze["still"]:
        return answer(False, said)
    if freeze["pictures"] < 2 or freeze["pictures"] + freeze["still_looks"] < limits.frozen_key_frames:
        return undecidable(f"suspected, {said}; a close look follows")
    if freeze["alike"] < freeze["limit"]:
        return undecidable(f"more alike than seen alive before, but not surely frozen: {said}")
    if freeze["seen_before"] and (freeze["alike_within"] or 0.0) < freeze["limit"]:
        return undecidable(f"seen exactly so before, yet not alike among themselves: hardly frozen: {said}")
    looks = f"{freeze['pictures']} key frames and {freeze['still_looks']} earlier looks"
    return answer(True, f"nothing moved over {looks}: {said}")


def replayed(picture: Facts, limits: PictureLimits) -> Answer:
    freeze: Mapping[str, Any] = picture["freeze"]
    if not limits.replayed_matches:
        return undecidable("switched off")
    if freeze["returned"] >= limits.replayed_matches:
        return answer(True, f"{freeze['returned']} pictures of a moving view came again exactly within this look")
    matches = freeze["replayed_pictures"]
    said = f"{matches} different pictures were seen exactly so in an earlier look"
    if matches >= limits.replayed_matches:
        return answer(True, said)
    if freeze["came_back"]:
        return undecidable("suspected: a picture came back exactly; a close look follows")
    return answer(False, said)
