"""Reading a long listing column by column: one regular expression for the first record of a shape, numpy for the rest.

A listing is NUL-ended records ``mtime size path``. Records of one length whose fixed characters agree have one shape.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SHAPES = 64
"""After so many shapes of one length the remaining records are matched one by one."""
BLOCK = 1024
"""Records turned at a time."""
FREE = "free"
"""Groups named so may hold anything but a slash; all others but ``camera`` and ``path`` hold digits."""

Bytes = NDArray[np.uint8]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """The records that match, one value each, in the order of shapes."""

    numbers: dict[str, Whole]  # by group name; "mtime" and "size" among them
    cameras: Whole  # index into ``names``
    folders: Whole  # index into ``folder_names``
    folder_names: list[bytes]
    offsets: Whole  # of each path in the listing
    lengths: Whole
    listed: int


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths that stay in their listing until one is wanted."""

    listing: bytes = field(repr=False)
    offsets: Whole
    lengths: Whole

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, index: int) -> bytes:
        return self.listing[self.offsets[index] : self.offsets[index] + self.lengths[index]]

    def at(self, indices: Whole) -> "Paths":
        return Paths(self.listing, self.offsets[indices], self.lengths[indices])


class Reader:
    """Collects what one pattern makes of a listing. ``names``: the cameras, as bytes."""

    def __init__(self, pattern: re.Pattern[bytes], names: Sequence[bytes]) -> None:
        self._pattern = pattern
        self._codes = {b"": 0} | {name: index for index, name in enumerate(names)}
        self._fixed = ["camera"] if b"(?P=camera)" in pattern.pattern else []
        self._digits = [g for g in pattern.groupindex if g not in ("camera", "path") and not g.startswith(FREE)]
        self._same = [(g, g.partition("_")[0]) for g in pattern.groupindex if "_" in g and not g.startswith(FREE)]
        self._folders: dict[bytes, int] = {}
        self._parts: list[tuple[dict[str, Whole], Whole, Whole, Whole, Whole]] = []

    def read(self, listing: bytes) -> Columns:
        data = np.frombuffer(listing, np.uint8)
        ends = np.flatnonzero(data == 0)
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        lengths = ends - starts
        for length in np.unique(lengths).tolist():
            mine = starts[lengths == length]
            self._read_length(_table(data, mine, length + 1), mine)
        return self._columns(len(ends))

    def _read_length(self, table: Bytes, starts: Whole) -> None:
        """``table``: one column a record, one row a character, so that numpy works along memory."""
        for _ in range(SHAPES):
            if not len(starts):
                return
            first = self._pattern.fullmatch(table[:, 0].tobytes())
            fits = np.arange(len(starts)) == 0
            if first is not None:
                fits = _fitting(table, first, self._digits, self._fixed)
                self._keep(table if fits.all() else table[:, fits], starts[fits], first)
            table, starts = table[:, ~fits], starts[~fits]
        for index, start in enumerate(starts.tolist()):
            found = self._pattern.fullmatch(table[:, index].tobytes())
            if found:
                self._keep(table[:, index : index + 1], np.array([start]), found)

    def _keep(self, table: Bytes, starts: Whole, first: re.Match[bytes]) -> None:
        numbers = {name: _number(table[first.start(name) : first.end(name)]) for name in self._digits}
        if "f" in numbers:  # a fraction counts from the left
            numbers["f"] = numbers["f"] * 10 ** (6 - len(first["f"]))
        begin, end = first.span("path")
        last = first.string.rindex(b"/")
        cameras = _coded(table, first.span("camera"), lambda name: self._codes.get(name, -1))
        folders = _coded(table, (begin, last), lambda name: self._folders.setdefault(name, len(self._folders)))
        good = cameras >= 0
        for again, name in self._same:
            good &= numbers[again] == numbers[name]
        kept = {name: column[good] for name, column in numbers.items()}
        count = int(good.sum())
        lengths = np.full(count, end - begin)
        self._parts.append((kept, cameras[good], folders[good], starts[good] + begin, lengths))

    def _columns(self, listed: int) -> Columns:
        empty: list[Whole] = [np.empty(0, np.int64)]
        numbers = {name: np.concatenate([part[0][name] for part in self._parts] or empty) for name in self._digits}
        cameras, folders, offsets, lengths = (
            np.concatenate([part[place] for part in self._parts] or empty) for place in range(1, 5)
        )
        return Columns(numbers, cameras, folders, list(self._folders), offsets, lengths, listed)


def _table(data: Bytes, starts: Whole, width: int) -> Bytes:
    """One column a record, one row a character; turned block by block, each of which fits the processor's cache."""
    windows = sliding_window_view(data, width)
    table = np.empty((width, len(starts)), np.uint8)
    for at in range(0, len(starts), BLOCK):
        table[:, at : at + BLOCK] = windows[starts[at : at + BLOCK]].T
    return table


def _fitting(
    table: Bytes, first: re.Match[bytes], digits: Sequence[str], fixed_groups: Sequence[str]
) -> NDArray[np.bool_]:
    """Records with the shape of the first: its fixed characters, digits for its digits, no slash in its free parts."""
    fixed = np.ones(len(table), bool)
    fits = np.ones(table.shape[1], bool)
    for name in first.re.groupindex:
        begin, end = first.span(name)
        if name == "path" or name in fixed_groups or begin < 0:
            continue
        fixed[begin:end] = False
        for row in table[begin:end]:
            fits &= (row - 48 < 10) if name in digits else (row != 47)  # unsigned: what is below "0" wraps upwards
    for index in np.flatnonzero(fixed).tolist():
        fits &= table[index] == table[index, 0]
    return fits


def _number(digits: Bytes) -> Whole:
    """The whole number of each column of ASCII digits."""
    value = np.zeros(digits.shape[1], np.int64)
    for row in digits:
        value *= 10
        value += row - 48
    return value


def _coded(table: Bytes, span: tuple[int, int], code: Callable[[bytes], int]) -> Whole:
    """A code for the text each record has in a span; equal neighbours are looked up once."""
    part = table[span[0] : span[1]]
    new = np.zeros(table.shape[1], bool)
    new[0] = True
    for row in part:
        new[1:] |= row[1:] != row[:-1]
    runs = np.flatnonzero(new)
    codes = np.array([code(part[:, index].tobytes()) for index in runs.tolist()], np.int64)
    made: Whole = codes[np.cumsum(new) - 1]
    return made
