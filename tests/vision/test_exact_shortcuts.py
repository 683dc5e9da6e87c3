"""What is computed in a shorter way gives exactly what its definition says."""

from datetime import UTC, datetime

import numpy as np
import pytest

from monitor.vision import Question, freeze, movement, noise
from monitor.vision.decode import Picture
from monitor.vision.life import Life
from monitor.vision.memory import Kept
from monitor.vision.work import shrink

RANDOM = np.random.default_rng(4)
QUESTION = Question(datetime(2026, 5, 1, tzinfo=UTC))


def grey(luma: np.ndarray) -> Picture:
    colour = np.full((luma.shape[0] // 2, luma.shape[1] // 2), 128, np.uint8)
    return Picture(luma, colour, colour, True, False)


@pytest.mark.parametrize("spread", [0.4, 1.0, 30.0])
@pytest.mark.parametrize("count", [1, 2, 1000, 1001])
def test_the_counted_middle_is_the_sorted_one(spread: float, count: int) -> None:
    responses = np.rint(RANDOM.normal(0, spread, (1, count))).astype(np.int16)
    middle = np.sort(np.abs(responses).ravel())[count // 2]
    below, inside = (np.abs(responses) < middle).sum(), (np.abs(responses) == middle).sum()
    within = min((count / 2 - below) / inside, 1.0)
    expected = (middle - 0.5 + within if middle else 0.5 * within) / noise.IMMERKAER_SCALE
    assert noise._middle(responses) == expected


@pytest.mark.parametrize("shape", [(1080, 1920), (361, 643), (40, 30), (5, 90)])
def test_a_block_is_left_out_when_one_of_its_pixels_is(shape: tuple[int, int]) -> None:
    left_out = RANDOM.random((movement.DOWN, movement.ACROSS)) < 0.1
    rows, columns = shape[0] // freeze.SIDE, shape[1] // freeze.SIDE
    down = np.arange(shape[0]) * movement.DOWN // shape[0]
    across = np.arange(shape[1]) * movement.ACROSS // shape[1]
    pixels = left_out[down][:, across][: rows * freeze.SIDE, : columns * freeze.SIDE]
    expected = pixels.reshape(rows, freeze.SIDE, columns, freeze.SIDE).any(axis=(1, 3))
    assert (freeze._touched(grey(np.zeros(shape, np.uint8)), left_out) == expected).all()


def test_many_at_once_are_each_by_itself() -> None:
    grids = RANDOM.integers(0, 256, (5, movement.DOWN, movement.ACROSS), np.uint8)
    left_out = movement.bands(0.1, 0.9, ())
    together = movement.movements(grids, grids[0], left_out)
    assert together == [movement.movement(one, grids[0], left_out) for one in grids]
    assert together[0] == 0 < min(together[1:])


def test_of_many_earlier_pictures_the_most_alike_is_told() -> None:
    now = np.arange(1, 101, dtype=np.uint16)
    half = np.where(now % 2, now, now + 1).astype(np.uint16)
    flat = np.zeros(100, np.uint16)
    assert freeze.alike(now, np.stack([flat, half, now + np.uint16(7)])) == 0.5
    assert freeze.alike(now, flat[None]) is None


def test_a_camera_that_shows_nothing_from_the_first_look_on() -> None:
    kept = Kept()
    for _ in range(3):
        picture, life = grey(np.zeros((360, 640), np.uint8)), Life(kept, QUESTION)
        numbers = life.look([picture], [shrink(picture, QUESTION.limits)], {})
        life.remember(numbers)
    assert (numbers["blocks"], numbers["alike"]) == (0, None)
