"""One stream with one RTP numbering, sent alike to everybody who watches it."""

import asyncio
import random
import struct
import time
from concurrent.futures import Executor
from typing import Protocol

from monitor.simulator.packetise import Unit
from monitor.simulator.sources import Source

_HEADER = struct.Struct("!BBHBBHII")
"""Interleaved frame (RFC 2326, 10.12) and RTP header (RFC 3550, 5.1) in one."""
LATE = 1.0
"""Seconds behind time after which lost time is given up instead of being caught up with."""


class Sink(Protocol):
    def send(self, data: bytes) -> None:
        """Take one access unit, never wait."""


class Feed:
    """Runs while it has sinks. Sequence numbers and timestamps go on over loop ends, faults and pauses."""

    def __init__(self, source: Source, fps: int, payload_type: int, phase: float, threads: Executor) -> None:
        self.source, self.fps, self.payload_type, self.phase, self.threads = source, fps, payload_type, phase, threads
        self.sequence, self.ssrc = random.getrandbits(16), random.getrandbits(32)
        self.loss, self.keys, self.stopped_at = 0.0, True, -1
        self.sinks: set[Sink] = set()
        self._next = 0
        self._chance = random.Random(1)  # noqa: S311 - which packets get lost must be reproducible
        self._task: asyncio.Task[None] | None = None

    def fork(self) -> "Feed":
        """A feed for one camera alone that continues the numbering of this one."""
        twin = Feed(self.source, self.fps, self.payload_type, self.phase, self.threads)
        twin.sequence, twin.ssrc = self.sequence, self.ssrc
        return twin

    def add(self, sink: Sink) -> None:
        self.sinks.add(sink)
        if self._task is None:
            self.source.begin()
            self._next = self._now()
            self._task = asyncio.get_running_loop().create_task(self._run())
            self._task.add_done_callback(_report)

    def remove(self, sink: Sink) -> None:
        self.sinks.discard(sink)
        if not self.sinks:
            self.stop()

    def stop(self) -> None:
        if self._task:
            self._task.cancel()
            self._task = None

    async def close(self) -> None:
        task = self._task
        self.stop()
        if task:
            await asyncio.wait([task])

    def replace(self, source: Source) -> None:
        """Show something else from the next frame on; it begins with a key frame, or joins a loop where that stands."""
        source.begin()
        self.source = source

    def stop_clock(self, stopped: bool) -> None:
        self.stopped_at = self._now() if stopped else -1

    def position(self) -> tuple[int, int]:
        """Sequence number and RTP timestamp of the next packet, for RTP-Info."""
        return self.sequence, self._timestamp(self._next if self._task else self._now())

    def _now(self) -> int:
        """Frames since the epoch: the clock that positions in loops, burnt-in clocks and timestamps share."""
        return int(time.time() * self.fps + self.phase)

    def _timestamp(self, index: int) -> int:
        index = self.stopped_at if self.stopped_at >= 0 else index
        return index * 90000 // self.fps & 0xFFFFFFFF

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        unit = await self._unit(loop)  # the first takes longest: the scene is drawn for it
        due = loop.time()
        while True:
            data = self._packets(unit)
            self._next += 1
            for sink in tuple(self.sinks):
                sink.send(data)
            due = max(due + 1 / self.fps, loop.time() - LATE)
            await asyncio.sleep(due - loop.time())
            unit = await self._unit(loop)

    async def _unit(self, loop: asyncio.AbstractEventLoop) -> Unit:
        if self.source.quick:
            return self.source.unit(self._next)
        return await loop.run_in_executor(self.threads, self.source.unit, self._next)

    def _packets(self, unit: Unit) -> bytes:
        if unit.key and not self.keys:
            return b""
        timestamp, last = self._timestamp(self._next), len(unit.payloads) - 1
        out: list[bytes] = []
        for number, payload in enumerate(unit.payloads):
            kind = self.payload_type | (0x80 if number == last else 0)
            size = len(payload) + 12
            if not self.loss or self._chance.random() >= self.loss:
                out += _HEADER.pack(0x24, 0, size, 0x80, kind, self.sequence, timestamp, self.ssrc), payload
            self.sequence = self.sequence + 1 & 0xFFFF
        return b"".join(out)


def _report(task: asyncio.Task[None]) -> None:
    """A feed that died of an error must not look like a stalled camera: hand it to the loop's handler."""
    if not task.cancelled() and (error := task.exception()):
        task.get_loop().call_exception_handler({"message": "a simulated stream ended", "exception": error})
