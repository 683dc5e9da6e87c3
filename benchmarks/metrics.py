"""CPU and event-loop lag of one /metrics scrape at 10,000 cameras: ``python -m benchmarks.metrics [CAMERAS]``.

Prints a table, then the same figures as JSON. The daemon makes the texts before its first scrape ("making all texts")
and keeps them ready beside the looks, comparing them with the board every few seconds; what that costs is in the rows
without a size. The scrapes: "first"; "unchanged"; "a quarter new" is a 60 s poll scraped every 15 s; "all anew" changes
every look and standing of every camera in the instant before the scrape; "gzip" is the same packed as for Prometheus.
The client library's own gauges, with as many series, are the peer measured in the same run. How long others had to
wait in the event loop: "lag" in wall time, "held" in CPU time.
"""

import asyncio
import gc
import json
import random
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest

from monitor.board import Board, DeviceState
from monitor.metrics import Metrics
from monitor.model import Finding, Key, Look, Outcome, Standing, Subject, Target, Verdict
from monitor.web.packed import gzipped

START = datetime(2026, 1, 1, tzinfo=UTC)
CHANCE = random.Random(1)


def stream() -> dict[str, object]:
    return {
        "frames_per_second": CHANCE.gauss(25, 0.1),
        "bytes_per_second": CHANCE.uniform(2e5, 8e5),
        "loss_ratio": CHANCE.uniform(0, 0.002),
        "phases": {"key_frame": CHANCE.uniform(0.1, 2)},
        "width": 1920,
        "height": 1080,
    }


def picture() -> dict[str, object]:
    now = {"level": CHANCE.uniform(40, 200), "spread": CHANCE.uniform(20, 80), "focus": CHANCE.uniform(1, 3)}
    return {"now": now}


def recording() -> dict[str, object]:
    return {
        "span_days": CHANCE.uniform(15, 20),
        "depth_days": CHANCE.uniform(10, 15),
        "required_days": 15.0,
        "coverage": CHANCE.uniform(0.99, 1),
        "longest_gap_seconds": CHANCE.uniform(0, 90),
        "forecast_days": CHANCE.uniform(14, 20),
        "oldest": "2025-12-16T14:00:00+00:00",
        "newest": "2026-01-01T00:00:00+00:00",
    }


def look(key: Key, probe: str, at: datetime, facts: dict[str, object]) -> Look:
    at += timedelta(seconds=CHANCE.uniform(0, 60))
    return Look(key, probe, at, CHANCE.uniform(1, 4), Outcome.SEEN, "all is well", facts, at)


def standing(key: Key, probe: str, facts: dict[str, object]) -> Standing:
    finding = Finding(key, probe, Verdict.OK, None, "all is well", START, facts=facts)
    return Standing(Subject(key, probe), Verdict.OK, None, START, "all is well", finding)


def board_of(cameras: int) -> Board:
    """A board on which every camera has two looks and three standings: about 32 series each."""
    board = Board()
    for number in range(cameras):
        key = Key(f"site-{number // 100:03d}", f"camera-{number:05d}")
        board.devices[key] = DeviceState(Target(key, "camera", "192.0.2.1", name="大门", recorder="nvr-1"))
    renew(board, START)
    return board


def poll(board: Board, every: int, at: datetime) -> None:
    """A picture look at every n-th camera, as between two scrapes."""
    for state in list(board.devices.values())[::every]:
        state.looks["picture"] = look(state.target.key, "picture", at, {"stream": stream(), "picture": picture()})
        state.standings["picture", ""] = standing(state.target.key, "picture", {})


def renew(board: Board, at: datetime) -> None:
    poll(board, 1, at)
    for key, state in board.devices.items():
        offset = {"clock_offset_seconds": CHANCE.gauss(0, 2)}
        state.looks["onvif"] = look(key, "onvif", at, {"onvif": offset})
        state.standings["onvif", "clock"] = standing(key, "onvif", {})
        state.standings["recording", ""] = standing(key, "recording", recording())


