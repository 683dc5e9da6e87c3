"""A dim hall under names burnt in, which stay where they are: it drifts a little, or has moved."""

import cv2
import numpy as np
import pytest
from drawn_views import encode, live
from test_views import Site

WIDTH, HEIGHT = 640, 368
DOWN, ACROSS = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)


def hall() -> np.ndarray:
    """Doors and joints of a floor, lit from the camera."""
    view = np.full((HEIGHT, WIDTH), 88, np.float32)
    view[230:] = 62
    view[230::26] = 46
    for x in range(30, WIDTH, 74):
        cv2.rectangle(view, (x, 110), (x + 34, 230), 66, cv2.FILLED)
        cv2.rectangle(view, (x, 110), (x + 34, 230), 40, 2)
    return np.asarray(view * (0.1 + np.exp(-(((ACROSS - 320) / 260) ** 2) - ((DOWN - 200) / 200) ** 2)))


def shifted(view: np.ndarray, across: float, down: float) -> np.ndarray:
    moves = np.array([[1, 0, across * WIDTH], [0, 1, down * HEIGHT]], np.float32)
    return cv2.warpAffine(view.astype(np.float32), moves, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


def named(view: np.ndarray) -> np.ndarray:
    letters = np.zeros(view.shape, np.uint8)
    for x, y, text in ((14, 70, "2026-05-01 12:00"), (14, 318, "GATE 4 NORTH"), (360, 330, "CAMERA 12 HALL")):
        cv2.putText(letters, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 3)
    return np.where(letters > 0, 240, view)


@pytest.mark.parametrize(
    ("across", "down", "fault"),
    [(0.02, 0.01, None), (-0.025, 0.02, None), (0.055, 0.0, "moved"), (-0.055, 0.03, "moved")],
)
def test_a_faint_view_is_found_again_where_it_has_gone(across: float, down: float, fault: str | None) -> None:
    site = Site()
    for frame in encode(live(named(hall()), 8)):
        site.look(frame)
    assert site.answer.facts["reference"]["learned"]
    later = encode(live(named(shifted(hall(), across, down)), 3, seed=5))
    assert [site.look(frame).fault for frame in later] == [fault] * 3
