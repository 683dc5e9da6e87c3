"""Cards that say there is no signal, dead sensors under a burnt-in name, and what is only as dark or as even."""

import cv2
import numpy as np
import pytest
from drawn_views import encode, live, scene
from test_picture_analysis import glance, judged
from test_views import learned

from monitor.model import KeyFrame

HEIGHT, WIDTH = 368, 640
ACROSS, DOWN = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
SLOPE = np.repeat(np.linspace(20, 140, HEIGHT)[:, None], WIDTH, axis=1)


def ground(level: float) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), level)


def words(view: np.ndarray, text: str, x: int, y: int, size: float = 0.5, level: float = 235) -> np.ndarray:
    letters = np.zeros(view.shape, np.uint8)
    cv2.putText(letters, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, 255, 1 + round(size), cv2.LINE_AA)
    share = letters / 255
    return np.asarray(view * (1 - share) + level * share)


def shining(view: np.ndarray, x: int, y: int, strength: float, reach: float) -> np.ndarray:
    """What a lens makes of a light: it glows."""
    return view + strength * np.exp(-((ACROSS - x) ** 2 + (DOWN - y) ** 2) / reach**2)


def named(view: np.ndarray) -> str | None:
    finding = judged(glance(encode([np.clip(view, 0, 255).astype(np.uint8)])))
    return finding.fault or str(finding.verdict)


@pytest.mark.parametrize(
    "back", [ground(0), ground(24), ground(128), SLOPE], ids=["black", "dark grey", "grey", "slope"]
)
@pytest.mark.parametrize(("text", "x", "y", "size"), [("NO SIGNAL", 260, 190, 0.5), ("Camera 3 lost", 380, 120, 0.4)])
def test_a_few_words_on_an_even_ground(back: np.ndarray, text: str, x: int, y: int, size: float) -> None:
    assert named(words(back, text, x, y, size)) == "no_signal"


@pytest.mark.parametrize(("level", "fault"), [(0, "black"), (15, "black"), (128, "uniform")])
@pytest.mark.parametrize("y", [58, 335], ids=["above", "below"])
def test_a_name_burnt_in_along_the_edge_hides_no_dead_sensor(level: int, fault: str, y: int) -> None:
    assert named(words(ground(level), "GATE 12:00:01", 10, y, 0.6)) == fault


@pytest.mark.parametrize(("level", "fault"), [(0, "black"), (128, "uniform")])
def test_a_clock_at_the_side_is_no_caption_however_far_in_it_reaches(level: int, fault: str) -> None:
    assert named(words(ground(level), "2026-05-01 12:00:01", 32, 80, 0.5)) == fault


def test_a_sensor_s_own_warmth_is_no_scene() -> None:
    assert named(shining(ground(8), WIDTH, HEIGHT, 7, 200)) == "black"


@pytest.mark.parametrize(
    "view",
    [
        shining(words(ground(1), "EXIT", 300, 150, 0.7), 320, 145, 25, 60),
        np.maximum.reduce([shining(ground(0), 60 * x, 180, 250, 4) for x in range(1, 10)]),
        words(scene() * 0.08, "HOTEL", 280, 180, 0.7),
    ],
    ids=["an exit sign", "street lamps", "a sign in a dark street"],
)
def test_lights_in_the_dark_are_no_card(view: np.ndarray) -> None:
    assert named(view) == "dark"


def test_a_sign_on_a_wall_is_no_card() -> None:
    wall = np.linspace(175, 205, WIDTH)[None] + np.linspace(8, -8, HEIGHT)[:, None]
    assert judged(glance(encode(live(words(wall, "NO SMOKING", 230, 170, 0.9, 40), 1, noise=1.0)))).fault is None


def test_a_blue_screen_is_no_black_picture() -> None:
    screen = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    screen[..., 0] = 255
    found = judged(glance([KeyFrame("mjpeg", bytes(cv2.imencode(".jpg", screen)[1]), 0, 0.0)]))
    assert found.fault == "uniform", found.reason


def test_a_card_is_named_beside_a_reference_and_never_learned() -> None:
    site = learned()
    card = words(ground(0), "NO VIDEO", 270, 190)
    assert [site.look(frame).fault for frame in encode([card.astype(np.uint8)] * 3)] == ["no_signal"] * 3
    fresh = glance(encode([words(SLOPE, "NO VIDEO", 270, 190).astype(np.uint8)]))
    assert not fresh.facts["reference"].get("samples")


def test_what_covers_the_lit_half_of_a_night_is_no_nightfall() -> None:
    """The rest is as bright as ever."""
    night = scene(6) * 0.12
    night[:, 320:] = scene(7)[:, 320:] * 0.6
    site = learned()
    site.memory = b""
    site.watch(night, 8)
    covered = night.copy()
    covered[:, 300:] = 4
    assert [finding.fault for finding in site.watch(covered, 3)] == ["occluded"] * 3
