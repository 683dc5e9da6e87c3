"""Bands across the whole picture, and what only repeats itself in a part of it."""

import math

import numpy as np
import pytest
from drawn_views import encode, live, scene
from test_picture_analysis import glance, judged

VIEW = scene()
DOWN, ACROSS = np.mgrid[0 : VIEW.shape[0], 0 : VIEW.shape[1]]


def wave(period: float, turned: float) -> np.ndarray:
    """Of size 1; ``turned``: degrees from bands that lie level."""
    angle = math.radians(turned)
    return np.sin(2 * np.pi * (DOWN * math.cos(angle) + ACROSS * math.sin(angle)) / period)


def fault(view: np.ndarray) -> str | None:
    return judged(glance(encode(live(np.clip(view, 0, 255), 1)))).fault


@pytest.mark.parametrize("turned", [0, 24, 90, 126])
@pytest.mark.parametrize("period", [6, 20, 56])
def test_bands_in_any_direction_fine_and_wide(period: float, turned: float) -> None:
    assert fault(VIEW + 35 * wave(period, turned)) == "stripes"


def test_every_other_band_dark() -> None:
    assert fault(VIEW * np.where(wave(26, 0) > 0, 1, 0.4)) == "stripes"


def test_bands_before_a_facade_whose_own_are_stronger() -> None:
    """Its windows are out of step from house to house."""
    houses = [np.sign(wave(30 + 3 * step, 90) * wave(34 + step, 0))[:, :160] for step in range(4)]
    facade = VIEW / 3 + 80 + 40 * np.hstack(houses)
    assert fault(facade) is None
    assert fault(facade + 25 * wave(22, 30)) == "stripes"


def test_a_window_with_panes_is_none() -> None:
    view = 30 + VIEW / 15
    view[:306, 104:544] = 235
    for x in (104, 248, 394, 540):
        view[:306, x - 6 : x + 6] = 30
    view[146:156, 104:544] = 30
    assert fault(view) is None


@pytest.mark.parametrize("share", [0.4, 0.6])
def test_a_fence_before_a_part_of_the_view_is_none(share: float) -> None:
    part = share * VIEW.shape[1] > ACROSS
    assert fault(np.where(part, VIEW + 35 * wave(20, 90), VIEW)) is None


def test_a_row_of_posts_in_perspective_is_none() -> None:
    assert fault(VIEW + 35 * np.sign(np.sin(40 * np.log(40 + ACROSS)))) is None
