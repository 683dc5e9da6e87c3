"""CPU and event-loop lag of one /metrics scrape at 10,000 cameras: ``python -m benchmarks.metrics [CAMERAS]``.

Prints a table, then the same figures as JSON. "cold" is the first scrape; "a quarter new" is a 60 s poll scraped every
15 s, "all polled" the same scraped every 60 s; "all anew" changes every look and standing of every camera. The client
library's own gauges, with as many series, are the peer measured in the same run. How long others had to
wait in the event loop: "lag" in wall time, "held" in CPU time.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest

from monitor.board import Board, DeviceState, Look
from monitor.metrics import Metrics
from monitor.model import Finding, Key, Outcome, Standing, Subject, Target, Verdict

START = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = {
    "frames_per_second": 24.98,
    "bytes_per_second": 511_873.4,
    "loss_ratio": 0.0013,
    "phases": {"key_frame": 0.37},
    "width": 1920,
    "height": 1080,
}
PICTURE = {"now": {"level": 118.25, "spread": 51.5, "focus": 1.75}}
RECORDING = {
    "span_days": 15.4,
    "depth_days": 15.2,
    "required_days": 15.0,
    "coverage": 0.9993,
    "longest_gap_seconds": 71.0,
    "forecast_days": 16.8,
    "oldest": "2025-12-16T14:00:00+00:00",
    "newest": "2026-01-01T00:00:00+00:00",
}


def look(probe: str, at: datetime, facts: dict[str, object]) -> Look:
    return Look(probe, at, 2.4, Outcome.SEEN, "all is well", {**facts}, at)


def standing(key: Key, probe: str, facts: dict[str, object]) -> Standing:
    finding = Finding(key, probe, Verdict.OK, None, "all is well", START, facts=facts)
    return Standing(Subject(key, probe), Verdict.OK, None, START, "all is well", finding)


def board_of(cameras: int) -> Board:
    """A board on which every camera has two looks and three standings: about 32 series each."""
    board = Board()
    for number in range(cameras):
        key = Key(f"site-{number // 100:03d}", f"camera-{number:05d}")
        state = board.devices[key] = DeviceState(Target(key, "camera", "192.0.2.1", name="大门", recorder="nvr-1"))
        look_at_all(state, START)
        state.standings = {
            ("picture", ""): standing(key, "picture", {}),
            ("onvif", "clock"): standing(key, "onvif", {}),
            ("recording", ""): standing(key, "recording", {**RECORDING}),
        }
    return board


def look_at_all(state: DeviceState, at: datetime) -> None:
    state.looks["picture"] = look("picture", at, {"stream": STREAM, "picture": PICTURE})
    state.looks["onvif"] = look("onvif", at, {"onvif": {"clock_offset_seconds": 1.25}})


async def scrape(metrics: Metrics, board: Board) -> dict[str, float]:
    """CPU seconds and bytes of one exposition, and how long others in the event loop had to wait meanwhile."""
    waits = [(0.0, 0.0)]
    ticker = asyncio.create_task(tick(waits))
    await asyncio.sleep(0.01)
    before = time.process_time()
    chunks = [chunk async for chunk in metrics.render(board)]
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


def poll(board: Board, every: int, at: datetime) -> None:
    """A picture look at every n-th camera, as between two scrapes."""
    for state in list(board.devices.values())[::every]:
        state.looks["picture"] = look("picture", at, {"stream": STREAM, "picture": PICTURE})
        state.standings["picture", ""] = standing(state.target.key, "picture", {})


def renew(board: Board, at: datetime) -> None:
    for state in board.devices.values():
        look_at_all(state, at)
        for name in state.standings:
            state.standings[name] = standing(state.target.key, name[0], {**RECORDING} if name[0] == "recording" else {})


async def measure(cameras: int) -> dict[str, dict[str, float]]:
    board, metrics = board_of(cameras), Metrics()
    gc.collect()
    gc.freeze()  # as a daemon does once its board stands: else collections of a million old objects are what lags
    table = {"cold": await scrape(metrics, board), "unchanged": await scrape(metrics, board)}
    poll(board, 4, START + timedelta(minutes=1))
    table["a quarter new"] = await scrape(metrics, board)
    poll(board, 1, START + timedelta(minutes=2))
    table["all polled"] = await scrape(metrics, board)
    renew(board, START + timedelta(minutes=3))
    table["all anew"] = await scrape(metrics, board)
    table["client library gauges"] = peer(int(table["cold"]["series"]))
    return table


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
    print(json.dumps({"cameras": cameras, "scrapes": table}))


if __name__ == "__main__":
    main()
