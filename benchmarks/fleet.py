"""The whole daemon on a large simulated fleet: are the looks made in time, and what does it cost?

``python -m benchmarks.fleet [--cameras 500] [--minutes 2]``: healthy 1080p cameras, all looked at every interval.
``python -m benchmarks.fleet --silent 1000 [--cameras 20]``: beside addresses that accept and never answer; nine rounds,
since what is kept of a device once (its standing, its fault and its ticket) is there only after some looks at each.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import httpx
import psutil

from benchmarks.site import fleet

LOOP = 62.0
"""Seconds until the pictures repeat: out of step with the interval, so that no look sees the pictures of the last."""
LAST_LOOKS = 6.0
"""Seconds until a look that began in time has come to its end."""
SETTLE = 1.5
"""Rounds before anything is counted: the first looks, and what they teach."""
SILENT_ROUNDS = 9
SERIES = re.compile(r'cctv_probe_last_(attempt|success)_timestamp_seconds\{site="(\w+)",device="([\w.-]+)".*\} (\S+)')


@dataclass
class Round:
    """The daemon at the end of one interval."""

    daemon_mb: float
    workers_mb: float
    descriptors: int
    threads: int
    page_ms: float
    metrics_ms: float


@dataclass
class Result:
    interval: float
    load: float
    expected: int = 0
    attempted: int = 0
    succeeded: int = 0
    overdue: int = 0
    skipped: float = 0.0
    daemon_cpu: float = 0.0  # share of one core
    workers_cpu: float = 0.0
    rounds: list[Round] = field(default_factory=list)


class Daemon:
    """``cctv run`` as a child, and what can be seen of it from outside."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.url, self.process = url, psutil.Process(process.pid)
        self.http = httpx.Client(trust_env=False, timeout=30)

    def get(self, path: str) -> tuple[str, float]:
        """The text and the milliseconds it took."""
        began = time.perf_counter()
        text = self.http.get(self.url + path).raise_for_status().text
        return text, 1000 * (time.perf_counter() - began)

    def cpu(self) -> tuple[float, float]:
        """CPU seconds of the daemon itself and of its living children."""
        own = self.process.cpu_times()
        children = [child.cpu_times() for child in self.process.children(recursive=True)]
        return own.user + own.system, sum(times.user + times.system for times in children)

    def now(self) -> Round:
        children = self.process.children(recursive=True)
        _, page = self.get("/")
        _, metrics = self.get("/metrics")
        return Round(
            daemon_mb=self.process.memory_info().rss / 1e6,
            workers_mb=sum(child.memory_info().rss for child in children) / 1e6,
            descriptors=self.process.num_fds(),
            threads=self.process.num_threads(),
            page_ms=page,
            metrics_ms=metrics,
        )


@contextmanager
def daemon(sites: dict[str, list[str]], interval: float, concurrency: int) -> Iterator[Daemon]:
    """The daemon on these addresses by site, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+") as log:
        (Path(folder) / "cctv.yaml").write_text(configuration(sites, interval, concurrency))
        command = [sys.executable, "-m", "monitor.cli", "run"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True) as process:
            try:
                yield Daemon(process, address(process, log))
            finally:
                began = time.monotonic()
                process.terminate()
                process.wait(30)
                print(f"stopped within {time.monotonic() - began:.1f} s, exit code {process.returncode}")
                tell_log(log)


def address(process: "subprocess.Popen[str]", log: IO[str]) -> str:
    assert process.stdout
    found = re.search(r"(http\S+?)/?\s", process.stdout.readline())
    if found is None:
        log.seek(0)
        sys.exit(f"the daemon did not start:\n{log.read()}")
    return found[1]


def tell_log(log: IO[str]) -> None:
    """What the daemon complained of, the first lines."""
    log.seek(0)
    lines = [line for line in log if not line.startswith(("INFO", "DEBUG"))]
    print(f"{len(lines)} lines of warnings and errors\n" + "".join(lines[:10]))


def configuration(sites: dict[str, list[str]], interval: float, concurrency: int) -> str:
    """All defaults but for what was asked."""
    text = "state_dir: state\nlisten: 127.0.0.1:0\n"
    text += f"poll: {{interval: {interval}s, deadline: {min(10.0, interval)}s, concurrency: {concurrency}}}\nsites:\n"
    for site, urls in sites.items():
        text += f"  - id: {site}\n    cameras:\n"
        text += "".join(f"      - {{id: c{number}, rtsp: '{url}'}}\n" for number, url in enumerate(urls))
    return text


class Count:
    """Looks at the cameras of one site, counted by their distinct times as /metrics shows them."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.attempts: set[tuple[str, str]] = set()
        self.successes: set[tuple[str, str]] = set()
        self.newest: dict[str, float] = {}

    def take(self, text: str) -> None:
        for kind, site, device, at in SERIES.findall(text):
            if site == self.site:
                (self.attempts if kind == "attempt" else self.successes).add((device, at))
                if kind == "attempt":
                    self.newest[device] = float(at)

    def within(self, looks: set[tuple[str, str]], begun: float, ended: float) -> int:
        return sum(begun <= float(at) < ended for _, at in looks)


