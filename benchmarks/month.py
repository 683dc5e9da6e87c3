"""The monthly report of a large site: seconds, memory, and how long it holds up an event loop beside it.

``python -m benchmarks.month [--cameras 1000]``: three months of spans and faults, evidence pictures, one report.
"""

import argparse
import asyncio
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.model import Fault, FaultKind, Finding, Key, Standing, Subject, Target, Verdict
from monitor.reports import summaries
from monitor.reports.archive import Archive
from monitor.reports.render import shown
from monitor.reports.site import SiteFile
from monitor.store import STATE_FILE, Changes, Store, pictures
from monitor.store.changes import apply
from monitor.store.spans import Span
from monitor.store.standings import StandingRow

NOW = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
DAYS = 90
SHAKY = 0.05
"""Share of the cameras that drop out several times a day; the others, about once a month."""
PICTURE = bytes(12_000)
"""As many bytes as an evidence picture has."""
KINDS = (FaultKind.UNREACHABLE, FaultKind.NO_STREAM, FaultKind.BLACK, FaultKind.BLURRED, FaultKind.MOVED)


def camera(number: int) -> Target:
    key = Key("town", f"camera-{number}")
    options = {"model": f"Model {number % 12}"}
    return Target(key, "camera", "127.0.0.1", name=f"Camera {number}", rtsp="rtsp://127.0.0.1/1", options=options)


def ends(chance: random.Random) -> Iterator[tuple[datetime, datetime]]:
    """When a camera fails, and until when."""
    mean_days = 0.4 if chance.random() < SHAKY else 30.0
    at = NOW - timedelta(days=DAYS)
    while (at := at + timedelta(days=chance.expovariate(1 / mean_days))) < NOW:
        until = at + timedelta(hours=chance.expovariate(1 / 3))
        yield at, min(until, NOW)
        at = until


def history(target: Target, number: int) -> Changes:
    """All that a ledger would have written of one camera."""
    chance, changes = random.Random(number), Changes()
    since = NOW - timedelta(days=DAYS)
    for count, (bad, good) in enumerate(ends(chance)):
        kind = chance.choice(KINDS)
        for probe in ("rtsp", "picture"):
            subject = Subject(target.key, probe)
            changes.spans.append(Span(subject, Verdict.OK, None, "", since, bad, max(2, int((bad - since).seconds))))
            changes.spans.append(Span(subject, Verdict.FAULT, kind, "seen", bad, good, 60))
        fault_id, opened = f"{number}-{count}", bad + timedelta(minutes=3)
        subject = Subject(target.key, "picture")
        name = pictures.opening_name(fault_id)
        changes.faults[fault_id] = Fault(
            fault_id, subject, kind, opened, bad, "seen for three looks", cleared=max(good, opened), picture=name
        )
        since = good
    for probe in ("rtsp", "picture"):
        changes.standings.update([standing(Subject(target.key, probe), since)])
    return changes


def standing(subject: Subject, since: datetime) -> tuple[Subject, StandingRow]:
    last = Finding(subject.key, subject.probe, Verdict.OK, None, "fine", NOW)
    row = Standing(subject, Verdict.OK, None, since, "fine", last)
    return subject, StandingRow(row, Span(subject, Verdict.OK, None, "", since, NOW, 40_000))


def filled(folder: Path, targets: list[Target]) -> Store:
    store = Store(folder / STATE_FILE)
    (pictures.folder(store.path) / "faults").mkdir(parents=True)
    for number, target in enumerate(targets):
        changes = history(target, number)
        store.write(apply, changes)
        for fault in changes.faults.values():
            pictures.save_opening(pictures.folder(store.path), fault.picture, PICTURE)
    return store


async def held_up(stop: asyncio.Event) -> list[float]:
    """How late the loop was, in seconds, wake-up by wake-up."""
    late = []
    while not stop.is_set():
        began = time.perf_counter()
        await asyncio.sleep(0.01)
        late.append(time.perf_counter() - began - 0.01)
    return sorted(late)


async def alone() -> list[float]:
    """The same with nothing beside it, for this machine may be busy."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(3.0, stop.set)
    return await held_up(stop)


async def measured(site: SiteFile, store: Store, archive: Archive) -> dict[str, float]:
    idle, stop = await alone(), asyncio.Event()
    beside = asyncio.create_task(held_up(stop))
    before, began, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), time.process_time()
    document = await asyncio.to_thread(summaries.make, "month", site, store, archive, NOW)
    made, content = time.perf_counter(), await asyncio.to_thread(shown, document, "zh")
    end, spent = time.perf_counter(), time.process_time() - cpu
    stop.set()
    late = await beside
    return {
        "cameras": len(site.targets),
        "faults": len(document["faults"]),
        "document_seconds": round(made - began, 2),
        "html_and_csv_seconds": round(end - made, 2),
        "cpu_seconds": round(spent, 2),
        "html_mb": round(len(content["html"]) / 1e6, 1),
        "more_memory_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
        "loop_late_alone_p99_ms": round(1000 * idle[int(0.99 * len(idle))]),
        "loop_late_alone_most_ms": round(1000 * idle[-1]),
        "loop_late_p99_ms": round(1000 * late[int(0.99 * len(late))]),
        "loop_late_most_ms": round(1000 * late[-1]),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cameras", type=int, default=1000)
    targets = [camera(number) for number in range(arguments.parse_args().cameras)]
    site = SiteFile("town", "Town", "", "", "Asia/Shanghai", "zh", "0 9 * * mon", tuple(targets))
    with tempfile.TemporaryDirectory() as folder:
        store = filled(Path(folder), targets)
        found = asyncio.run(measured(site, store, Archive(Path(folder))))
        store.close()
    for name, value in found.items():
        print(f"{name:24} {value:>10}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
