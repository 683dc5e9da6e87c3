"""What a picture shows beside the reference of its camera and light, and what of that it shows without one."""

import math
from collections.abc import Mapping
from typing import Any

from monitor.judge.picture_rules import MUCH_STAYED, NO_REFERENCE, Answer, answer, known, undecidable
from monitor.limits import PictureLimits
from monitor.model import Facts

PURPLE = "purple"
COLOURS = ((15, "blue"), (85, PURPLE), (200, "orange"), (260, "green"), (361, "blue"))
"""Directions in the plane of Cb (0 degrees) and Cr (90 degrees), each up to the angle before it."""
SOFT_TOO = 1.3
"""Times the limit of fine detail where no contour anywhere is sharp either."""
SOFTER = 0.8
"""Below this share of a soft reference's own contours they are softer than they were."""
NEW_LIGHT = "no reference for this light yet"
MOST = 0.65
"""Share of the lost tiles that undoing a shift brings back: fewer come back by chance where the view repeats itself."""
NEARLY_ALL = 0.9
"""Share of the lost tiles that a clear shift brings back."""
CROSS_LIGHT_SHARE = 0.85
"""Share of lost tiles from which another light no longer explains them; night against day loses about half."""


def partial_loss(picture: Facts, limits: PictureLimits) -> Answer:
    reference, blank = picture["reference"], picture["now"]["blank"]
    usual = (known(picture) or {}).get("blank", 0.0)
    if blank >= usual + limits.partial_flat:
        return answer(True, f"the lowest {blank:.0%} of the picture is one even grey from side to side")
    if not reference["learned"]:
        return undecidable(NO_REFERENCE)
    said = f"{reference['emptied']:.0%} of the picture empty in whole rows where the reference shows something"
    return answer(reference["emptied"] > limits.partial_flat, said)


