"""A simulated fleet in a process of its own, so that its CPU is not counted as the monitor's.

``python -m benchmarks.site COUNT WIDTHxHEIGHT KBPS NETWORK FAULT LOOP`` prints a JSON list of URLs and serves until
stdin ends.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

from monitor.simulator import CameraSpec, Simulator

KEPT = Path(tempfile.gettempdir()) / "cctv-benchmark-loops"
"""Encoded loops, for the next run."""


@contextmanager
def fleet(
    count: int, size: str, kbps: int, fault: str = "", network: int = 40, loop: float = 8.0
) -> Iterator[list[str]]:
    """URLs of ``count`` running cameras, whose pictures repeat after ``loop`` seconds; gone after the block."""
    words = [sys.executable, "-m", "benchmarks.site", str(count), size, str(kbps), str(network), fault, str(loop)]
    with Popen(words, stdin=PIPE, stdout=PIPE, text=True) as serving:
        assert serving.stdin
        assert serving.stdout
        try:
            yield json.loads(serving.stdout.readline())
        finally:
            serving.stdin.close()


async def _serve(count: int, size: str, kbps: int, network: int, fault: str, loop: float) -> None:
    width, height = map(int, size.split("x"))
    specs = [
        CameraSpec(
            f"camera-{i}",
            f"127.{network}.{i // 250}.{i % 250 + 1}",
            width=width,
            height=height,
            kbps=kbps,
            loop=loop,
            fault=fault,
        )
        for i in range(count)
    ]
    async with Simulator(specs, cache=KEPT) as site:
        print(json.dumps([site.url(spec.id) for spec in specs]), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    _, count, size, kbps, network, fault, loop = sys.argv
    asyncio.run(_serve(int(count), size, int(kbps), int(network), fault, float(loop)))
