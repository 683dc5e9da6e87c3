"""The ledger when things go wrong: a full disk, a kill in the middle, a monitor that was not running."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import housekeeping
from monitor.blame import Rules
from monitor.board import Board
from monitor.housekeeping import Housekeeping
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.model import Change, Evidence, FaultKind, Key, Outcome, Subject, Target, Transition, Verdict, Window
from monitor.store import Store, StoreError, committer, faults, outbox, spans, standings, windows

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
GATE = Target(Key("school", "gate"), "camera", "127.0.0.2", rtsp="rtsp://127.0.0.2/")
YARD = Target(Key("school", "yard"), "camera", "127.0.0.3", rtsp="rtsp://127.0.0.3/")


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def running(store: Store, clock: Clock, *targets: Target) -> AsyncIterator[Ledger]:
    ledger = Ledger(store, Board(), 3, 2, clock, Rules(settle=timedelta(0)), ("desk",))
    ledger.load(targets)
    await ledger.start()
    yield ledger
    await ledger.close()


async def record(ledger: Ledger, target: Target, evidence: Evidence) -> list[Transition]:
    return await ledger.record(target, evidence, judge(target, evidence))


async def tell(ledger: Ledger, clock: Clock, story: str, target: Target = GATE) -> list[Change]:
    changes = []
    for letter in story:
        clock.now += timedelta(minutes=1)
        outcome = Outcome.SEEN if letter == "o" else Outcome.REFUSED
        pictures = {"thumbnail": b"\xff\xd8 a picture"}
        found = await record(ledger, target, Evidence("rtsp", clock.now, 0.1, outcome, letter, pictures=pictures))
        changes += [transition.change for transition in found]
    await ledger.settle()
    return changes


def fill(store: Store) -> None:
    """As a full disk does it: no page more from now on."""
    store.write(lambda c: c.execute(f"PRAGMA max_page_count={c.execute('PRAGMA page_count').fetchone()[0]}"))


def said(store: Store) -> list[str]:
    return [message.action for message in store.read(outbox.pending)]


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def] # a pytest generator fixture
    opened = Store(tmp_path / "cctv.sqlite")
    yield opened
    opened.close()


async def test_a_full_disk_loses_no_fault_and_tells_nobody_before_it_is_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "RETRY_SECONDS", 0.05)
    clock = Clock()
    async with running(store, clock, GATE, YARD) as ledger:
        await tell(ledger, clock, "oo")
        fill(store)
        for number in range(3):
            clock.now += timedelta(minutes=1)
            learned = bytes([number]) * 100_000  # more than the free pages can take
            await record(ledger, GATE, Evidence("rtsp", clock.now, 0.1, Outcome.REFUSED, "refused", memory=learned))
        await ledger.settle()
        assert [fault.kind for fault in ledger.board.faults.values()] == [FaultKind.UNREACHABLE]
        assert "the disk is full" in ledger.store_failing
        assert ledger.store_errors >= 1
        assert store.read(faults.standing) == []
        assert said(store) == []
        store.write(lambda c: c.execute("PRAGMA max_page_count=1000000"))
        await ledger.save_logins([])  # returns with the next batch the disk takes
        assert ledger.store_failing == ""
        assert [fault.id for fault in store.read(faults.standing)] == list(ledger.board.faults)
        assert said(store) == ["open"]


async def test_a_disk_that_refuses_to_the_end_is_said_at_closing(store: Store) -> None:
    ledger = Ledger(store, Board(), 3, 2, Clock())
    ledger.load([GATE])
    await ledger.start()
    fill(store)
    await record(ledger, GATE, Evidence("rtsp", START, 0.1, Outcome.SEEN, "fine", memory=b"x" * 100_000))
    with pytest.raises(StoreError, match="the disk is full"):
        await ledger.close()


async def test_a_fault_is_told_once_with_its_picture_and_resolved_once(store: Store, tmp_path: Path) -> None:
    clock = Clock()
    async with running(store, clock, GATE, YARD) as ledger:
        await tell(ledger, clock, "obbb")
        (fault,) = ledger.board.faults.values()
        assert (tmp_path / "pictures" / fault.picture).read_bytes() == b"\xff\xd8 a picture"
        assert (tmp_path / "pictures" / "devices" / "school" / "gate.jpg").exists()
        assert ledger.board.devices[GATE.key].thumbnail == b"\xff\xd8 a picture"
        await tell(ledger, clock, "bbboo")
    assert said(store) == ["open", "resolve"]


async def test_a_fault_that_stood_before_a_restart_is_not_told_again(store: Store) -> None:
    clock = Clock()
    async with running(store, clock, GATE, YARD) as ledger:
        await tell(ledger, clock, "bbb")
    async with running(store, clock, GATE, YARD) as ledger:
        await tell(ledger, clock, "bbbb")
    assert said(store) == ["open"]


async def test_a_kill_finds_no_stretch_of_time_both_ended_and_lasting(store: Store) -> None:
    clock = Clock()
    async with running(store, clock, GATE) as ledger:
        for outcome in (Outcome.SEEN, Outcome.SEEN, Outcome.FAILED, Outcome.SEEN):
            clock.now += timedelta(minutes=1)
            await record(ledger, GATE, Evidence("rtsp", clock.now, 0.1, outcome, "seen"))
        await ledger.save_logins([])  # returns with the next batch; what is written lazily is not in it
        ended = store.read(lambda c: list(spans.between(c, GATE.key, START, clock.now)))
        assert [(one.verdict, one.count) for one in ended if not one.subject.aspect] == [("ok", 2), ("unknown", 1)]
        lasting = {row.span.subject: row.span.first for row in store.read(standings.load)}
        assert all(one.last < lasting[one.subject] for one in ended)


async def test_more_of_what_is_confirmed_is_written_later_and_at_the_end_at_the_latest(store: Store) -> None:
    clock = Clock()
    async with running(store, clock, GATE) as ledger:
        await tell(ledger, clock, "ooo")
        await ledger.save_logins([])  # returns with the next batch
        assert {row.span.count for row in store.read(standings.load)} == {1}
    assert {row.span.count for row in store.read(standings.load)} == {3}


async def test_a_removed_device_s_ticket_is_resolved_in_words(store: Store) -> None:
    clock = Clock()
    async with running(store, clock, GATE, YARD) as ledger:
        await tell(ledger, clock, "bbb")
        await ledger.retarget([YARD])
    last = store.read(outbox.pending)[-1]
    assert (last.action, last.payload) == ("resolve", {"text": "removed from the configuration"})


async def test_a_window_started_by_another_process_excuses(store: Store) -> None:
    clock = Clock()
    async with running(store, clock, GATE, YARD) as ledger:
        store.write(windows.start, Window("school", "", START, None, "new switch", "Li Na"))
        await ledger._house.once()  # what the ledger does every second
        await tell(ledger, clock, "bbbbb")
        (fault,) = ledger.board.faults.values()
        assert fault.excused == "new switch (Li Na)"
    assert said(store) == []


async def test_our_own_blindness_is_one_fault(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    async with running(store, clock, GATE, YARD) as ledger:
        await ledger.set_blind(True, "no route to any of 3 hosts")
        assert await tell(ledger, clock, "bbbbb") == []
        assert [fault.kind for fault in ledger.board.faults.values()] == [FaultKind.MONITOR_BLIND]
        await ledger.set_blind(False)
        await ledger.settle()
        assert ledger.board.faults == {}
    assert said(store) == ["open", "resolve"]
    assert store.read(outbox.pending)[-1].payload == {"text": "the monitor sees again"}
    assert caplog.messages == ["no route to any of 3 hosts", "the monitor sees again"]


@pytest.mark.parametrize("excused", [False, True])
async def test_a_monitor_that_was_not_running_is_on_record(store: Store, excused: bool) -> None:
    clock = Clock()
    async with running(store, clock, GATE):
        pass
    if excused:
        store.write(windows.start, Window("", "", START, START + timedelta(hours=2), "new disk", "Li Na"))
    clock.now += timedelta(hours=1)
    async with running(store, clock, GATE) as ledger:
        assert ledger.board.faults == {}
    (fault,) = store.read(faults.between, START, clock.now + timedelta(hours=1))
    assert (fault.kind, fault.since, fault.cleared) == (FaultKind.MONITOR_BLIND, START, clock.now)
    assert fault.reason == "the monitor was not running for 60 minutes"
    assert fault.excused == ("new disk (Li Na)" if excused else "")


async def test_an_error_of_ours_in_the_ledger_is_told_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    ledger = Ledger(store, Board(), 3, 2, Clock())
    ledger.load([GATE])
    monkeypatch.setattr(ledger._house, "once", broken)
    await ledger.start()
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(ledger.watched(), 30)
    with pytest.raises(ZeroDivisionError):
        await ledger.close()
    await ledger._committer.close()


async def test_history_is_folded_by_a_clock_that_ran_for_hours_and_never_by_one_that_was_just_set(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, ticks = Clock(), 0.0
    monkeypatch.setattr(housekeeping.time, "monotonic", lambda: ticks)
    house = Housekeeping(store, committer.Committer(store), clock)
    subject = Subject(GATE.key, "rtsp")
    store.write(spans.save, [spans.Span(subject, Verdict.OK, None, "", START, START, 1)])

    async def after(passed: timedelta, shown: timedelta) -> bool:
        nonlocal ticks
        ticks += passed.total_seconds()
        clock.now += shown
        await house.once()
        return not store.read(lambda c: list(spans.between(c, GATE.key, START, START + timedelta(days=1))))

    hour, year = timedelta(hours=1), timedelta(days=365)
    assert not await after(hour, hour)
    assert not await after(hour, year)
    assert not await after(5 * hour, 5 * hour)
    assert not await after(hour, -year)
    assert not await after(5 * hour, 5 * hour)
    assert not await after(hour, year)
    assert await after(6 * hour, 6 * hour)


async def test_a_state_file_that_was_replaced_is_said_once_and_tried_again_and_again(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    house = Housekeeping(store, committer.Committer(store), clock)
    (tmp_path / "cctv.sqlite").rename(tmp_path / "elsewhere.sqlite")
    (tmp_path / "cctv.sqlite").write_bytes(b"")
    for _ in range(4):
        clock.now += timedelta(seconds=5)
        await house.once()
    assert "restart the daemon to go on with it" in store.away
    assert house.refused == 4
    assert len(caplog.messages) == 2, caplog.messages  # that it was, and why it cannot be written anew


VICTIM = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from monitor.blame import Rules
from monitor.board import Board
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.model import Evidence, Key, Outcome, Target
from monitor.store import Store

async def main():
    store = Store(Path(sys.argv[1]))
    ledger = Ledger(store, Board(), 3, 2, rules=Rules(settle=timedelta(0), flaps=1000), sinks=("desk",))
    targets = [Target(Key("s", f"c{n}"), "camera", f"h{n}", rtsp="rtsp://h/") for n in range(10)]
    ledger.load(targets)
    await ledger.start()
    print("ready", flush=True)
    async def watch(target, offset):
        for turn in range(offset, 10**6):
            outcome = Outcome.REFUSED if turn % 7 < 4 else Outcome.SEEN
            seen = Evidence("rtsp", datetime.now(UTC), 0.0, outcome, "seen")
            for told in await ledger.record(target, seen, judge(target, seen)):
                print(told.change, target.key.device, flush=True)
            await ledger.settle()
            await asyncio.sleep(0)
    await asyncio.gather(*(watch(target, n) for n, target in enumerate(targets)))

asyncio.run(main())
"""


