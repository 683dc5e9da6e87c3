"""What the numbers of a picture mean, told as stories: what is seen, and what is said of it."""

# ruff: noqa: E501 - one story a line reads best

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.judge.picture import RULES, judge_picture
from monitor.limits import Limits, PictureLimits
from monitor.model import Evidence, Finding, Key, Outcome, Target

CAMERA = Target(Key("site", "gate"), "camera", "127.0.0.1")
NUMBERS = {
    "level": 110.0, "spread": 45.0, "relief": 30.0, "p1": 12.0, "p99": 220.0, "entropy": 7.1, "clipped": 0.02, "correlation": 0.97,
    "flat": 0.05, "blank": 0.0, "ground": 0.2, "ground_spread": 6.0, "caption": 0.0, "amid": 1.0, "bars": 0.02, "focus": 1.8, "native_noise": 0.9, "stripe_spread": 5.0, "stripe_peak": 0.1,
    "stripe_coherence": 0.3, "blue": -2.0, "red": 3.0, "chroma": 11.0, "tint": 0.0,
}  # fmt: skip
HEALTHY: dict[str, Any] = {
    "key_frames": 1, "decoded": 1, "refused": [], "damaged": 0, "complaints": [], "width": 1920, "height": 1080,
    "suspect": False, "now": NUMBERS,
    "reference": {
        "learned": True, "view": "colour-1", "same_light": True, "light": 1.0, "textured": 70, "lost": 0.05,
        "lost_here": 0.06, "lost_lasting": 0.0, "lasting_looks": 1, "shift": 0.004, "shift_across": 0.004,
        "shift_down": 0.0, "response": 0.6, "layout": 0.98, "edge_ratio": 1.0, "sharpness": 1.0, "covered": 0.03,
        "crept": 0.0, "unwitnessed": 0.0, "stayed": 0.95,
        "cast": 0.5, "emptied": 0.0, "numbers": NUMBERS,
    },
    "freeze": {
        "pictures": 1, "alike": 0.01, "alike_within": None, "moved": True, "movement_within": 0.0,
        "movement_newest": 40.0, "earlier_looks": 8, "still_looks": 0, "alive": 0.01, "unproved": 0.02, "limit": 0.08,
        "tells": True, "blocks": 140, "still": False, "suspect": False, "seen_before": 0, "replayed_pictures": 0,
        "returned": 0, "came_back": False,
    },
}  # fmt: skip
DARKER = {"reference": {"same_light": False, "light": 0.2}}
BLACK = {
    "level": 1.0,
    "p99": 0.5,
    "spread": 8.0,
    "correlation": 0.6,
    "chroma": 1.0,
    "ground": 0.99,
    "ground_spread": 0.0,
}
UNLEARNED = {"reference": {"learned": False, "samples": 3}}
STILL = {"moved": False, "movement_newest": 0.0, "still": True, "suspect": True, "still_looks": 4}
FROZEN = {"suspect": True, "freeze": STILL | {"pictures": 8, "alike": 0.4}}


def seen(changes: dict[str, Any]) -> dict[str, Any]:
    """The healthy picture with some numbers changed; ``reference`` is replaced when it says it is not learned."""
    picture = deepcopy(HEALTHY)
    for name, value in changes.items():
        whole = not isinstance(value, dict) or value.get("learned") is False
        picture[name] = value if whole else picture[name] | value
    return picture


def judged(changes: dict[str, Any], limits: PictureLimits | None = None) -> Finding:
    evidence = Evidence(
        "picture", datetime(2026, 5, 1, tzinfo=UTC), 2.0, Outcome.SEEN, "fine", {"picture": seen(changes)}
    )
    (finding,) = judge_picture(replace(CAMERA, limits=Limits(picture=limits or PictureLimits())), evidence)
    return finding


