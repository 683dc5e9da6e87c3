"""A simulated fleet in a process of its own, so that its CPU is not counted as the monitor's.

``python -m benchmarks.site COUNT WIDTHxHEIGHT KBPS [FAULT]`` prints a JSON list of URLs and serves until stdin ends.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

from monitor.simulator import CameraSpec, Simulator


@contextmanager
def fleet(count: int, size: str, kbps: int, fault: str = "", network: int = 40) -> Iterator[list[str]]:
    """URLs of ``count`` running cameras; gone after the block."""
    words = [sys.executable, "-m", "benchmarks.site", str(count), size, str(kbps), str(network), fault]
    with Popen(words, stdin=PIPE, stdout=PIPE, text=True) as serving:
        assert serving.stdin
        assert serving.stdout
        try:
            yield json.loads(serving.stdout.readline())
        finally:
            serving.stdin.close()


async def _serve(count: int, size: str, kbps: int, network: int, fault: str) -> None:
    width, height = map(int, size.split("x"))
    specs = [
        CameraSpec(
            f"camera-{i}",
            f"127.{network}.{i // 250}.{i % 250 + 1}",
            width=width,
            height=height,
            kbps=kbps,
            loop=8.0,
            fault=fault,
        )
        for i in range(count)
    ]
    async with Simulator(specs) as site:
        print(json.dumps([site.url(spec.id) for spec in specs]), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    _, count, size, kbps, network, fault = sys.argv
    asyncio.run(_serve(int(count), size, int(kbps), int(network), fault))
