"""From the files of one channel to stretches per folder. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.retention import instants
from monitor.retention.records import Paths

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one channel, sorted by start; times by the recorder's clock, names corrected."""

    starts: Numbers
    ends: Numbers  # NaN = still open
    mtimes: Numbers
    sizes: Numbers
    folders: NDArray[np.int64]
    paths: Paths
    typical: float

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def empty(self) -> NDArray[np.bool_]:
        """Files without a byte. The newest may be just begun."""
        found: NDArray[np.bool_] = self.sizes == 0
        if len(found):
            found[-1] = False
        return found

    @property
    def valid(self) -> NDArray[np.bool_]:
        return np.greater(self.sizes, 0)

    @property
    def is_whole(self) -> bool:
        """Whether the newest file is as long as they usually are, and did not break off."""
        return bool(len(self) and self.ends[-1] - self.starts[-1] >= 0.9 * self.typical)

    def closed_ends(self, now: float) -> Numbers:
        return np.where(np.isnan(self.ends), np.maximum(self.starts, now), self.ends)


def make_files(
    starts: Numbers,
    mtimes: Numbers,
    sizes: Numbers,
    folders: NDArray[np.int64],
    paths: Paths,
    rule: str | float,
    now: float,
    typical: float | None = None,
) -> Files:
    """Sort by start and find the ends. ``now`` is by the recorder's clock; ``typical``: their length, if known."""
    order = np.argsort(starts, kind="stable")
    starts, mtimes = starts[order], mtimes[order]
    typical = typical or instants.typical_length(starts, mtimes)
    ends = instants.ends(starts, mtimes, rule, now, typical)
    return Files(starts, ends, mtimes, sizes[order], folders[order], paths.at(order), typical or 60.0)


@dataclass(frozen=True, slots=True)
class Stretched:
    """Stretches that never cross a folder, one value each."""

    folders: NDArray[np.int64]
    starts: Numbers
    ends: Numbers
    sizes: Numbers


def stretch(files: Files, join: float, now: float) -> Stretched:
    """Unite neighbouring valid files of one folder that are at most ``join`` seconds apart."""
    valid = files.valid
    starts, ends = files.starts[valid], files.closed_ends(now)[valid]
    sizes, folders = files.sizes[valid], files.folders[valid]
    if not len(starts):
        return Stretched(folders, starts, ends, sizes)
    reach = np.maximum.accumulate(ends)
    new = (starts[1:] > reach[:-1] + join) | (folders[1:] != folders[:-1])
    firsts = np.concatenate(([0], np.flatnonzero(new) + 1))
    lasts = np.append(firsts[1:] - 1, len(starts) - 1)
    return Stretched(folders[firsts], starts[firsts], reach[lasts], np.add.reduceat(sizes, firsts))
