"""ISAPI: requests per camera and poll, with a cold and a warm cache, from a simulated recorder of 64 cameras.

Run: .venv/bin/python -m benchmarks.isapi [--cameras N]
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from datetime import UTC, datetime

from monitor.model import Channel, Credentials, Deadline, Evidence, Key, Target
from monitor.retention.hikvision import read_hikvision
from monitor.simulator.isapi import IsapiChannel, IsapiRecorder, files

FILE_SECONDS = 630.0
"""Files of 256 MB last 9 to 12 minutes on real recorders."""
PAUSE = 0.1
"""Seconds between two requests, as the option ``request_pause`` has it by default; left out of the run, told beside."""


def target_of(nvr: IsapiRecorder) -> Target:
    return Target(
        Key("bench", "nvr"),
        "recorder",
        nvr.host,
        credentials=Credentials(nvr.username, nvr.password),
        timezone="Asia/Shanghai",
        kind="hikvision",
        options={"port": nvr.port, "request_pause": 0.0},
        channels=tuple(Channel(f"cam{one.number}", str(one.number)) for one in nvr.channels),
    )


async def poll(nvr: IsapiRecorder, target: Target, memory: bytes) -> tuple[Evidence, dict[str, float]]:
    nvr.requests.clear()
    began, cpu = time.perf_counter(), time.process_time()
    evidence = await read_hikvision(target, memory, Deadline.after(600))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    whole = nvr.requests.total()
    of_cameras = sum(n for path, n in nvr.requests.items() if "search" in path or "dailyDistribution" in path)
    return evidence, {
        "outcome": evidence.outcome.value,  # type: ignore[dict-item]  # the one word among figures
        "requests": whole,
        "requests_per_camera": round(of_cameras / len(nvr.channels), 2),
        "seconds": round(seconds, 2),
        "cpu_seconds_with_the_recorder": round(cpu, 2),
        "seconds_with_pauses": round(seconds + PAUSE * whole, 1),
        "memory_bytes": len(evidence.memory or b""),
    }


async def measure(cameras: int, polls: int) -> dict[str, dict[str, float]]:
    now = datetime.now(UTC).timestamp()
    channels = [IsapiChannel(number, files(now, days=16, seconds=FILE_SECONDS)) for number in range(1, cameras + 1)]
    made: dict[str, dict[str, float]] = {}
    async with IsapiRecorder(channels=channels) as nvr:
        target, memory = target_of(nvr), b""
        for number in range(polls):
            evidence, made["cold" if number == 0 else f"warm {number}"] = await poll(nvr, target, memory)
            memory = evidence.memory or b""
        assert nvr.refused_logins == 0
    return made


def main() -> None:
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--cameras", type=int, default=64)
    wishes.add_argument("--polls", type=int, default=3)
    given = wishes.parse_args()
    made = asyncio.run(measure(given.cameras, given.polls))
    columns = list(Counter(name for row in made.values() for name in row))
    print(f"{given.cameras} cameras, files of {FILE_SECONDS:.0f} s, 16 days")
    print(" | ".join(["poll", *columns]))
    for name, row in made.items():
        print(" | ".join([name, *(str(row[column]) for column in columns)]))
    print(json.dumps({"cameras": given.cameras, "polls": made}))


if __name__ == "__main__":
    main()