STORIES = [
    # what is seen                                                               what is said
    ("a healthy picture", {}, "ok", None),
    ("its first look", UNLEARNED, "ok", None),
    ("every pixel dark, no scene", {"now": {"p99": 16.0, "spread": 0.5}}, "fault", "black"),
    ("dark, only electronic noise", {"now": {"p99": 30.0, "spread": 5.0, "correlation": 0.1}}, "fault", "black"),
    ("dark, but a scene", {"now": {"p99": 20.0, "spread": 4.0}} | DARKER, "fault", "dark"),
    ("a little darker than any night, the view as ever", {"now": {"p99": 28.0, "spread": 4.0}}, "ok", None),
    ("as dark, and another view", {"now": {"p99": 28.0, "spread": 4.0}, "reference": {"lost": 0.5, "stayed": 0.3}}, "fault", "dark"),
    ("the lit half of a night covered, the rest as ever", {"now": {"p99": 28.0, "spread": 4.0}, "reference": {"lost": 0.5}}, "fault", "occluded"),
    ("black, but for a name burnt in along the edge", {"now": BLACK | {"amid": 0.0}} | UNLEARNED, "fault", "black"),
    ("a black yard with lamps along its edges, as every night", {"now": BLACK | {"amid": 0.0, "p99": 90.0}}, "ok", None),
    ("black, and a lamp in its middle", {"now": BLACK | {"amid": 0.01}} | UNLEARNED, "fault", "dark"),
    ("black, and words in its middle", {"now": BLACK | {"amid": 0.01, "caption": 0.3}} | UNLEARNED, "fault", "no_signal"),
    ("black, and fine words in its middle", {"now": BLACK | {"correlation": 0.4, "amid": 0.002, "caption": 0.1}} | UNLEARNED, "fault", "no_signal"),
    ("a slope of colour, and words in its middle", {"now": {"amid": 0.01, "caption": 0.3}} | UNLEARNED, "fault", "no_signal"),
    ("a failed sensor warm in one corner", {"now": {"p99": 15.0, "spread": 1.4, "flat": 1.0, "ground": 1.0}} | UNLEARNED, "fault", "black"),
    ("a blue screen, as dark as black", {"now": {"p1": 29.0, "p99": 30.0, "spread": 0.0, "chroma": 112.0}} | UNLEARNED, "fault", "uniform"),
    ("grey, but for a clock along the edge", {"now": {"p1": 127.0, "p99": 129.0, "spread": 5.0, "ground": 0.98, "ground_spread": 0.1, "amid": 0.0}} | UNLEARNED, "fault", "uniform"),
    ("grey, and a badge in its middle", {"now": {"ground": 0.98, "ground_spread": 0.1, "amid": 0.05}} | UNLEARNED, "fault", "no_signal"),
    ("snow of a coarse grain", {"now": {"correlation": 0.55, "native_noise": 22.0, "relief": 3.0}}, "fault", "snow"),
    ("very dark, on the first night", {"now": {"p99": 36.0}} | UNLEARNED, "unknown", None),
    ("very dark, as every night", {"now": {"p99": 36.0}}, "ok", None),
    ("one grey where a scene was", {"now": {"spread": 1.0, "p1": 126.0, "p99": 130.0}}, "fault", "uniform"),
    ("white on the first look", {"now": {"p1": 250.0, "p99": 255.0, "spread": 1.0}} | UNLEARNED, "fault", "uniform"),
    ("an exactly flat card, first look", {"now": {"p1": 128.0, "p99": 128.5, "spread": 0.1}} | UNLEARNED, "fault", "uniform"),
    ("an even wall, first look", {"now": {"p1": 126.0, "p99": 131.0, "spread": 1.2}} | UNLEARNED, "unknown", None),
    ("fog before an even wall", {"now": {"p1": 126.0, "p99": 134.0, "spread": 1.8}, "reference": {"numbers": NUMBERS | {"spread": 9.0}}}, "unknown", None),
    ("the light of another lamp", {"reference": {"cast": 15.0}}, "ok", None),
    ("a text card", {"now": {"flat": 0.9, "entropy": 0.8, "spread": 20.0}}, "fault", "no_signal"),
    ("a text card before a bare wall", {"now": {"flat": 0.9, "entropy": 0.8, "spread": 20.0}, "reference": {"numbers": NUMBERS | {"flat": 0.8, "entropy": 4.0}}}, "fault", "no_signal"),
    ("a bare wall with something on it", {"now": {"flat": 0.9, "entropy": 3.0, "spread": 20.0}}, "ok", None),
    ("a text card, first look", {"now": {"flat": 0.9, "entropy": 0.8, "spread": 20.0}} | UNLEARNED, "fault", "no_signal"),
    ("half burnt out", {"now": {"clipped": 0.6}}, "fault", "overexposed"),
    ("a bright sky, first look", {"now": {"clipped": 0.4}} | UNLEARNED, "ok", None),
    ("burnt out and a card at once", {"now": {"clipped": 0.8, "flat": 0.9, "entropy": 1.0}}, "fault", "overexposed"),
    ("snow of which a starved encoder left patches", {"now": {"correlation": 0.45, "native_noise": 2.2, "spread": 30.0, "relief": 3.5}}, "fault", "snow"),
    ("snow of which it left hardly any", {"now": {"correlation": 0.18, "native_noise": 0.1, "spread": 9.0, "relief": 1.6}}, "fault", "snow"),
    ("a wall's noise", {"now": {"correlation": 0.2, "native_noise": 8.5, "spread": 7.0, "relief": 1.0}, "reference": {"numbers": NUMBERS | {"native_noise": 8.0}}}, "ok", None),
    ("crates one like the other", {"now": {"correlation": 0.83, "native_noise": 0.1, "spread": 25.0, "relief": 3.3}}, "ok", None),
    ("analogue snow", {"now": {"correlation": 0.1, "native_noise": 60.0}}, "fault", "snow"),
    ("strong noise", {"now": {"native_noise": 9.0}}, "fault", "noise"),
    ("noise of a new camera", {"now": {"native_noise": 9.0}} | UNLEARNED, "ok", None),
    ("colour bars, first look", {"now": {"bars": 0.97, "chroma": 60.0}} | UNLEARNED, "fault", "no_signal"),
    ("an evenly lit curtain, first look", {"now": {"bars": 0.97}} | UNLEARNED, "ok", None),
    ("interference", {"now": {"stripe_spread": 25.0, "stripe_peak": 0.5, "stripe_coherence": 0.95}}, "fault", "stripes"),
    ("interference before a facade", {"now": {"stripe_spread": 22.0, "stripe_peak": 0.15, "stripe_coherence": 0.9}, "reference": {"numbers": NUMBERS | {"stripe_spread": 20.0, "stripe_coherence": -0.2}}}, "fault", "stripes"),
    ("a blind as ever", {"now": {"stripe_spread": 22.0, "stripe_peak": 0.5, "stripe_coherence": 0.9}, "reference": {"numbers": NUMBERS | {"stripe_spread": 20.0, "stripe_coherence": 0.9}}}, "ok", None),
    ("a fence, not interference", {"now": {"stripe_spread": 25.0, "stripe_peak": 0.5, "stripe_coherence": 0.5}}, "ok", None),
    ("too little light to tell one colour from a scene", {"now": {"p1": 3.0, "p99": 10.0, "spread": 2.0}} | DARKER, "fault", "dark"),
    ("the lower half one grey, first look", {"now": {"blank": 0.5}} | UNLEARNED, "fault", "partial_loss"),
    ("a privacy mask, as ever", {"now": {"blank": 0.5}, "reference": {"numbers": NUMBERS | {"blank": 0.5}}}, "ok", None),
    ("the lower half missing", {"reference": {"emptied": 0.4, "lost": 0.45}}, "fault", "partial_loss"),
    ("half covered, once", {"reference": {"lost": 0.5, "lost_here": 0.5}}, "fault", "occluded"),
    ("a dark cloth, mostly before plain ground", {"reference": {"lost": 0.2, "covered": 0.5}}, "fault", "occluded"),
    ("a lorry passing", {"reference": {"lost": 0.3, "lost_here": 0.3}}, "ok", None),
    ("the same tiles, twice", {"reference": {"lost": 0.32, "lost_lasting": 0.32, "lasting_looks": 2}}, "fault", "occluded"),
    ("other tiles each time", {"reference": {"lost": 0.5, "lost_lasting": 0.1, "lasting_looks": 2}}, "ok", None),
    ("covered, a view with few edges", {"reference": {"lost": 0.9, "textured": 9}}, "ok", None),
    ("preset drift", {"reference": {"shift": 0.03, "lost_here": 0.7, "lost": 0.05}}, "ok", None),
    ("the view moved", {"reference": {"shift": 0.06, "lost_here": 0.9, "lost": 0.1}}, "fault", "moved"),
    ("the mount gives way, day after day", {"reference": {"crept": 0.05}}, "fault", "moved"),
    ("a soft view moved", {"reference": {"shift": 0.06, "response": 0.84, "lost_here": 0.12, "lost": 0.0}}, "fault", "moved"),
    ("a few tiles, no clear shift", {"reference": {"shift": 0.06, "response": 0.3, "lost_here": 0.12, "lost": 0.0}}, "ok", None),
    ("a shift nobody can confirm", {"reference": {"shift": 0.2, "response": 0.03, "lost_here": 0.2, "lost": 0.2}}, "ok", None),
    ("another view", {"reference": {"lost": 0.95, "lost_here": 0.95, "stayed": 0.1}}, "fault", "view_changed"),
    ("all that is to be recognised covered, the plain half as ever", {"reference": {"lost": 0.95, "lost_here": 0.95, "stayed": 0.5}}, "fault", "occluded"),
    ("the plain half lit, or covered", {"reference": {"unwitnessed": 0.5}}, "unknown", None),
    ("a regular view half covered, shifted by a period", {"reference": {"shift": 0.25, "response": 0.24, "lost": 0.4, "lost_here": 0.8}}, "fault", "occluded"),
    ("covered and still as a frozen one", FROZEN | {"reference": {"lost": 0.5, "lost_here": 0.5}}, "fault", "occluded"),
    ("something before the lens", {"reference": {"lost": 0.95, "lost_here": 0.95, "edge_ratio": 0.2, "layout": 0.1}}, "fault", "occluded"),
    ("night for the first time", {"reference": {"lost": 0.5, "lost_here": 0.5, "same_light": False}}, "ok", None),
    ("out of focus", {"reference": {"sharpness": 0.2}}, "fault", "blurred"),
    ("no sharp contour, first look", {"now": {"focus": 0.9}} | UNLEARNED, "fault", "blurred"),
    ("hardly any contour, first look", {"now": {"focus": 0.0}} | UNLEARNED, "ok", None),
    ("a view without sharp contours, as ever", {"now": {"focus": 0.8}, "reference": {"textured": 9, "numbers": NUMBERS | {"focus": 0.6}}}, "ok", None),
    ("as soft as it was accepted", {"now": {"focus": 0.86}, "reference": {"sharpness": 0.62, "numbers": NUMBERS | {"focus": 0.85}}}, "ok", None),
    ("softer than it was accepted", {"now": {"focus": 0.6}, "reference": {"sharpness": 0.62, "numbers": NUMBERS | {"focus": 0.85}}}, "fault", "blurred"),
    ("soft, and detail gone", {"now": {"focus": 0.9}, "reference": {"sharpness": 0.6}}, "fault", "blurred"),
    ("detail gone, contours sharp", {"reference": {"sharpness": 0.6}}, "ok", None),
    ("purple all over, first look", {"now": {"blue": 18.0, "red": 20.0, "tint": 0.25}} | UNLEARNED, "fault", "colour_cast"),
    ("a lawn all over, first look", {"now": {"blue": -18.0, "red": -22.0, "tint": 0.25}} | UNLEARNED, "unknown", None),
    ("sodium lamps all over, first look", {"now": {"blue": -25.0, "red": 22.0, "tint": 0.25}} | UNLEARNED, "ok", None),
    ("a cast by night", {"now": {"level": 35.0}, "reference": {"cast": 8.0}}, "fault", "colour_cast"),
    ("everything green", {"reference": {"cast": 25.0}}, "fault", "colour_cast"),
    ("nothing moved, at a glance", {"suspect": True, "freeze": STILL | {"alike": 1.0}}, "unknown", None),
    ("nothing moved, looked at closely", FROZEN, "fault", "frozen"),
    ("more alike than ever, but not enough", {"suspect": True, "freeze": STILL | {"pictures": 8, "alike": 0.07}}, "unknown", None),
    ("nothing moved, all blocks alive", {"suspect": True, "freeze": STILL | {"pictures": 8, "alike": 0.01, "still": False}}, "ok", None),
    ("a flat wall, nothing moved", {"decoded": 8, "freeze": STILL | {"alike": None, "blocks": 3, "suspect": False}}, "unknown", None),
    ("a camera whose pictures are always alike", {"decoded": 8, "freeze": STILL | {"alike": 0.8, "alive": 0.7, "tells": False}}, "unknown", None),
    ("somebody passed in the close look", {"freeze": {"pictures": 8, "movement_within": 30.0, "alike": 1.0}}, "ok", None),
    ("a recording of a quiet view", {"suspect": True, "freeze": STILL | {"pictures": 8, "alike": 1.0, "alike_within": 0.01, "seen_before": 8}}, "unknown", None),
    ("the same few seconds again and again", {"freeze": {"pictures": 8, "returned": 6, "movement_within": 30.0}}, "fault", "replayed"),
    ("a picture came back", {"suspect": True, "freeze": {"came_back": True, "seen_before": 1}}, "unknown", None),
    ("three pictures again, the least that is a loop", {"freeze": {"pictures": 8, "seen_before": 3, "replayed_pictures": 3}}, "fault", "replayed"),
    ("a loop", {"suspect": True, "freeze": {"pictures": 8, "seen_before": 6, "replayed_pictures": 5}}, "fault", "replayed"),
    ("frozen and dark", FROZEN | DARKER | {"now": {"p99": 20.0, "spread": 4.0}}, "fault", "dark"),
    ("half the key frames damaged", {"key_frames": 8, "decoded": 8, "damaged": 5}, "fault", "corrupt"),
    ("one of eight damaged", {"key_frames": 8, "decoded": 8, "damaged": 1}, "ok", None),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "verdict", "fault"), [story[1:] for story in STORIES], ids=[s[0] for s in STORIES])
