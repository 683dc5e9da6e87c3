"""What the pictures look like, by the figures a picture is judged with."""

import numpy as np
import pytest

from monitor.simulator import faults
from monitor.simulator.pictures import Picture
from monitor.simulator.scenes import SCENES

WIDTH, HEIGHT, FPS = 320, 180, 25
NOW = 1_700_000_000 * FPS


def picture(scene: str = "street", fault: str = "", clock: bool = False, seed: int = 7) -> Picture:
    return Picture(scene, WIDTH, HEIGHT, FPS, fault=fault, clock=clock, seed=seed)


def luma(drawn: Picture, index: int = NOW) -> np.ndarray:
    """Below the clock, which stands in the top 12 %."""
    return drawn.draw(index)[:HEIGHT][22:].astype(np.int16)


def change(drawn: Picture, seconds: float) -> float:
    return float(np.abs(luma(drawn, NOW + int(seconds * FPS)) - luma(drawn, NOW)).mean())


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_the_same_for_the_same_seed_and_time(scene: str) -> None:
    assert np.array_equal(picture(scene).draw(NOW), picture(scene).draw(NOW))


@pytest.mark.parametrize("scene", SCENES)
def test_no_two_frames_of_a_live_scene_are_alike(scene: str) -> None:
    drawn = picture(scene)
    frames = {luma(drawn, NOW + index).tobytes() for index in range(20)}
    assert len(frames) == 20


def test_the_static_room_lives_by_its_noise_alone() -> None:
    assert 1 < change(picture("indoor"), 60) < 4


def test_the_street_moves() -> None:
    drawn = picture("street")
    moved = np.abs(luma(drawn, NOW + 2 * FPS) - luma(drawn)) > 20
    assert 0.01 < moved.mean() < 0.3


def test_the_night_is_dim_but_lit() -> None:
    seen = luma(picture("night"))
    assert seen.mean() < 60
    assert np.percentile(seen, 99) > 80


def test_frozen_holds_the_first_picture_while_the_clock_ticks() -> None:
    drawn = picture(fault="frozen", clock=True)
    first, later = drawn.draw(NOW), drawn.draw(NOW + 61 * FPS)
    assert np.array_equal(first[22:HEIGHT], later[22:HEIGHT])
    assert not np.array_equal(first[:22], later[:22])


def test_without_a_clock_frozen_means_frozen() -> None:
    drawn = picture(fault="frozen")
    assert np.array_equal(drawn.draw(NOW), drawn.draw(NOW + 999))


def test_the_clock_stays_within_the_band_that_is_cut_away() -> None:
    plain, clocked = picture().draw(NOW), picture(clock=True).draw(NOW)
    rows = np.flatnonzero((plain[:HEIGHT] != clocked[:HEIGHT]).any(axis=1))
    assert 0 < rows.max() < HEIGHT * 0.12


FIGURES = {
    "black": lambda seen: np.percentile(seen, 99) <= 19 and 0 < seen.std() < 3,
    "no_signal": lambda seen: 0.8 < (seen == np.median(seen)).mean() < 1,
    "uniform": lambda seen: seen.std() == 0,
    "overexposed": lambda seen: (seen >= 230).mean() > 0.5,
    "dark": lambda seen: np.percentile(seen, 99) < 50 and seen.std() > 1.5,
    "snow": lambda seen: np.abs(np.diff(seen, axis=1)).mean() > 40,
    "partial_loss": lambda seen: seen[: HEIGHT // 2 - 22].std() > 15 and seen[HEIGHT // 2 - 22 :].std() < 2,
}


@pytest.mark.parametrize("fault", FIGURES)
def test_a_fault_has_its_figure_and_a_healthy_picture_has_not(fault: str) -> None:
    assert FIGURES[fault](luma(picture(fault=fault)))
    assert not FIGURES[fault](luma(picture()))


def test_a_blurred_picture_has_lost_its_edges() -> None:
    sharp, blurred = (np.abs(np.diff(luma(picture(fault=fault)), axis=1)).mean() for fault in ("", "blurred"))
    assert blurred < sharp / 2


def test_an_occluded_picture_has_lost_its_left_half_only() -> None:
    healthy, covered = luma(picture()), luma(picture(fault="occluded"))
    difference = np.abs(healthy - covered)
    assert difference[:, : WIDTH // 2].mean() > 20
    assert difference[:, WIDTH // 2 :].mean() == 0


def test_a_moved_picture_is_the_same_picture_elsewhere() -> None:
    healthy, moved, shift = luma(picture()), luma(picture(fault="moved")), round(0.08 * WIDTH)
    assert np.abs(moved[:, shift:] - healthy[:, :-shift]).mean() < 6
    assert np.abs(moved - healthy).mean() > 15


def test_stripes_run_across_and_noise_is_everywhere() -> None:
    rows = luma(picture(fault="stripes")).mean(axis=1) - luma(picture()).mean(axis=1)
    assert rows.std() > 20
    assert (luma(picture(fault="noise")) - luma(picture())).std() > 20


def test_a_colour_cast_shows_in_the_colours() -> None:
    healthy, cast = (picture(fault=fault).draw(NOW)[HEIGHT:].astype(int).mean() for fault in ("", "colour_cast"))
    assert healthy - cast > 15


def test_every_picture_fault_can_be_drawn() -> None:
    for fault in faults.PICTURE:
        assert picture(fault=fault).draw(NOW).shape == (HEIGHT * 3 // 2, WIDTH)
