"""A view that has been turned about its axis or zoomed is found again; another view is not."""

import cv2
import numpy as np
import pytest
from drawn_views import encode, live, scene
from test_views import Site

HEIGHT, WIDTH = 368, 640
WIDE = scene(3, 960, 552)


def seen(degrees: float = 0.0, zoom: float = 1.0) -> np.ndarray:
    """What the camera in the middle of a wider scene sees."""
    turn = cv2.getRotationMatrix2D((480, 276), degrees, zoom)
    return cv2.warpAffine(WIDE.astype(np.float32), turn, (960, 552))[92 : 92 + HEIGHT, 160 : 160 + WIDTH]


def lately(view: np.ndarray) -> tuple[Site, list[str | None]]:
    site = Site()
    for frame in encode(live(seen(), 8)):
        site.look(frame)
    assert site.answer.facts["reference"]["learned"]
    return site, [site.look(frame).fault for frame in encode(live(view, 3, seed=5))]


@pytest.mark.parametrize(("degrees", "zoom"), [(6, 1), (-8, 1), (0, 0.85), (0, 1.15), (5, 1.08)])
def test_a_turned_or_zoomed_view_has_moved(degrees: float, zoom: float) -> None:
    site, faults = lately(seen(degrees, zoom))
    assert faults == ["moved"] * 3
    found = site.answer.facts["reference"]
    assert found["degrees"] == pytest.approx(-degrees, abs=1)
    assert found["zoom"] == pytest.approx(zoom, abs=0.03)


@pytest.mark.parametrize(("degrees", "zoom"), [(2, 1), (-1.5, 1.02)])
def test_a_turn_as_small_as_a_preset_drifts_is_none(degrees: float, zoom: float) -> None:
    assert lately(seen(degrees, zoom))[1] == [None] * 3


def test_another_view_is_no_turned_one() -> None:
    assert lately(scene(9))[1] == ["view_changed"] * 3