def test_stories(changes: dict[str, Any], verdict: str, fault: str | None) -> None:
    finding = judged(changes)
    assert (str(finding.verdict), finding.fault) == (verdict, fault), finding.reason


def test_nothing_decoded_is_corrupt_and_nothing_else_is_asked() -> None:
    evidence = Evidence(
        "picture", datetime(2026, 5, 1, tzinfo=UTC), 2.0, Outcome.SEEN, "fine",
        {"picture": {"key_frames": 1, "decoded": 0, "refused": ["no picture"], "damaged": 0, "complaints": []}},
    )  # fmt: skip
    (finding,) = judge_picture(CAMERA, evidence)
    assert finding.fault == "corrupt"
    assert "no picture" in finding.reason


def test_what_nothing_could_be_compared_with_is_not_taken_for_granted() -> None:
    said = judged(UNLEARNED).reason
    assert said.startswith("picture 1920x1080, nothing wrong seen; ")
    assert said.endswith("moved, view changed, blurred, occluded, colour cast: nothing learned yet to compare with")
    assert judged({}).reason == "picture 1920x1080, nothing wrong seen"


def test_every_kind_answers_with_a_reason() -> None:
    kinds = judged({}).facts["kinds"]
    assert list(kinds) == [str(line.kind) for line in RULES]
    assert all(row["answer"] in ("pass", "fault", "undecidable") and row["reason"] for row in kinds.values())


