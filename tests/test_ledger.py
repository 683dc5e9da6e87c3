"""The ledger with a real state file: what it confirms is on disk before anybody hears of it, and outlives a restart."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.board import Board
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.model import (
    Change,
    Disk,
    Evidence,
    FaultKind,
    Finding,
    Key,
    Look,
    Outcome,
    Recordings,
    Target,
    Transition,
    Verdict,
)
from monitor.store import Changes, Store, faults, spans, standings

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
GATE = Target(Key("school", "gate"), "camera", "127.0.0.2", rtsp="rtsp://127.0.0.2/")
YARD = Target(Key("school", "yard"), "camera", "127.0.0.3", rtsp="rtsp://127.0.0.3/")


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def look(clock: Clock, letter: str, memory: bytes | None = None) -> Evidence:
    """One minute later: o = seen, b = refused, u = our own failure."""
    clock.now += timedelta(minutes=1)
    outcome = {"o": Outcome.SEEN, "b": Outcome.REFUSED, "u": Outcome.FAILED}[letter]
    facts = {"stream": {"codec": "h264", "frames_per_second": 25.0}} if letter == "o" else {}
    return Evidence("rtsp", clock.now, 0.1, outcome, f"reason {letter}", facts, memory=memory)


@asynccontextmanager
async def running(path: Path, clock: Clock, *targets: Target) -> AsyncIterator[Ledger]:
    store = Store(path / "cctv.sqlite")
    ledger = Ledger(store, Board(), 3, 2, clock)
    ledger.load(targets)
    await ledger.start()
    yield ledger
    await ledger.close()
    store.close()


async def record(ledger: Ledger, target: Target, evidence: Evidence) -> list[Transition]:
    return await ledger.record(target, evidence, judge(target, evidence))


async def tell(ledger: Ledger, clock: Clock, story: str, target: Target = GATE) -> list[Change]:
    changes = []
    for letter in story:
        changes += [transition.change for transition in await record(ledger, target, look(clock, letter))]
    return changes


async def test_a_lasting_fault_is_one_fault_on_disk_and_on_the_board(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE) as ledger:
        assert await tell(ledger, clock, "oobbbb") == [Change.RAISED]
        reader = Store.reader(tmp_path / "cctv.sqlite")
        (fault,) = reader.read(faults.standing)
        assert ledger.board.faults == {fault.id: fault}
        assert (fault.kind, fault.reason) == (FaultKind.UNREACHABLE, "reason b")
        assert fault.since == START + timedelta(minutes=3)
        assert ledger.board.devices[GATE.key].verdict is Verdict.FAULT
        reader.close()


async def test_a_restart_continues_a_streak_where_it_was(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE) as ledger:
        assert await tell(ledger, clock, "oobb") == []
    async with running(tmp_path, clock, GATE) as ledger:
        state = ledger.board.devices[GATE.key]
        assert state.standings["rtsp", ""].bad == 2
        assert state.looks["rtsp"].last_success == START + timedelta(minutes=2)
        assert await tell(ledger, clock, "b") == [Change.RAISED]


async def test_a_restart_neither_forgets_nor_doubles_a_fault_and_does_not_clear_it(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE) as ledger:
        await tell(ledger, clock, "bbb")
        before = dict(ledger.board.faults)
    async with running(tmp_path, clock, GATE) as ledger:
        assert ledger.board.faults == before
        assert await tell(ledger, clock, "bbbuuu") == []
        assert list(ledger.board.faults) == list(before)
        assert await tell(ledger, clock, "oo") == [Change.CLEARED]
        assert ledger.board.faults == {}


async def test_a_fault_that_comes_back_after_a_restart_is_the_same_job(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE) as ledger:
        await tell(ledger, clock, "bbb")
        (fault_id,) = ledger.board.faults
        await tell(ledger, clock, "oo")
        assert ledger.board.faults == {}
    async with running(tmp_path, clock, GATE) as ledger:
        await tell(ledger, clock, "bbb")
        assert {one.id: one.reopened for one in ledger.board.faults.values()} == {fault_id: 1}


async def test_memory_of_a_probe_comes_back_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE) as ledger:
        await record(ledger, GATE, look(clock, "o", memory=b"learned"))
        assert ledger.memory(GATE.key, "rtsp") == b"learned"
    async with running(tmp_path, clock, GATE) as ledger:
        assert ledger.memory(GATE.key, "rtsp") == b"learned"
        await record(ledger, GATE, look(clock, "o"))  # keeps what was there
        assert ledger.memory(GATE.key, "rtsp") == b"learned"


async def test_a_removed_device_vanishes_and_its_fault_is_closed_in_words(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE, YARD) as ledger:
        await tell(ledger, clock, "bbb")
        (fault_id,) = ledger.board.faults
        await ledger.retarget([YARD])
        assert list(ledger.board.devices) == [YARD.key]
        assert ledger.board.faults == {}
        assert await tell(ledger, clock, "b") == []  # a look that was under way is dropped
        reader = Store.reader(tmp_path / "cctv.sqlite")
        fault = reader.read(faults.one, fault_id)
        reader.close()
        assert fault is not None
        assert fault.clearing == "removed from the configuration"


async def test_a_device_removed_while_the_daemon_was_down_leaves_no_open_fault(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE, YARD) as ledger:
        await tell(ledger, clock, "bbb")
    async with running(tmp_path, clock, YARD) as ledger:
        assert ledger.board.faults == {}


async def test_a_switch_s_fault_stays_while_anything_hangs_behind_it(tmp_path: Path) -> None:
    clock, pair = Clock(), [replace(one, parent="switch") for one in (GATE, YARD)]
    hall = replace(GATE, key=Key("school", "hall"))
    async with running(tmp_path, clock, *pair, hall) as ledger:
        for one in pair:
            await tell(ledger, clock, "bbb", one)
        clock.now += timedelta(minutes=2)
        await ledger.settle()
        kinds = {(fault.subject.key.device, bool(fault.parent)) for fault in ledger.board.faults.values()}
        assert kinds == {("switch", False), ("gate", True), ("yard", True)}
        await ledger.retarget([*pair, hall])
        assert len(ledger.board.faults) == 3
    async with running(tmp_path, clock, *pair, hall) as ledger:
        assert len(ledger.board.faults) == 3
        await ledger.retarget([hall])
        assert ledger.board.faults == {}


ONVIF = replace(GATE, onvif="127.0.0.2:80", recorder="nvr-1")


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_probe_that_is_not_asked_for_any_more_leaves_no_fault_behind(tmp_path: Path, restarted: bool) -> None:
    """The camera stays; its ONVIF address and its recorder went out of the configuration."""
    clock = Clock()

    async def see(ledger: Ledger, *probes: str) -> None:
        for probe in probes:
            kind = FaultKind.ONVIF_FAILED if probe == "onvif" else FaultKind.RECORDING_STOPPED
            finding = Finding(ONVIF.key, probe, Verdict.FAULT, kind, "bad", clock.now)
            await ledger.record(ONVIF, Evidence(probe, clock.now, 0.1, Outcome.SEEN, "bad"), (finding,))

    async with running(tmp_path, clock, ONVIF, YARD) as ledger:
        await tell(ledger, clock, "o")
        for _ in range(3):
            await see(ledger, "onvif", "recording")
        assert len(ledger.board.faults) == 2
        if not restarted:
            await ledger.retarget([GATE, YARD])
            assert ledger.board.faults == {}
            await ledger.retarget([ONVIF, YARD])
            await see(ledger, "onvif")
            assert ledger.board.devices[ONVIF.key].standings["onvif", ""].bad == 1  # it starts afresh
    async with running(tmp_path, clock, GATE, YARD) as ledger:
        assert ledger.board.faults == {}
        state = ledger.board.devices[GATE.key]
        assert (state.verdict, set(state.looks)) == (Verdict.OK, {"rtsp"})
    with contextlib.closing(Store.reader(tmp_path / "cctv.sqlite")) as reader:
        assert {row.standing.subject.probe for row in reader.read(standings.load)} == {"rtsp"}


def test_what_was_waiting_to_be_written_of_a_device_is_not_when_it_is_forgotten() -> None:
    look = Look(GATE.key, "rtsp", START, 0.1, Outcome.SEEN, "fine", {}, None)
    for newer in (Changes(forgotten={GATE.key}), Changes(unwatched={(GATE.key, "rtsp")})):
        waiting = Changes(looks={(GATE.key, "rtsp"): look, (YARD.key, "rtsp"): look})
        waiting.update(newer)
        assert set(waiting.looks) == {(YARD.key, "rtsp")}


async def test_while_blind_no_fault_is_believed_and_the_looks_just_before_do_not_count(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE) as ledger:
        await tell(ledger, clock, "obb")
        await ledger.set_blind(True, "no route from this machine")
        assert await tell(ledger, clock, "bbbbb") == []
        finding = ledger.board.devices[GATE.key].standings["rtsp", ""].last
        assert finding.verdict is Verdict.UNKNOWN
        assert "no route from this machine" in finding.reason
        await ledger.set_blind(False)
        assert await tell(ledger, clock, "bb") == []
        assert await tell(ledger, clock, "b") == [Change.RAISED]


def recorder_look(clock: Clock, *disks: Disk) -> Evidence:
    clock.now += timedelta(minutes=1)
    kept = Recordings(clock.now.timestamp(), (), disks=disks)
    return Evidence("recorder", clock.now, 0.1, Outcome.SEEN, "read", recordings=kept)


async def test_a_disk_that_a_person_accepted_as_gone_leaves_no_fault_behind(tmp_path: Path) -> None:
    clock, nvr = Clock(), Target(Key("school", "nvr"), "recorder", "127.0.0.4", kind="files")
    one = Disk("sda", "ok", raid="ok")
    async with running(tmp_path, clock, nvr) as ledger:
        for _ in range(3):
            await record(ledger, nvr, recorder_look(clock, one, Disk("sdb", "absent")))
        (fault,) = ledger.board.faults.values()
        assert (fault.subject.aspect, fault.kind) == ("disk:sdb", FaultKind.DISK_FAILED)
        unread = Evidence("recorder", clock.now, 0.1, Outcome.REFUSED, "away")
        await record(ledger, nvr, unread)
        assert ledger.board.faults, "of a recorder that cannot be read nothing is over"
        for _ in range(2):
            await record(ledger, nvr, recorder_look(clock, replace(one, raid="")))
        assert not ledger.board.faults
        assert {name: standing.verdict for name, standing in ledger.board.devices[nvr.key].standings.items()} == {
            ("recorder", ""): Verdict.OK,
            ("recorder", "disk:sda"): Verdict.OK,
            ("recorder", "disk:sdb"): Verdict.OK,
            ("recorder", "raid"): Verdict.OK,
        }


async def test_history_is_spans_and_not_one_row_for_each_look(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock, GATE) as ledger:
        await tell(ledger, clock, "o" * 50 + "b" * 4 + "o" * 3)
    reader = Store.reader(tmp_path / "cctv.sqlite")
    history = list(reader.read(lambda c: list(spans.between(c, GATE.key, START, clock.now))))
    reader.close()
    assert [(span.verdict, span.count) for span in history] == [(Verdict.OK, 50), (Verdict.FAULT, 4)]


@pytest.mark.parametrize("number", [1000])
async def test_a_thousand_findings_are_recorded_in_a_second(tmp_path: Path, number: int) -> None:
    clock = Clock()
    targets = [Target(Key("s", f"c{n}"), "camera", "127.0.0.2") for n in range(number)]
    async with running(tmp_path, clock, *targets) as ledger:
        begun = datetime.now(UTC)
        for target in targets:
            await record(ledger, target, look(clock, "o"))
        assert datetime.now(UTC) - begun < timedelta(seconds=1)
