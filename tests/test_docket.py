"""What the docket keeps of a fault, and for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.blame import Rules, Scene
from monitor.docket import Docket
from monitor.model import Change, Fault, FaultKind, Finding, Key, Subject, Transition, Verdict
from monitor.store import Changes, Store, faults
from monitor.store.changes import apply
from monitor.store.packed import Packed

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


def test_the_facts_of_a_fault_are_kept_small_and_written_as_they_were(tmp_path: Path) -> None:
    facts = {"mean": 3.5, "kinds": {"black": {"answer": "fault", "reason": "all dark"}}, "gaps": [[1, 2]]}
    dark = Finding(GATE.key, GATE.probe, Verdict.FAULT, FaultKind.BLACK, "all dark", NOW, facts=facts)
    docket, store = Docket(Rules(), ()), Store(tmp_path / "cctv.sqlite")
    changes = docket.follow([Transition(GATE, Change.RAISED, NOW, dark, NOW)], Scene(NOW))
    store.write(apply, changes)
    docket.settle(Scene(NOW + timedelta(minutes=2)))
    (told,) = docket.faults.values()
    store.write(apply, Changes(faults={told.id: told}))
    (kept,) = store.read(faults.standing)
    store.close()
    assert kept.announced is not None
    assert kept.facts == facts == told.facts
    assert isinstance(told.facts, Packed)