def watch(running: Daemon, cameras: int, interval: float, rounds: int, settle: float) -> Result:
    result = Result(interval, os.getloadavg()[0])
    count = Count("healthy")
    _until(time.time() + settle * interval, lambda: None, interval)
    begun, cpu, skipped = time.time(), running.cpu(), _skipped(running)
    for number in range(1, rounds + 1):
        _until(begun + number * interval, lambda: count.take(running.get("/metrics")[0]), interval / 10)
        result.rounds.append(running.now())
        print(f"round {number}: {result.rounds[-1]}", flush=True)
    spent = [after - before for after, before in zip(running.cpu(), cpu, strict=True)]
    ended = time.time()
    lasted = ended - begun
    result.daemon_cpu, result.workers_cpu = spent[0] / lasted, spent[1] / lasted
    result.skipped = _skipped(running) - skipped
    _until(ended + LAST_LOOKS, lambda: count.take(running.get("/metrics")[0]), 1.0)
    result.expected = cameras * rounds
    result.attempted = count.within(count.attempts, begun, ended)
    result.succeeded = count.within(count.successes, begun, ended)
    result.overdue = cameras - sum(at > ended + LAST_LOOKS - 1.5 * interval for at in count.newest.values())
    result.load = max(result.load, os.getloadavg()[0])
    return result


def _until(instant: float, work: Callable[[], None], pause: float) -> None:
    while time.time() < instant:
        work()
        time.sleep(max(0.0, min(pause, instant - time.time())))


def _skipped(running: Daemon) -> float:
    lines = running.get("/metrics")[0].splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("cctv_schedule_skipped_total"))


def tell(result: Result) -> None:
    print(f"every {result.interval:.0f} s, load of the machine {result.load:.1f}")
    print(f"looks at healthy cameras: {result.expected} due, {result.attempted} made, {result.succeeded} all ok")
    print(f"overdue at the end {result.overdue}, due and skipped (all sites) {result.skipped:.0f}")
    print(f"CPU: daemon {result.daemon_cpu:.0%}, workers {result.workers_cpu:.0%} of one core")
    tell_growth(result.rounds)


def tell_growth(rounds: list[Round]) -> None:
    """What the later rounds took beyond the earlier ones."""
    marks = [rounds[0], rounds[(2 * len(rounds) - 1) // 3], rounds[-1]]
    for what in ("daemon_mb", "descriptors", "threads"):
        first, later, last = (getattr(one, what) for one in marks)
        print(f"{what}: {first:.0f} after the first round, {later:.0f} after two thirds, {last:.0f} at the end")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=0)
    parser.add_argument("--silent", type=int, default=0)
    parser.add_argument("--fault", default="silent", help="what ails the others")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--interval", type=float, default=60.0)
    parser.add_argument("--concurrency", type=int, default=64, help="more = sooner through with the silent ones")
    parser.add_argument("--minutes", type=float, default=0.0, help="2, or nine rounds beside silent ones")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    cameras = asked.cameras or (20 if asked.silent else 500)
    rounds = (
        max(1, round(asked.minutes * 60 / asked.interval)) if asked.minutes else SILENT_ROUNDS if asked.silent else 2
    )
    with ExitStack() as stack:
        sites = {"healthy": stack.enter_context(fleet(cameras, asked.size, 3000, loop=LOOP))}
        if asked.silent:
            sites["silent"] = stack.enter_context(fleet(asked.silent, "320x180", 100, asked.fault, network=41))
        running = stack.enter_context(daemon(sites, asked.interval, asked.concurrency))
        result = watch(running, cameras, asked.interval, rounds, settle=0 if asked.silent else SETTLE)
    tell(result)
    if asked.json:
        asked.json.write_text(json.dumps(asdict(result), indent=2))


if __name__ == "__main__":
    main()
