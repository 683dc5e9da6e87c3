"""Whose clock is wrong, and what cannot be told."""

import numpy as np
import pytest

from monitor.retention.clock import Newest, calibrate, newest_of

NOW = 1_790_000_000.0
HOUR = 3600.0


def found(end: float, length: float = 600.0) -> list[Newest]:
    return [Newest(NOW + end, length)]


def test_a_right_clock_needs_no_shift() -> None:
    made = calibrate(found(-200), NOW, 0.4, "UTC")
    assert (made.shift, made.offset, made.contradiction) == (0.0, 0.4, "")


@pytest.mark.parametrize("offset", [-2 * HOUR, 8 * HOUR, 45.0])
def test_a_wrong_clock_that_can_be_asked_is_corrected(offset: float) -> None:
    made = calibrate(found(offset - 200), NOW, offset, "UTC")
    assert (made.shift, made.offset, made.contradiction) == (-offset, offset, "")


def test_recordings_beyond_the_recorders_own_clock_contradict_it() -> None:
    made = calibrate(found(8 * HOUR), NOW, 0.0, "Asia/Shanghai")
    assert "check layout_timezone" in made.contradiction


def test_without_a_clock_a_running_recording_that_fits_now_is_right() -> None:
    made = calibrate(found(-600), NOW, None, "UTC")
    assert (made.shift, made.offset, made.contradiction) == (0.0, None, "")


def test_without_a_clock_recording_ahead_of_now_proves_a_fast_one() -> None:
    made = calibrate(found(2 * HOUR), NOW, None, "UTC")
    assert (made.shift, made.offset) == (-2 * HOUR, 2 * HOUR)


def test_without_a_clock_what_grows_behind_now_proves_a_slow_one() -> None:
    made = calibrate(found(-2 * HOUR), NOW, None, "UTC", grown=900.0)
    assert (made.shift, made.offset) == (2 * HOUR, -2 * HOUR)


def test_behind_by_just_the_zone_is_not_judged_at_first_sight() -> None:
    assert calibrate(found(-8 * HOUR), NOW, None, "Asia/Shanghai").contradiction
    assert not calibrate(found(-8 * HOUR), NOW, None, "Asia/Shanghai", grown=0.0).contradiction
    assert not calibrate(found(-72 * HOUR), NOW, None, "Asia/Shanghai").contradiction


def test_a_stray_file_of_the_future_says_nothing_about_the_clock() -> None:
    stretches = np.array([[NOW - 5 * HOUR, NOW - 60], [NOW + 400 * HOUR, NOW + 401 * HOUR]])
    newest = newest_of(stretches, 600.0, NOW)
    assert newest == Newest(NOW - 60, 600.0)
