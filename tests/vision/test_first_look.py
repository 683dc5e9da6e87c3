"""What the first picture of a camera says, with nothing learned, through a real encoder; and that it is not learned."""

import cv2
import numpy as np
import pytest
from drawn_views import encode, live, scene
from test_picture_analysis import glance, judged

from monitor.model import KeyFrame

VIEW = scene()


def half_filled(view: np.ndarray) -> np.ndarray:
    shown = view.copy()
    shown[view.shape[0] // 2 :] = 128
    return shown


def covered(view: np.ndarray) -> np.ndarray:
    shown = view.copy()
    shown[:, : view.shape[1] // 2] = 60
    return shown


def headlights(view: np.ndarray) -> np.ndarray:
    """Two cars straight on: soft halos all about, the rest of the night too dark to be sharp."""
    down, across = np.mgrid[0 : view.shape[0], 0 : view.shape[1]]
    lamps = [np.hypot(across - x, down - 200) for x in (270, 370)]
    return np.minimum(
        view * 0.08 + sum(400 * np.exp(-((one / 30) ** 2)) + 50 * np.exp(-((one / 110) ** 2)) for one in lamps), 255
    )


def lettered(view: np.ndarray) -> np.ndarray:
    """Names burnt in above and below, sharp before any lens."""
    letters = np.zeros(view.shape, np.uint8)
    for y in (66, 338):
        cv2.putText(letters, "CAMERA 12 GATE 2026-05-01", (20, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)
    return np.where(letters > 0, 255, view)


def in_colour(grey: np.ndarray, blue: int, red: int) -> KeyFrame:
    """JPEG: what some cameras send."""
    planes = [np.full(grey.shape, 128 + shift, np.uint8) for shift in (red, blue)]
    colours = cv2.cvtColor(cv2.merge([grey, *planes]), cv2.COLOR_YCrCb2BGR)
    return KeyFrame("mjpeg", bytes(cv2.imencode(".jpg", colours)[1]), 0, 0.0)


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (VIEW, None),
        (cv2.GaussianBlur(VIEW, (0, 0), 1), None),
        (cv2.GaussianBlur(VIEW, (0, 0), 4), "blurred"),
        (cv2.GaussianBlur(VIEW * 0.6, (0, 0), 4), "blurred"),
        (lettered(cv2.GaussianBlur(VIEW, (0, 0), 6)), "blurred"),
        (headlights(cv2.GaussianBlur(VIEW, (0, 0), 1)), None),
        (half_filled(VIEW), "partial_loss"),
        (lettered(half_filled(VIEW)), "partial_loss"),
        (covered(VIEW), None),
    ],
    ids=[
        "sharp",
        "a little soft",
        "out of focus",
        "out of focus at dusk",
        "out of focus under names",
        "headlights",
        "lower half filled",
        "lower half filled, and a name in it",
        "half covered",
    ],
)
def test_the_first_look(view: np.ndarray, fault: str | None) -> None:
    memory = b""
    for frame in encode(live(view, 2)):
        answer = glance([frame], memory)
        memory = answer.memory
        assert judged(answer).fault == fault
    assert answer.facts["reference"]["samples"] == (0 if fault else 1)


@pytest.mark.parametrize(
    ("blue", "red", "verdict"),
    [(0, 0, "ok"), (30, 32, "fault"), (-28, -32, "unknown"), (-40, 32, "ok")],
    ids=["colourless", "purple", "green", "sodium lamps"],
)
def test_a_colour_all_over_on_the_first_look(blue: int, red: int, verdict: str) -> None:
    finding = judged(glance([in_colour(live(VIEW, 1)[0], blue, red)]))
    assert finding.verdict == verdict, finding.reason
    assert finding.fault == ("colour_cast" if verdict == "fault" else None)


@pytest.mark.parametrize("sky", [False, True], ids=["colour bars", "towers before an even sky"])
def test_colour_bars_on_the_first_look(sky: bool) -> None:
    width = VIEW.shape[1]
    colours = [(192, 192, 192), (0, 192, 192), (192, 192, 0), (0, 192, 0), (192, 0, 192), (0, 0, 192), (192, 0, 0)]
    card = np.zeros((*VIEW.shape, 3), np.uint8)
    for number, colour in enumerate(colours):
        card[:, number * width // 7 : (number + 1) * width // 7] = (200, 90, 40) if sky else colour
    card[3 * VIEW.shape[0] // 4 :] = 20
    if sky:
        card += np.random.default_rng(8).integers(0, 8, VIEW.shape, np.uint8)[..., None]
        card[:, 100:130] = card[:, 400:430] = VIEW[:, 100:130, None]
    cv2.putText(card, "2026-05-01 12:00:01", (32, 80), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 2)
    finding = judged(glance([KeyFrame("mjpeg", bytes(cv2.imencode(".jpg", card)[1]), 0, 0.0)]))
    assert (finding.fault == "no_signal") is not sky, finding.reason
