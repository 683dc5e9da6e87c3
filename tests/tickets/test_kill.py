"""Kill -9 at random moments, ten faults, and a desk that loses answers: nothing is forgotten, nothing made twice."""

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flaky_desk import AWAY, LOSE, PLAIN_DESK, REFUSE, TOO_MANY, Desk
from ticket_house import House, webhook

from monitor.store import Store, faults, jobs

DAEMON = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from monitor.blame import Rules
from monitor.board import Board
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.metrics import Metrics
from monitor.model import Evidence, Key, Outcome, Target
from monitor.store import Store
from monitor.tickets import SINKS, service, worker
from monitor.tickets.desk import BOOK, Policy
from monitor.tickets.options import RestOptions

worker.FIRST_WAIT, worker.LONGEST_WAIT, worker.LOOK_EVERY, service.LOOK_EVERY = 0.02, 0.1, 0.01, 0.01
worker.SETTLE, worker.LOOK_AGAIN = 0.3, 0.05

async def watch(ledger, number, target):
    for turn in range(10**6):
        bad = number < 7 or turn % 30 < 15
        outcome = Outcome.REFUSED if bad else Outcome.SEEN
        evidence = Evidence("rtsp", datetime.now(UTC), 0.0, outcome, "seen")
        await ledger.record(target, evidence, judge(target, evidence))
        await ledger.settle()
        await asyncio.sleep(0.01)

async def main():
    store = Store(Path(sys.argv[1]))
    rules = Rules(settle=timedelta(0), flaps=1000)
    ledger = Ledger(store, Board(), 3, 2, rules=rules, sinks=(BOOK,))
    targets = [Target(Key(f"s{n}", "gate"), "camera", f"h{n}", rtsp="rtsp://h/") for n in range(10)]
    ledger.load(targets)
    await ledger.start()
    file = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    tickets = service.TicketService(store, Metrics(), lambda: datetime.now(UTC))
    sink = SINKS["rest"].make(RestOptions(url=sys.argv[2], template_file=file))
    tickets.configure(Policy(("desk",), targets={one.key: one for one in targets}), {"desk": sink})
    print("ready", flush=True)
    await asyncio.gather(tickets.run(), *(watch(ledger, n, target) for n, target in enumerate(targets)))

asyncio.run(main())
"""


@contextmanager
def daemon(*arguments: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", DAEMON, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


async def end_in_peace(state: Path, desk: Desk, **options: object) -> None:
    """The daemon comes back once more, the desk is well again; then the two must agree."""
    store = Store(state)
    house = House(store)
    desk.mood = lambda: ""
    async with house.at_work(desk=webhook(desk.url, **options)):
        await house.until(house.delivered)
        await asyncio.sleep(0.1)
        await house.until(house.delivered)
    standing = {fault.id for fault in store.read(faults.standing) if fault.announced}
    assert len(standing) >= 7
    assert desk.open_keys() == standing == {job.key for job in store.read(jobs.open_jobs)}
    assert set(desk.counts().values()) == {1}
    store.close()


async def kill(times: int, folder: Path, desk: Desk, *template: str) -> None:
    chance = random.Random(times)
    desk.mood = lambda: chance.choice(["", "", "", REFUSE, AWAY, TOO_MANY, LOSE, LOSE])
    for _ in range(times):
        with daemon(str(folder / "cctv.sqlite"), desk.url, *template):
            await asyncio.sleep(chance.uniform(0.05, 1.2))  # the moment is what is random


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("times", [3, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(600)])])
async def test_no_fault_is_forgotten_and_no_ticket_made_twice(tmp_path: Path, times: int) -> None:
    file = tmp_path / "plain.yaml"
    file.write_text(PLAIN_DESK)
    with Desk(webhook=False) as desk:
        await kill(times, tmp_path, desk, str(file))
        await end_in_peace(tmp_path / "cctv.sqlite", desk, template_file=file)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("quick")
async def test_the_webhook_hears_the_same_twice_and_never_another(tmp_path: Path) -> None:
    with Desk() as desk:
        await kill(50, tmp_path, desk)
        await end_in_peace(tmp_path / "cctv.sqlite", desk)
    assert all(one.headers["Idempotency-Key"] == one.body["key"] for one in desk.requests)
