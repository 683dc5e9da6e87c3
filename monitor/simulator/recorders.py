"""A recorder's disk: trees of real tiny MP4 files in any layout, with holes, damage and wrong clocks on command."""

import functools
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

DAY = 86400.0
FRAMES_PER_SECOND = 5


class Container(StrEnum):
    """How the boxes of a clip lie."""

    FASTSTART = "faststart"  # moov before mdat
    MOOV_LAST = "moov_last"
    FRAGMENTED = "fragmented"


class Damage(StrEnum):
    """What happens to a file on a dying disk or through a power cut."""

    ZERO_BYTE = "zero_byte"
    ZERO_FILLED = "zero_filled"
    TRUNCATED = "truncated"
    RANDOM = "random"
    MIDDLE_ZEROS = "middle_zeros"


@dataclass(frozen=True, slots=True)
class Tape:
    """What one camera has recorded. Times are UTC epoch seconds by a right clock."""

    channel: str
    now: float
    days: float = 16.0
    segment: float = 600.0  # seconds of one file
    holes: Sequence[tuple[float, float]] = ()  # nothing was recorded then; files are cut at the edges
    skew: float = 0.0  # the recorder's clock is ahead by so much: names and file times
    copied: bool = False  # file times are all of now, as after a careless copy
    open_newest: bool = True  # the newest file is still being written: no index yet
    clip: bytes = field(default=b"", repr=False)  # what stands in every file; b"" = a clip made here


def record(layout: str, tape: Tape, timezone: str = "UTC") -> list[Path]:
    """Write the files of a tape where a layout puts them; returns them by time."""
    content = tape.clip or make_clip()
    made: list[Path] = []
    start = (tape.now - tape.days * DAY) // tape.segment * tape.segment
    while start + tape.segment <= tape.now:
        for begin, end in _kept(start, start + tape.segment, tape.holes):
            made.append(_write(layout, tape, timezone, begin, end, content))
        start += tape.segment
    if tape.open_newest and tape.now - start >= 1.0:
        unfinished = content[: max(1, len(content) // 2)]
        made += [_write(layout, tape, timezone, *part, unfinished) for part in _kept(start, tape.now, tape.holes)]
    if not tape.copied:
        _date_folders(made)
    return made


def _date_folders(files: Sequence[Path]) -> None:
    """A folder changes when a file comes or goes: here when the newest file in it came, as one before it ended."""
    for folder in {path.parent: None for path in files}:
        ends = sorted(path.stat().st_mtime for path in folder.iterdir())[-2:]
        os.utime(folder, (ends[0], ends[0]))


def path_of(layout: str, channel: str, instant: float, timezone: str = "UTC") -> Path:
    """Where a file that begins at an instant lies."""
    wall = datetime.fromtimestamp(instant, ZoneInfo(timezone))
    pattern = layout.replace("%s", str(int(instant))).replace("{camera}", channel).replace("*", "x")
    return Path(wall.strftime(pattern))


def damage(path: Path, kind: Damage) -> None:
    """Spoil a file in place, keeping its times."""
    seen, content = path.stat(), path.read_bytes()
    path.write_bytes(_spoiled(content, kind))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


@functools.cache
def make_clip(
    container: Container = Container.FASTSTART, seconds: float = 2.0, size: tuple[int, int] = (96, 64)
) -> bytes:
    """An H.264 clip with a moving gradient and a key frame a second."""
    import av
    import numpy as np

    options = {
        Container.FASTSTART: {"movflags": "faststart"},
        Container.MOOV_LAST: {},
        Container.FRAGMENTED: {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
    }[container]
    width, height = size
    with tempfile.TemporaryDirectory() as folder, av.open(f"{folder}/clip.mp4", "w", options=options) as output:
        stream = output.add_stream(
            "libx264", rate=FRAMES_PER_SECOND, options={"g": str(FRAMES_PER_SECOND), "threads": "1"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(max(1, round(seconds * FRAMES_PER_SECOND))):
            across, down = np.meshgrid(np.arange(width), np.arange(height))
            red = (across * 2 + number * 9) % 256
            picture = np.stack((red, (down * 3) % 256, (across + down + number * 5) % 256), axis=-1).astype(np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
        output.close()
        return Path(folder, "clip.mp4").read_bytes()


def _kept(start: float, end: float, holes: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """What remains of one segment; pieces under a second are not written."""
    pieces = [(start, end)]
    for begin, stop in holes:
        pieces = [
            part
            for first, last in pieces
            for part in ((first, min(last, begin)), (max(first, stop), last))
            if part[1] - part[0] >= 1.0
        ]
    return pieces


def _write(layout: str, tape: Tape, timezone: str, begin: float, end: float, content: bytes) -> Path:
    path = path_of(layout, tape.channel, begin + tape.skew, timezone)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if not tape.copied:
        os.utime(path, (end + tape.skew, end + tape.skew))
    return path


def _spoiled(content: bytes, kind: Damage) -> bytes:
    return {
        Damage.ZERO_BYTE: b"",
        Damage.ZERO_FILLED: bytes(len(content)),
        Damage.TRUNCATED: content[: len(content) // 2],
        Damage.RANDOM: bytes((index * 197 + 31) % 251 for index in range(len(content))),
        Damage.MIDDLE_ZEROS: _without_pictures(content),
    }[kind]


def _without_pictures(content: bytes) -> bytes:
    """Zeros where the pictures lie, with every box intact."""
    at, made = 0, bytearray(content)
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if kind == b"mdat":
            made[at + 8 : at + size] = bytes(size - 8)
        at += max(size, 8)
    return bytes(made)
