"""What a list of faults says as a whole: told as stories of a month."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Fault, FaultKind, Key, Subject
from monitor.reports import analysis

START = datetime(2026, 3, 1, tzinfo=UTC)


def fault(
    device: str = "gate",
    kind: FaultKind = FaultKind.UNREACHABLE,
    day: float = 0.0,
    clock: str = "12:00",
    hours: float | None = 1.0,
    **more: object,
) -> Fault:
    hour, minute = map(int, clock.split(":"))
    since = START + timedelta(days=day, hours=hour, minutes=minute)
    opened = since + timedelta(minutes=3)
    cleared = None if hours is None else opened + timedelta(hours=hours)
    name = f"{device}-{kind}-{day}-{clock}"
    return Fault(name, Subject(Key("s", device), "rtsp"), kind, opened, since, "r", cleared=cleared, **more)  # type: ignore[arg-type]


def test_consequences_and_agreed_maintenance_do_not_count() -> None:
    dead = fault("nvr-1", FaultKind.RECORDER_UNREACHABLE)
    behind = [fault(f"cam-{number}", parent=dead.id) for number in range(64)]
    assert analysis.causes([dead, *behind, fault(excused="painting")]) == [dead]


def test_times_to_notice_and_to_repair() -> None:
    faults = [fault(hours=1), fault(hours=2), fault(hours=9), fault(hours=None)]
    assert analysis.to_notice(faults).median == 180
    repaired = analysis.to_repair(faults)
    assert (repaired.count, repaired.median, repaired.mean, repaired.longest) == (3, 7200, 14400, 32400)


def test_without_repairs_there_is_no_repair_time() -> None:
    assert analysis.to_repair([fault(hours=None)]).median is None


def test_repeat_offenders_are_counted_with_every_reopening() -> None:
    faults = [fault(day=1), fault(day=9, reopened=1), fault("yard"), fault("yard", FaultKind.BLACK), fault("yard")]
    (worst,) = analysis.repeat_offenders(faults)
    assert (worst.key.device, worst.count) == ("gate", 3)


MIDNIGHTS = [fault(day=1, clock="23:50"), fault(day=2, clock="00:10"), fault(day=3, clock="23:55")]
NOONS = [fault(day=day) for day in range(3)]
SCATTERED = [fault(day=day, clock=f"{day:02}:00") for day in range(9)]


@pytest.mark.parametrize(("what", "faults", "found"), [
    ("every noon", [fault(day=day, clock=f"12:{day * 5:02}") for day in range(5)], [(12 * 60 + 10, 5)]),
    ("around midnight", MIDNIGHTS, [(1438, 3)]),
    ("three times on one day", [fault(clock="12:00"), fault(clock="12:05"), fault(clock="12:10")], []),
    ("any time", [fault(day=day, clock=f"{day * 4:02}:00") for day in range(6)], []),
    ("mostly something else", NOONS + SCATTERED, []),
])  # fmt: skip
def test_a_device_that_drops_out_at_the_same_time_of_day(
    what: str, faults: list[Fault], found: list[tuple[int, int]]
) -> None:
    assert [(one.minute, one.days) for one in analysis.periodic(faults, "UTC")] == found, what


def test_the_time_of_day_is_that_of_the_site() -> None:
    faults = [fault(day=day, clock="04:30") for day in range(3)]
    assert analysis.periodic(faults, "Asia/Shanghai")[0].minute == 12 * 60 + 30


def test_counts_come_the_most_frequent_first() -> None:
    faults = [fault(kind=FaultKind.BLACK), fault(), fault()]
    assert analysis.counted(faults, lambda one: one.kind.value) == [("unreachable", 2), ("black", 1)]