async def measured(text: AsyncIterator[bytes]) -> dict[str, float]:
    """CPU seconds and bytes of this work, and how long others in the event loop had to wait meanwhile."""
    waits = [(0.0, 0.0)]
    ticker = asyncio.create_task(tick(waits))
    await asyncio.sleep(0.01)
    before = time.process_time()
    chunks = [chunk async for chunk in text]
    spent = time.process_time() - before
    await asyncio.sleep(0.005)  # lets the ticker notice a last long stretch
    ticker.cancel()
    size, series = sum(map(len, chunks)), sum(chunk.count(b"\n") - chunk.count(b"# ") for chunk in chunks)
    lag, held = (round(max(column) * 1000, 1) for column in zip(*waits, strict=True))
    return {"cpu_seconds": round(spent, 4), "max_lag_ms": lag, "max_held_ms": held, "bytes": size, "series": series}


async def tick(waits: list[tuple[float, float]]) -> None:
    """Notes each turn of a 1 ms ticker: by how much it was late, and the CPU time others used before it."""
    while True:
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(0.001)
        waits.append((time.perf_counter() - wall - 0.001, time.process_time() - cpu))


async def readying(metrics: Metrics, board: Board) -> AsyncIterator[bytes]:
    """One round of the upkeep beside the looks: work without text."""
    await metrics.prepare(board)
    yield b""


async def measure(cameras: int) -> dict[str, dict[str, float]]:
    board, metrics = board_of(cameras), Metrics()
    freeze()
    table, before = {}, resident()
    table["making all texts"] = await measured(readying(metrics, board))
    table["making all texts"]["resident_mb"] = round(resident() - before, 1)
    freeze()
    table["first scrape"] = await measured(metrics.render(board))
    table["upkeep, unchanged"] = await measured(readying(metrics, board))
    table["unchanged"] = await measured(metrics.render(board))
    table["unchanged, gzip"] = {**await measured(gzipped(metrics.render(board))), "series": 0}
    poll(board, 4, START + timedelta(minutes=1))
    table["upkeep, a quarter new"] = await measured(readying(metrics, board))
    table["a quarter new, kept ready"] = await measured(metrics.render(board))
    renew(board, START + timedelta(minutes=3))
    table["all anew in that instant"] = await measured(metrics.render(board))
    renew(board, START + timedelta(minutes=4))
    table["the same, gzip"] = {**await measured(gzipped(metrics.render(board))), "series": 0}
    table["upkeep, the others anew"] = await measured(readying(metrics, board))
    table["client library gauges"] = peer(int(table["first scrape"]["series"]))
    return table


def freeze() -> None:
    """As a daemon does once its board stands: else collections of a million old objects are what lags."""
    gc.collect()
    gc.freeze()


def resident() -> float:
    """Megabytes of memory at the most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def peer(series: int) -> dict[str, float]:
    """The same number of series as Gauge children of prometheus_client, rendered in one go as it does."""
    registry = CollectorRegistry()
    gauges = [Gauge(f"peer_{number}", "A peer.", ["site", "device"], registry=registry) for number in range(30)]
    for number in range(series // 30):
        for gauge in gauges:
            gauge.labels(f"site-{number // 100:03d}", f"camera-{number:05d}").set(24.98)
    spent, size = timed(lambda: len(generate_latest(registry)))
    held = round(spent * 1000, 1)
    return {
        "cpu_seconds": round(spent, 4),
        "max_lag_ms": held,
        "max_held_ms": held,
        "bytes": size,
        "series": series // 30 * 30,
    }


def timed(work: Callable[[], int]) -> tuple[float, int]:
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


def main() -> None:
    cameras = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    table = asyncio.run(measure(cameras))
    row_format = "{:<28}{:>10}{:>10}{:>12}{:>10}{:>8}"
    print(row_format.format(f"scrape of {cameras} cameras", "series", "CPU s", "max lag ms", "held ms", "MB"))
    for name, row in table.items():
        figures = [row[column] for column in ("series", "cpu_seconds", "max_lag_ms", "max_held_ms")]
        print(row_format.format(name, *figures, round(row["bytes"] / 1e6, 1)))
    print(f"memory of the texts: {table['making all texts']['resident_mb']} MB")
    print(json.dumps({"cameras": cameras, "scrapes": table}))


if __name__ == "__main__":
    main()