def test_a_fault_of_the_whole_picture_leaves_the_rest_unasked() -> None:
    kinds = judged({"now": {"clipped": 0.8}, "reference": {"lost": 0.9, "lost_here": 0.9}}).facts["kinds"]
    assert kinds["occluded"] == {"answer": "undecidable", "reason": "not asked: the picture is overexposed"}


def test_a_limit_can_be_set_for_one_camera() -> None:
    drifting = {"reference": {"shift": 0.06, "lost_here": 0.9, "lost": 0.1}}
    assert judged(drifting, PictureLimits(moved_shift=0.1)).fault is None


def test_replay_can_be_switched_off() -> None:
    loop = {"freeze": {"pictures": 8, "seen_before": 6, "replayed_pictures": 5}}
    assert judged(loop, PictureLimits(replayed_matches=0)).verdict == "ok"


def test_a_close_look_is_confirmed_and_a_glance_seen_once() -> None:
    assert judged(FROZEN | {"key_frames": 8, "decoded": 8}).facts["confidence"] == "confirmed"
    assert judged({"now": {"clipped": 0.8}}).facts["confidence"] == "seen once"


def test_what_could_not_be_decided_is_never_confirmed() -> None:
    wall = judged({"key_frames": 8, "decoded": 8, "freeze": STILL | {"alike": None, "blocks": 3}})
    assert (wall.verdict, wall.facts["confidence"]) == ("unknown", "seen once")
