"""A state file with faults in it as the ledger writes them, and the desk at work on it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.metrics import Metrics
from monitor.model import Fault, FaultKind, Job, Key, Subject, Target
from monitor.store import Changes, Store, jobs, outbox
from monitor.store.changes import apply
from monitor.store.outbox import Message
from monitor.tickets import SINKS, Sink, worker
from monitor.tickets.desk import BOOK, Policy, take_in
from monitor.tickets.options import RestOptions
from monitor.tickets.service import TicketService
from monitor.tickets.text import SiteFile

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SITE = SiteFile("school", "第三中学", "人民路 1", "教育局", "en", "Asia/Shanghai")


@dataclass
class House:
    """The ledger's side: writes what it would write, and turns the clock."""

    store: Store
    now: datetime = START
    known: dict[str, Fault] = field(default_factory=dict)
    policy: Policy = field(default_factory=lambda: Policy(("desk",), sites={"school": SITE}))

    def clock(self) -> datetime:
        return self.now

    def raised(self, name: str, kind: FaultKind = FaultKind.FROZEN, text: str = "no change in 18 s") -> Fault:
        """A new fault, or the same one again within its day."""
        earlier = self.known.get(name)
        again = replace(earlier, cleared=None, reopened=earlier.reopened + 1) if earlier else None
        subject = Subject(Key("school", name), "picture")
        fault = again or Fault(f"f-{name}", subject, kind, self.now, self.now, text, announced=self.now)
        return self._write(fault, "open", fault.reopened, text)

    def cleared(self, name: str, text: str = "moves again") -> Fault:
        fault = replace(self.known[name], cleared=self.now)
        return self._write(fault, "resolve", fault.reopened, text)

    def joined(self, name: str, text: str) -> None:
        self._write(self.known[name], "comment", int(self.now.timestamp() * 1000), text)

    def _write(self, fault: Fault, action: str, sequence: int, text: str) -> Fault:
        self.known[fault.subject.key.device] = fault
        message = Message(fault.id, action, sequence, BOOK, {"text": text}, self.now)
        self.store.write(apply, Changes(faults={fault.id: fault}, messages=[message]))
        return fault

    def turn(self, **later: float) -> None:
        """Some time later the desk brings its book up to date."""
        self.now += timedelta(**later)
        self.store.write(take_in, self.policy, self.now)

    def job(self, name: str) -> Job:
        found = self.store.read(jobs.by_key, f"f-{name}")
        assert found is not None
        return found

    def told(self, sink: str = "desk") -> list[tuple[str, str]]:
        """What waits for a repair desk: (job, action)."""
        waiting = [one for one in self.store.read(outbox.pending) if one.sink == sink]
        return [(one.fault.removeprefix("f-"), one.action) for one in waiting]

    @contextlib.asynccontextmanager
    async def at_work(self, metrics: Metrics | None = None, **sinks: Sink) -> AsyncIterator[TicketService]:
        """The service as the daemon runs it, with the real clock."""
        service = TicketService(self.store, metrics or Metrics(), lambda: datetime.now(UTC))
        service.configure(replace(self.policy, sinks=tuple(sinks)), sinks)
        running = asyncio.create_task(service.run())
        try:
            yield service
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    async def until(self, true: Callable[[], bool], seconds: float = 45.0) -> None:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 -- what is waited for happens in other threads
                await asyncio.sleep(0.02)

    def delivered(self) -> bool:
        return not self.store.read(outbox.pending)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    store = Store(tmp_path / "cctv.sqlite")
    yield House(store, policy=Policy(("desk",), sites={"school": SITE}, targets={}))
    store.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits of a test, not of a night."""
    monkeypatch.setattr(worker, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(worker, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(worker, "DEADLINE", 20.0)  # of a desk that answers, however busy the machine
    monkeypatch.setattr(worker, "SETTLE", 0.3)
    monkeypatch.setattr(worker, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr("monitor.tickets.service.LOOK_EVERY", 0.02)


def webhook(url: str, **more: object) -> Sink:
    return SINKS["rest"].make(RestOptions(url=url, **more))


def with_file(target: Target, **file: object) -> Target:
    return replace(target, options={**target.options, **file})
