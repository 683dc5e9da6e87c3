"""A dark cloth before plain ground, and what only looks like one: the level of plain tiles counts, with care."""

import cv2
import numpy as np
import pytest
from drawn_views import scene
from test_views import Site

HALF = 190


def yard() -> np.ndarray:
    """Houses above; below them plain ground with a few things on it."""
    view = scene(4)
    view[HALF:] = np.linspace(95, 120, view.shape[1])
    for x in range(30, view.shape[1], 120):
        view[HALF + 40 : HALF + 90, x : x + 40] = scene(5)[100:150, x : x + 40]
    return view


def below(view: np.ndarray, change: np.ndarray) -> np.ndarray:
    shown = view.copy()
    shown[HALF:] = change
    return shown


YARD = yard()
CLOTH = cv2.GaussianBlur(np.random.default_rng(7).normal(25, 40, YARD.shape), (0, 0), 12)[HALF:]


def waves(look: int) -> np.ndarray:
    """Strong texture, another one each time."""
    grain = cv2.GaussianBlur(np.random.default_rng(90 + look).normal(0, 1, YARD.shape), (0, 0), 3)[HALF:]
    return np.clip(110 + 200 * grain, 0, 255)


@pytest.mark.parametrize(
    ("view", "fault"),
    [(below(YARD, CLOTH), "occluded"), (below(YARD, YARD[HALF:] * 0.4), None)],
    ids=["a dark cloth", "a shadow"],
)
def test_the_lower_half_gets_dark(view: np.ndarray, fault: str | None) -> None:
    site = Site()
    site.watch(YARD, 8)
    assert [finding.fault for finding in site.watch(view, 3)] == [fault] * 3
    assert site.answer.facts["reference"]["lost"] < 0.3


def test_waves_are_nothing_to_recognise_the_view_by() -> None:
    """Half the view is never twice the same: it is not covered, and the other half still tells a cloth."""
    site = Site()
    for look in range(8):
        site.watch(below(YARD, waves(look)), 1)
    assert [site.watch(below(YARD, waves(look)), 1)[0].fault for look in range(8, 12)] == [None] * 4
    cloth = below(YARD, waves(12))
    cloth[:, : round(0.6 * YARD.shape[1])] = 25
    assert [site.watch(cloth, 1)[0].fault for _ in range(3)] == ["occluded"] * 3
