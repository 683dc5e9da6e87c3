"""What the docket keeps of a fault, and for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.blame import Rules, Scene
from monitor.docket import Docket
from monitor.model import Change, Fault, FaultKind, Finding, Key, Subject, Transition, Verdict

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
GATE = Subject(Key("school", "gate"), "rtsp")


def test_nothing_is_kept_of_a_device_whose_faults_were_cleared_long_ago() -> None:
    docket = Docket(Rules(), ())
    old = Fault("old", GATE, FaultKind.STALLED, NOW - timedelta(days=3), NOW, "", cleared=NOW - timedelta(days=2))
    docket.load([old, replace(old, id="new", cleared=NOW - timedelta(hours=1))])
    docket.settle(Scene(NOW))
    assert docket.faults.keys() == {"new"}
    docket.settle(Scene(NOW + timedelta(days=1)))
    assert not docket.faults
    assert not docket._of


def test_a_fault_that_comes_back_within_its_day_is_the_same_job() -> None:
    docket, silent = Docket(Rules(), ()), Finding(GATE.key, GATE.probe, Verdict.FAULT, FaultKind.STALLED, "", NOW)
    docket.load([Fault("old", GATE, FaultKind.STALLED, NOW, NOW, "", cleared=NOW)])
    changes = docket.follow([Transition(GATE, Change.RAISED, NOW, silent, NOW)], Scene(NOW))
    assert [(fault.id, fault.reopened) for fault in changes.faults.values()] == [("old", 1)]
