"""A recorder that records: a tree of hourly files made in a moment for the past, and written on while it runs."""

import asyncio
import functools
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Self

from monitor.simulator.recorders import Tape, path_of, record

HOUR = 3600.0
TICK = 15.0
"""Seconds between two signs of life of the files being written."""
FRAME_SECONDS = 60


@dataclass
class LiveRecorder:
    """``async with``: the past is on disk inside the block, and goes on growing.

    ``holes``: per channel, stretches (UTC epoch seconds) in which nothing is recorded; one without end (``inf``) is a
    camera that stopped. What lies below ``folder`` is replaced at the start, and left for its owner at the end.
    """

    folder: Path
    channels: Mapping[str, Sequence[tuple[float, float]]]
    now: float = field(default_factory=time.time)
    days: float = 16.0
    segment: float = HOUR

    @property
    def layout(self) -> str:
        return f"{self.folder}/{{camera}}/%Y-%m-%d/%H.%M.%S.mp4"

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._remember)
        self._task = asyncio.create_task(self._go_on(), name="simulated recorder")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def write_until(self, now: float) -> None:
        """Bring every file that is being written up to ``now``: its modification time is its end."""
        for channel, holes in self.channels.items():
            if not _inside(holes, now):
                self._grow(channel, now)

    def _remember(self) -> None:
        if self.folder.exists():
            shutil.rmtree(self.folder)
        tape = Tape("", self.now, self.days, self.segment, clip=hour_clip(), open_newest=False)
        for channel, holes in self.channels.items():
            record(self.layout, replace(tape, channel=channel, holes=holes))
        self.write_until(self.now)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            await asyncio.to_thread(self.write_until, time.time())

    def _grow(self, channel: str, now: float) -> None:
        start = now // self.segment * self.segment
        before = path_of(self.layout, channel, start - self.segment)
        if before.is_file() and start - 2 * TICK < before.stat().st_mtime < start:
            os.utime(before, (start, start))  # the file of the hour before ends where this one begins
        path = path_of(self.layout, channel, start)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(hour_clip())
        os.utime(path, (now, now))


@functools.cache
def hour_clip(size: tuple[int, int] = (96, 64)) -> bytes:
    """An H.264 file that plays an hour, with a picture a minute, so that a whole tree is made in a moment."""
    import av
    import numpy as np

    width, height = size
    with tempfile.TemporaryDirectory() as folder, av.open(f"{folder}/hour.mp4", "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(1, FRAME_SECONDS), options={"g": "10", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        across, down = np.meshgrid(np.arange(width), np.arange(height))
        for number in range(int(HOUR) // FRAME_SECONDS):
            planes = (across * 2 + number * 9, down * 3 + 0 * across, across + down + number * 5)
            picture = np.stack([plane % 256 for plane in planes], axis=-1).astype(np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
        output.close()
        return Path(folder, "hour.mp4").read_bytes()


def _inside(holes: Iterable[tuple[float, float]], instant: float) -> bool:
    return any(start <= instant < end for start, end in holes)
