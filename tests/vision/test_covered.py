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