def view_changed(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if blocked := _cannot_recognise(picture, limits):
        return undecidable(blocked)
    least = limits.view_changed_share if reference["same_light"] else CROSS_LIGHT_SHARE
    said = f"{reference['lost']:.0%} of {reference['textured']} recognisable tiles do not show the reference"
    gone = reference["lost"] > least and reference["stayed"] < MUCH_STAYED
    rich = reference["edge_ratio"] > limits.view_changed_edges
    return answer(gone and rich and not _shifted(picture, limits), said)


def moved(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if blocked := _cannot_recognise(picture, limits):
        return undecidable(blocked)
    if reference["crept"] >= limits.moved_shift:
        return answer(True, f"view has crept by {reference['crept']:.1%} of its size since it was learned")
    return answer(_shifted(picture, limits), _way(reference))


def _way(reference: Mapping[str, Any]) -> str:
    share, response = f"{reference['shift']:.1%}", f"{reference['response']:.2f}"
    if not reference.get("swing"):
        return f"view shifted by {share} of its size (response {response})"
    degrees, zoom = f"{reference['degrees']:.1f}", f"{reference['zoom']:.2f}"
    return f"view turned by {degrees} degrees and zoomed by {zoom}, its parts moved by {share} (response {response})"


def blurred(picture: Facts, limits: PictureLimits) -> Answer:
    """Fine detail is gone where the view is still recognised, or all edges are while the coarse layout still stands;
    where nothing can be recognised, no contour anywhere is sharp."""
    reference = picture["reference"]
    soft = _soft(picture, limits)
    if blocked := _cannot_recognise(picture, limits) or ("" if reference["same_light"] else NEW_LIGHT):
        return answer(True, soft) if soft else undecidable(blocked)
    said = f"fine detail {reference['sharpness']:.0%} of the reference's"
    if reference["lost"] > 0.5:
        washed = reference["edge_ratio"] < limits.view_changed_edges and reference["layout"] > limits.blurred_layout
        return answer(
            washed, f"edges {reference['edge_ratio']:.0%} of the reference's, layout {reference['layout']:.2f}"
        )
    least = limits.blurred_detail * (SOFT_TOO if soft and reference["lost"] < limits.occluded_share_lasting else 1)
    return answer(reference["sharpness"] < least, said)


def _soft(picture: Facts, limits: PictureLimits) -> str:
    """Said of a picture with hardly a sharp contour, unless its reference has none either."""
    focus, usual = picture["now"]["focus"], (known(picture) or {}).get("focus", limits.blurred_focus)
    if 0 < focus < (limits.blurred_focus if usual >= limits.blurred_focus else SOFTER * usual):
        return f"hardly a sharp contour in the picture ({focus:.2f}): out of focus, or something close before the lens"
    return ""


def occluded(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if blocked := _cannot_recognise(picture, limits):
        return undecidable(blocked)
    if not reference["same_light"] and reference["lost"] > limits.occluded_share_lasting:
        return undecidable(NEW_LIGHT)
    lost, lasting, looks = reference["lost"], reference["lost_lasting"], reference["lasting_looks"]
    said = f"{lost:.0%} of {reference['textured']} recognisable tiles are covered"
    if reference["covered"] > limits.occluded_share:
        return answer(True, f"{said}, {reference['covered']:.0%} of all tiles")
    if lost < limits.occluded_share_lasting:
        return _uncovered(said, reference, limits)
    if looks > 1:
        return answer(lasting > limits.occluded_share_lasting, f"{said}, {lasting:.0%} in {looks} looks in a row")
    careful = picture["decoded"] >= limits.careful_key_frames
    return answer(lost > (limits.occluded_share_lasting if careful else limits.occluded_share), said)


def _uncovered(said: str, reference: Mapping[str, Any], limits: PictureLimits) -> Answer:
    if doubtful(reference, limits):
        share = reference["unwitnessed"]
        changed = f"{share:.0%} of the picture changed where there is nothing to recognise"
        return undecidable(f"{changed}: a cloth and another lamp look alike")
    return answer(False, said)


def doubtful(reference: Mapping[str, Any], limits: PictureLimits) -> bool:
    """Covered or lit differently: so much of the picture changed where nothing could tell."""
    recognisable = reference.get("textured", 0) >= limits.textured_tiles
    return bool(recognisable and reference["unwitnessed"] > limits.occluded_share)


def colour_cast(picture: Facts, limits: PictureLimits) -> Answer:
    reference, now = picture["reference"], picture["now"]
    if reference["learned"] and reference["same_light"]:
        most = min(limits.cast_change, max(limits.cast_share * now["level"], limits.cast_least))
        said = f"mean colour {reference['cast']:.1f} levels away from the reference's"
        return answer(reference["cast"] > most and now["chroma"] >= limits.monochrome, said)
    if now["tint"] > limits.cast_alone and _colour(now) != "orange":
        return _tinted(f"the whole picture is {_colour(now)}, by {now['tint']:.0%} of its brightness", _colour(now))
    return undecidable(NEW_LIGHT if reference["learned"] else NO_REFERENCE)


def _tinted(said: str, colour: str) -> Answer:
    """Nothing real is purple all over; lamps are orange, lawns green, pools and the hour before night blue."""
    if colour == PURPLE:
        return answer(True, said)
    return undecidable(f"{said}: the view itself and a failing camera look alike without a reference")


def _colour(now: Mapping[str, Any]) -> str:
    angle = math.degrees(math.atan2(now["red"], now["blue"])) % 360
    return next(name for until, name in COLOURS if angle < until)


def _cannot_recognise(picture: Facts, limits: PictureLimits) -> str:
    reference = picture["reference"]
    if not reference["learned"]:
        return NO_REFERENCE
    if reference["textured"] < limits.textured_tiles:
        return f"only {reference['textured']} tiles of this view can be recognised again"
    return ""


def _shifted(picture: Facts, limits: PictureLimits) -> bool:
    """A shift is believed when undoing it brings lost tiles back: many, or nearly all where the response is clear."""
    reference = picture["reference"]
    clear = reference["response"] > limits.moved_clear
    few = min(limits.moved_recovers, NEARLY_ALL * reference["lost_here"]) if clear else limits.moved_recovers
    wanted = max(few, MOST * reference["lost_here"])
    recovers: bool = reference["lost_here"] - reference["lost"] >= wanted
    return recovers and reference["shift"] >= limits.moved_shift and reference["response"] > limits.moved_response
