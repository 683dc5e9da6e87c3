"""Stories of what a camera recorded, and the verdict on each."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.limits import RecordingLimits
from monitor.model import Channel, FaultKind, Sample, ScheduleBlock, Segment, Verdict
from monitor.retention.coverage import DAY, Coverage, measure
from monitor.retention.verdict import Kept, certainty, decide

NOW = datetime(2026, 9, 20, 12, 0, tzinfo=UTC).timestamp()
CAMERA = Channel("gate", "gate")
LIMITS = RecordingLimits()
HOUR, MINUTE = 3600.0, 60.0

Hole = tuple[float, float]


def tape(days: float = 16.0, length: float = 600.0, hole: float = 0.0, holes: Sequence[Hole] = ()) -> list[Segment]:
    """Files up to now; ``hole`` seconds are lost at the end of each; holes are (days ago, seconds)."""
    count = int(days * DAY / length)
    starts = [NOW - (count - number) * length for number in range(count)]
    gaps = [(NOW - ago * DAY, NOW - ago * DAY + seconds) for ago, seconds in holes]
    return [
        Segment(start, start + length - hole, 10_000_000)
        for start in starts
        if not any(begin < start + length and start < end for begin, end in gaps)
    ]


def story(
    segments: Sequence[Segment], channel: Channel = CAMERA, **how: object
) -> tuple[Verdict, FaultKind | None, str]:
    excused = how.pop("excused", ())
    coverage = measure(segments, channel, LIMITS, "Asia/Shanghai", NOW, excused)  # type: ignore[arg-type]
    return decide(Kept(channel, coverage, LIMITS, "Asia/Shanghai", NOW, **how))  # type: ignore[arg-type]


def young(days: float) -> Channel:
    return replace(CAMERA, installed=datetime.fromtimestamp(NOW - days * DAY, UTC))


STORIES = [
    ("full", tape(), "ok", None, "16.0 days, 100.00%"),
    ("nothing at all", [], "fault", "recording_stopped", "no recording at all"),
    ("a day is missing", tape(holes=[(6, DAY)]), "fault", "recording_gap", "(24.0 h)"),
    ("an hour is missing", tape(holes=[(6, HOUR)]), "fault", "recording_gap", "(1.0 h)"),
    ("half an hour is missing", tape(holes=[(6, 1800)]), "fault", "recording_gap", "(30 min)"),
    ("ten minutes are missing", tape(holes=[(6, 600)]), "ok", None, "warning: nothing recorded from"),
    ("stopped three days ago", tape(holes=[(3, 3 * DAY)]), "fault", "recording_stopped", "nothing recorded since"),
    ("only nine days", tape(days=9), "fault", "retention_short", "only 9.0 of 15 days"),
    ("a second is lost with every file", tape(hole=1), "ok", None, "100.00%"),
    ("eight seconds are lost with every file", tape(hole=8), "fault", "recording_gap", "98.67% of the expected time"),
    (
        "two hours of the future",
        [*tape(), Segment(NOW + HOUR, NOW + 2 * HOUR)],
        "ok",
        None,
        "warning: recordings of the",
    ),
    ("the newest file is open", [*tape(holes=[(0.01, HOUR)]), Segment(NOW - 900, None)], "ok", None, "16.0 days"),
    ("fifteen days to the hour", tape(days=14.97), "ok", None, "15.0 days"),
]


@pytest.mark.parametrize(("name", "segments", "verdict", "fault", "words"), STORIES, ids=[one[0] for one in STORIES])
def test_story(name: str, segments: list[Segment], verdict: str, fault: str | None, words: str) -> None:
    found = story(segments)
    assert (found[0].value, found[1] and found[1].value) == (verdict, fault)
    assert words in found[2]


def test_a_gap_of_four_minutes_is_not_worth_a_warning() -> None:
    verdict, _, words = story(tape(length=60, holes=[(6, 240)]))
    assert (verdict, "warning" in words) == (Verdict.OK, False)


def test_a_stopped_camera_has_no_depth_and_keeps_its_span() -> None:
    coverage = measure(tape(holes=[(3, 3 * DAY)]), CAMERA, LIMITS, "UTC", NOW)
    assert coverage.depth == 0.0
    assert coverage.span == 16 * DAY
    assert coverage.coverage == pytest.approx(0.8006, abs=0.001)


def test_depth_ends_at_the_last_real_gap() -> None:
    coverage = measure(tape(holes=[(6, DAY)]), CAMERA, LIMITS, "UTC", NOW)
    assert coverage.depth == pytest.approx(5 * DAY)
    assert coverage.coverage == pytest.approx(0.9333, abs=0.001)
    assert coverage.longest_gap == DAY


def test_a_new_camera_is_young_and_clean() -> None:
    verdict, fault, words = story(tape(days=9), young(9))
    assert (verdict, fault) == (Verdict.OK, None)
    assert words.startswith("9.0 of 15 days since installation, clean so far")


def test_a_new_camera_that_already_lost_days_is_short() -> None:
    assert story(tape(days=4), young(9))[1] is FaultKind.RETENTION_SHORT


def test_a_new_camera_with_a_gap_is_a_fault() -> None:
    assert story(tape(days=9, holes=[(3, HOUR)]), young(9))[1] is FaultKind.RECORDING_GAP


def test_agreed_maintenance_is_not_expected() -> None:
    segments = tape(holes=[(6, DAY)])
    assert story(segments, excused=[(NOW - 6 * DAY, NOW - 5 * DAY)])[0] is Verdict.OK


def test_an_age_cap_below_the_required_days_is_a_fault_today() -> None:
    assert story(tape(), cap_days=10.0)[1] is FaultKind.RETENTION_CAP
    assert story(tape(), cap_days=15.0)[0] is Verdict.OK


def test_what_will_be_lost_is_said_before_it_is_lost() -> None:
    assert story(tape(), forecast_days=12.0)[1] is FaultKind.RETENTION_FORECAST
    verdict, _, words = story(tape(), forecast_days=16.0)
    assert verdict is Verdict.OK
    assert "warning: at the present write rate the disks hold 16.0 days" in words


def test_a_bad_sample_is_a_fault_and_unjudged_ones_are_none() -> None:
    bad = [Sample("gate", NOW - DAY, False, "is an empty file"), Sample("gate", NOW - 2 * DAY, True)]
    _verdict, fault, words = story(tape(), samples=bad)
    assert fault is FaultKind.RECORDING_INVALID
    assert "1 of 2 samples do not play" in words
    assert story(tape(), samples=[Sample("gate", NOW - DAY, None, "?")])[0] is Verdict.OK


def test_sixty_samples_meet_a_rot_of_five_per_cent() -> None:
    assert certainty(60) == pytest.approx(0.954, abs=0.001)
    words = story(tape(), samples=[Sample("gate", NOW - DAY, True)] * 60)[2]
    assert "60 samples play (95% certain" in words
    assert "(99% certain" in story(tape(), samples=[Sample("gate", NOW - DAY, True)] * 200)[2]


def test_only_scheduled_hours_are_expected_through_the_spring_change() -> None:
    """Berlin, 29 March 2026: that Sunday has 23 hours; 08:00 stays 08:00 on the wall."""
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 4, 3, 22, 0, tzinfo=zone).timestamp()
    channel = replace(CAMERA, schedule=tuple(ScheduleBlock(day, 480, 1200) for day in range(7)))
    days = [datetime(2026, 3, 18, tzinfo=zone) + timedelta(days=number) for number in range(17)]
    segments = [Segment(day.replace(hour=8).timestamp(), day.replace(hour=20).timestamp()) for day in days]
    coverage = measure(segments, channel, LIMITS, "Europe/Berlin", now)
    assert coverage.coverage == pytest.approx(1.0)
    assert coverage.longest_gap == 0.0


@pytest.mark.parametrize(("change", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)])
def test_a_day_of_the_calendar_has_its_own_length(change: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    now = (datetime.fromisoformat(change).replace(tzinfo=zone) + timedelta(days=3)).timestamp()
    segments = [Segment(now - 20 * DAY, now)]
    [day] = [
        day for day in measure(segments, CAMERA, LIMITS, "Europe/Berlin", now).days if day.date.isoformat() == change
    ]
    assert day.expected == hours * HOUR
    assert day.coverage == 1.0


def test_an_event_camera_is_judged_by_span_and_signs_of_life() -> None:
    channel = replace(CAMERA, event_only=True)
    events = [Segment(NOW - hour * HOUR, NOW - hour * HOUR + 30) for hour in range(16 * 24, 0, -5)]
    assert story(events, channel)[:2] == (Verdict.OK, None)
    silent = [event for event in events if event.start < NOW - 4 * DAY]
    assert story(silent, channel)[1] is FaultKind.RECORDING_STOPPED
    assert story([event for event in events if event.start > NOW - 9 * DAY], channel)[1] is FaultKind.RETENTION_SHORT
    assert measure(events, channel, LIMITS, "UTC", NOW).coverage is None


def test_an_event_camera_that_is_often_quiet_may_be_so_for_longer() -> None:
    channel = replace(CAMERA, event_only=True)
    seldom = [Segment(NOW - day * DAY, NOW - day * DAY + 30) for day in (16, 12.5, 9, 5)]
    assert story(seldom, channel)[:2] == (Verdict.OK, None)
    assert story(seldom[:-1], channel)[1] is FaultKind.RECORDING_STOPPED


def test_whole_files_of_an_hour_are_waited_for() -> None:
    segments = [one for one in tape(length=HOUR) if one.start + HOUR <= NOW - 50 * MINUTE]
    assert story(segments)[1] is FaultKind.RECORDING_STOPPED
    coverage = measure(segments, CAMERA, LIMITS, "UTC", NOW, segment_seconds=HOUR)
    assert decide(Kept(CAMERA, coverage, LIMITS, "UTC", NOW))[0] is Verdict.OK


def test_the_write_rate_is_a_mean_over_a_week() -> None:
    coverage = measure(tape(), CAMERA, LIMITS, "UTC", NOW)
    assert coverage.bytes_per_day == pytest.approx(144 * 10_000_000)
    assert measure([Segment(NOW - DAY, NOW)], CAMERA, LIMITS, "UTC", NOW).bytes_per_day is None
    assert measure([Segment(NOW + HOUR, NOW + DAY, 10)], CAMERA, LIMITS, "UTC", NOW).bytes_per_day is None


def test_a_stray_file_of_1970_does_not_stretch_the_search() -> None:
    coverage = measure([Segment(10.0, 20.0), *tape()], CAMERA, LIMITS, "UTC", NOW)
    assert coverage.longest_gap == 0.0
    assert isinstance(coverage, Coverage)
    assert len(coverage.days) == 16


def test_overlapping_and_backward_segments_do_no_harm() -> None:
    odd = [Segment(NOW - HOUR, NOW - 2 * HOUR), Segment(NOW - 3 * DAY, NOW - DAY), *reversed(tape())]
    assert story(odd)[0] is Verdict.OK


def test_random_stretches_agree_with_counting_seconds() -> None:
    """The interval arithmetic against the simplest model there is: a flag for every second."""
    import numpy as np

    from monitor.retention import intervals

    random = np.random.default_rng(5)
    for _ in range(50):
        sets = []
        for _ in range(2):
            starts = random.integers(0, 900, 30).astype(float)
            sets.append((starts, starts + random.integers(0, 60, 30)))
        flags = [np.zeros(1000, bool) for _ in sets]
        for flag, (starts, ends) in zip(flags, sets, strict=True):
            for start, end in zip(starts, ends, strict=True):
                flag[int(start) : int(end)] = True
        one, other = (intervals.merge(*columns) for columns in sets)
        assert intervals.length(one) == flags[0].sum()
        assert intervals.length(intervals.intersect(one, other)) == (flags[0] & flags[1]).sum()
        assert intervals.length(intervals.subtract(one, other)) == (flags[0] & ~flags[1]).sum()
        edges = np.array([0.0, 100, 250, 999])
        assert intervals.lengths_between(one, edges).tolist() == [
            flags[0][int(a) : int(b)].sum() for a, b in itertools.pairwise(edges)
        ]