def kill_in_the_middle(path: Path, after: float) -> list[str]:
    """Run the victim for so long after it began, kill it, and return what it said, as ``raised c3``."""
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, str(path)], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    assert victim.stdout.readline() == "ready\n"
    time.sleep(after)
    victim.send_signal(signal.SIGKILL)
    heard = victim.stdout.read()
    victim.stdout.close()
    victim.wait()
    return heard.splitlines()


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_a_kill_at_any_instant_loses_no_fault_and_tells_nothing_twice(tmp_path: Path, times: int) -> None:
    path, dice = tmp_path / "cctv.sqlite", random.Random(7)
    heard: Counter[str] = Counter()
    for _ in range(times):
        heard.update(kill_in_the_middle(path, dice.uniform(0.02, 0.6)))
        store = Store(path)
        _hold_against(store, heard)
        store.close()
    assert heard


def _hold_against(store: Store, heard: Counter[str]) -> None:
    """All that was said is on disk (and perhaps more, which nobody heard yet); messages and faults agree."""
    known = store.read(faults.between, datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    raised: Counter[str] = Counter()
    still: Counter[str] = Counter()
    for fault in known:
        raised[fault.subject.key.device] += 1 + fault.reopened
        still[fault.subject.key.device] += fault.cleared is None
    for device in (f"c{number}" for number in range(10)):
        assert still[device] <= 1
        assert heard[f"raised {device}"] <= raised[device]
        assert heard[f"cleared {device}"] <= raised[device] - still[device]
    for fault in known:
        actions = [message.action for message in store.read(outbox.of_fault, fault.id) if message.action != "comment"]
        assert actions == ["open", "resolve"] * (len(actions) // 2) + ["open"] * (len(actions) % 2)
        told = fault.announced is not None
        assert len(actions) % 2 == (told and fault.cleared is None)
