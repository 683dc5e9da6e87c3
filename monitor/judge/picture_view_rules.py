"""What a picture shows beside the reference of its camera and light."""

from monitor.judge.picture_rules import Answer, answer, undecidable
from monitor.limits import PictureLimits
from monitor.model import Facts

NEW_LIGHT = "no reference for this light yet"
CROSS_LIGHT_SHARE = 0.9
"""Share of lost tiles from which another light no longer explains them; night against day loses about half."""


def partial_loss(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if not reference["learned"]:
        return undecidable("no reference yet")
    said = f"{reference['emptied']:.0%} of the picture empty in whole rows where the reference shows something"
    return answer(reference["emptied"] > limits.partial_flat, said)


def view_changed(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if blocked := _cannot_recognise(picture, limits):
        return undecidable(blocked)
    least = limits.view_changed_share if reference["same_light"] else CROSS_LIGHT_SHARE
    said = f"{reference['lost']:.0%} of {reference['textured']} recognisable tiles do not show the reference"
    gone = reference["lost"] > least
    rich = reference["edge_ratio"] > limits.view_changed_edges
    return answer(gone and rich and not _shifted(picture, limits), said)


def moved(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if blocked := _cannot_recognise(picture, limits):
        return undecidable(blocked)
    said = f"view shifted by {reference['shift']:.1%} of its size (response {reference['response']:.2f})"
    return answer(_shifted(picture, limits), said)


def blurred(picture: Facts, limits: PictureLimits) -> Answer:
    """Fine detail is gone where the view is still recognised, or all edges are while the coarse layout still stands."""
    reference = picture["reference"]
    if blocked := _cannot_recognise(picture, limits):
        return undecidable(blocked)
    if not reference["same_light"]:
        return undecidable(NEW_LIGHT)
    said = f"fine detail {reference['sharpness']:.0%} of the reference's"
    if reference["lost"] > 0.5:
        washed = reference["edge_ratio"] < limits.view_changed_edges and reference["layout"] > limits.blurred_layout
        return answer(
            washed, f"edges {reference['edge_ratio']:.0%} of the reference's, layout {reference['layout']:.2f}"
        )
    return answer(reference["sharpness"] < limits.blurred_detail, said)


def occluded(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if blocked := _cannot_recognise(picture, limits):
        return undecidable(blocked)
    if not reference["same_light"] and reference["lost"] > limits.occluded_share_lasting:
        return undecidable(NEW_LIGHT)
    lost, lasting, looks = reference["lost"], reference["lost_lasting"], reference["lasting_looks"]
    said = f"{lost:.0%} of {reference['textured']} recognisable tiles are covered"
    if looks > 1:
        return answer(lasting > limits.occluded_share_lasting, f"{said}, {lasting:.0%} in {looks} looks in a row")
    careful = picture["decoded"] >= limits.careful_key_frames
    return answer(lost > (limits.occluded_share_lasting if careful else limits.occluded_share), said)


def colour_cast(picture: Facts, limits: PictureLimits) -> Answer:
    reference = picture["reference"]
    if not reference["learned"]:
        return undecidable("no reference yet")
    if not reference["same_light"]:
        return undecidable(NEW_LIGHT)
    said = f"mean colour {reference['cast']:.1f} levels away from the reference's"
    return answer(reference["cast"] > limits.cast_change and picture["now"]["chroma"] >= limits.monochrome, said)


def _cannot_recognise(picture: Facts, limits: PictureLimits) -> str:
    reference = picture["reference"]
    if not reference["learned"]:
        return "no reference yet"
    if reference["textured"] < limits.textured_tiles:
        return f"only {reference['textured']} tiles of this view can be recognised again"
    return ""


def _shifted(picture: Facts, limits: PictureLimits) -> bool:
    """A shift is believed when undoing it brings the lost tiles back."""
    reference = picture["reference"]
    recovers = reference["lost_here"] - reference["lost"] >= limits.moved_recovers
    strong: bool = reference["shift"] >= limits.moved_shift and reference["response"] > limits.moved_response
    return strong and recovers
