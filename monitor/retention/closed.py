"""What a reader keeps between looks: the folders that no longer change, as stretches. Compact, serialisable."""

import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from monitor.model import Memory
from monitor.retention import played
from monitor.retention.habits import Habit
from monitor.retention.played import Played

VERSION = 3
SAME_MOMENT = 1.0
"""Modification times may be whole seconds."""


class Piece(NamedTuple):
    """A stretch of recording of one channel in one folder; our time."""

    start: float
    end: float
    size: int


class Instant(NamedTuple):
    """A recorded instant to prove, by our time."""

    channel: str
    path: str
    at: float
    start: float  # of its file
    length: float
    size: int
    usual: float = 0.0  # bytes that a file of this length has beside it, 0 = not known
    peer: str = ""  # of a file that is far smaller, one of those beside it, with its bytes and seconds
    peer_size: int = 0
    peer_length: float = 0.0


@dataclass(slots=True)
class Folder:
    """A folder as it was read."""

    stamp: str  # its own modification time, as the recorder writes it
    shift: float = 0.0  # what was added to the recorder's times
    closed: bool = False  # nothing in it is still being written
    pieces: dict[str, list[Piece]] = field(default_factory=dict)  # by channel
    empty: dict[str, list[float]] = field(default_factory=dict)  # starts of files without a byte, by channel


@dataclass(slots=True)
class Cache:
    """All folders of the last look."""

    layout: str = ""  # the pattern and channels they were read with
    folders: dict[str, Folder] = field(default_factory=dict)
    newest: float | None = None  # end of the newest recording by the recorder's clock
    proved: dict[str, int] = field(default_factory=dict)  # samples taken, by "channel day"
    bad: list[Instant] = field(default_factory=list)  # files found bad, to be looked at again
    played: list[Played] = field(default_factory=list)
    disks: dict[str, Any] = field(default_factory=dict)  # that were there, by the way they were asked for
    habits: dict[str, Habit] = field(default_factory=dict)  # by channel
    since: float | None = None  # no folder that changed earlier is missing here; None = all are


def load(memory: Memory, layout: str) -> Cache:
    """The cache of the last look; an empty one if it cannot be read, or was made for another layout."""
    try:
        kept = json.loads(zlib.decompress(memory)) if memory else {}
    except (zlib.error, ValueError):
        return Cache(layout)
    if kept.get("version") != VERSION or kept.get("layout") != layout:
        return Cache(layout)
    folders = {path: _folder(*parts) for path, parts in kept["folders"].items()}
    bad = [Instant(*one) for one in kept["bad"]]
    proved, known = played.load(kept["played"]), kept.get("disks", {})
    habits = {channel: Habit(*one) for channel, one in kept["habits"].items()}
    return Cache(layout, folders, kept["newest"], kept["proved"], bad, proved, known, habits, kept["since"])


def _folder(stamp: str, shift: float, pieces: dict[str, list[list[float]]], empty: dict[str, list[float]]) -> Folder:
    made = {channel: [Piece(start, end, int(size)) for start, end, size in each] for channel, each in pieces.items()}
    return Folder(stamp, shift, True, made, empty)


def save(cache: Cache) -> Memory:
    """Only closed folders are kept; the others are read again anyway."""
    kept = {
        "version": VERSION,
        "layout": cache.layout,
        "newest": cache.newest,
        "proved": cache.proved,
        "bad": cache.bad,
        "played": cache.played,
        "disks": cache.disks,
        "habits": cache.habits,
        "since": _since(cache.folders.values()),
        "folders": {
            path: [folder.stamp, folder.shift, folder.pieces, folder.empty]
            for path, folder in cache.folders.items()
            if folder.closed
        },
    }
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode(), 1)


def _since(folders: Collection[Folder]) -> float | None:
    """What changed later is to be read again: the open folders, and whatever changes from now on."""
    spared = [float(folder.stamp) for folder in folders if folder.closed]
    written = [float(folder.stamp) for folder in folders if not folder.closed]
    return min(written or [max(spared)]) - SAME_MOMENT if spared else None
