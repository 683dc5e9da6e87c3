"""The present state in memory: what metrics, pages and ``cctv status`` show. Written by the ledger alone."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model import Fault, Key, Look, Standing, Target, Verdict


@dataclass(slots=True)
class DeviceState:
    target: Target
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)  # (probe, aspect)
    looks: dict[str, Look] = field(default_factory=dict)  # probe
    thumbnail: bytes | None = None  # JPEG of the newest picture
    thumbnail_at: datetime | None = None
    close_at: datetime | None = None  # of the last close look's explained picture, kept on disk

    @property
    def verdict(self) -> Verdict:
        return worst(standing.verdict for standing in self.standings.values())


@dataclass(slots=True)
class Board:
    devices: dict[Key, DeviceState] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)  # open ones, by fault id
    blind_since: datetime | None = None  # the monitor itself cannot see
    started: datetime | None = None


@functools.lru_cache(maxsize=32_768)
def as_counted(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Sorts names as people count: camera 2 before camera 10."""
    runs = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((run.isdecimal(), len(run) * run.isdecimal(), run) for run in runs)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Fault before unknown before ok; nothing judged at all is unknown."""
    seen = set(verdicts)
    for verdict in (Verdict.FAULT, Verdict.UNKNOWN, Verdict.OK):
        if verdict in seen:
            return verdict
    return Verdict.UNKNOWN
