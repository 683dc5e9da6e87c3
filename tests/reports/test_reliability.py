"""Mean time between failures and to repair, by hand-made figures."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.model import Fault, FaultKind, Key, Subject, Target, Verdict
from monitor.reports import kpi
from monitor.reports.kpi import Piece
from monitor.reports.periods import Period
from monitor.reports.reliability import reliability, watched

START = datetime(2026, 3, 1, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(days=10), "UTC")
HOUR = 3600.0


def device(name: str, model: str = "A") -> Target:
    return Target(Key("school", name), "camera", "127.0.0.1", options={"model": model})


def fault(name: str, from_hour: float, to_hour: float | None, **more: Any) -> Fault:
    since = START + timedelta(hours=from_hour)
    cleared = None if to_hour is None else START + timedelta(hours=to_hour)
    subject = Subject(Key("school", name), "rtsp")
    opened = since + timedelta(minutes=6)
    return Fault(f"{name}-{from_hour}", subject, FaultKind.STALLED, opened, since, "seen", cleared=cleared, **more)


def told(faults: list[Fault], *targets: Target, until: float = 240) -> dict[str, Any]:
    """Every device is watched from the first hour to ``until``."""
    piece = Piece(START.timestamp(), START.timestamp() + until * HOUR, Verdict.OK, None)
    wanted = kpi.wanted(PERIOD, (), Key("school", ""))
    devices = [
        watched(one, [piece], wanted, [each for each in faults if each.subject.key == one.key], PERIOD)
        for one in targets
    ]
    return reliability(devices, faults, PERIOD)


def test_watched_time_without_faults_is_divided_by_the_failures():
    found = told([fault("gate", 0, 20), fault("gate", 100, 120)], device("gate"), device("yard"))["all"]
    assert (found["devices"], found["failures"], found["repaired"]) == (2, 2, 2)
    assert found["mtbf_seconds"] == (2 * 240 - 40) / 2 * HOUR
    assert found["repair_seconds"] == pytest.approx(19.9 * HOUR)


def test_time_in_which_nobody_looked_is_no_time_without_failure():
    found = told([fault("gate", 0, 20)], device("gate"), until=120)["all"]
    assert found["mtbf_seconds"] == 100 * HOUR
    assert found["judged_seconds"] == 120 * HOUR


def test_two_faults_at_once_are_one_time_down():
    found = told([fault("gate", 10, 30), fault("gate", 20, 40)], device("gate"))["all"]
    assert (found["failures"], found["mtbf_seconds"]) == (2, (240 - 30) / 2 * HOUR)


def test_a_fault_from_before_takes_time_but_is_no_failure_of_this_month():
    found = told([fault("gate", -50, 40)], device("gate"))["all"]
    assert (found["failures"], found["mtbf_seconds"], found["repaired"]) == (0, None, 1)


def test_each_reopening_is_a_failure_and_what_is_open_is_not_repaired():
    found = told([fault("gate", 10, None, reopened=2)], device("gate"))["all"]
    assert (found["failures"], found["repaired"], found["repair_seconds"]) == (3, 0, None)


def test_nothing_watched_gives_no_figure_at_all():
    found = told([], device("gate"), until=0)["all"]
    assert (found["failures"], found["mtbf_seconds"], found["repair_seconds"]) == (None, None, None)


def test_models_apart_the_worst_first():
    models = told([fault("roof", 10, 20)], device("gate", "A"), device("yard", ""), device("roof", "B"))["models"]
    assert [(row["model"], row["failures"]) for row in models] == [("B", 1), ("", 0), ("A", 0)]
