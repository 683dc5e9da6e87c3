"""Reading a long listing column by column: one regular expression for the first record of a shape, numpy for the rest.

A listing is NUL-ended: the path of a folder, then ``mtime size name`` for each of its files, and so on. Records of one
length whose fixed characters agree have one shape.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SHAPES = 64
"""After so many shapes of one length the remaining records are matched one by one."""
BLOCK = 1024
"""Records turned at a time."""
FREE = "free"
"""Groups named so may hold anything but a slash; all others but ``camera`` and ``name`` hold digits."""
CAMERAS = frozenset({"camera", "camera_2"})
SLASH = ord("/")

Bytes = NDArray[np.uint8]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """The records that fit, one value each, in the order of shapes."""

    numbers: dict[str, Whole]  # by group name; "mtime" and "size" among them
    cameras: Whole  # index into ``names``
    folders: Whole  # index into ``folder_names``
    folder_names: list[bytes]
    paths: "Paths"
    listed: int


@dataclass(frozen=True, slots=True)
class Paths:
    """Names that stay in their listing until one is wanted."""

    listing: bytes = field(repr=False)
    folder_names: Sequence[bytes] = field(repr=False)
    folders: Whole
    offsets: Whole
    lengths: Whole

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, index: int) -> bytes:
        folder: bytes = self.folder_names[int(self.folders[index])]
        begin = int(self.offsets[index])
        return folder.rstrip(b"/") + b"/" + self.listing[begin : begin + int(self.lengths[index])]

    def at(self, indices: Whole | NDArray[np.bool_] | slice) -> "Paths":
        return Paths(
            self.listing, self.folder_names, self.folders[indices], self.offsets[indices], self.lengths[indices]
        )


def by_folder(records: bytes) -> bytes:
    """A listing of NUL-ended ``mtime size path`` records; what is no record, like half a name, stands as it came."""
    made: list[bytes] = []
    begun = b""
    for record in records.split(b"\0")[:-1]:
        times, slash, path = record.partition(b" /")
        folder, _, name = (slash[1:] + path).rpartition(b"/")
        if slash and (folder or b"/") != begun:
            begun = folder or b"/"
            made.append(begun)
        made.append(times + b" " + name if slash else b"? " + record)
    return b"".join(record + b"\0" for record in made)


class Reader:
    """Collects what two patterns make of a listing: one of the folder, one of the record of a file.

    ``names``: the cameras, as bytes. A group ``Y_2`` must be equal to ``Y``, wherever the two stand.
    """

    def __init__(self, folder: re.Pattern[bytes], record: re.Pattern[bytes], names: Sequence[bytes]) -> None:
        self._folder, self._record = folder, record
        self._codes = {name: index for index, name in enumerate(names)}
        self._fixed = CAMERAS if b"(?P=camera" in record.pattern else frozenset()
        self._digits = _digits(record)
        self._parts: list[tuple[dict[str, Whole], Whole, Whole, Whole]] = []

    def read(self, listing: bytes) -> Columns:
        data = np.frombuffer(listing, np.uint8)
        ends = np.flatnonzero(data == 0)
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        heads = data[starts] == SLASH
        folder_names = [listing[start:end] for start, end in zip(starts[heads], ends[heads], strict=True)]
        folders = (np.cumsum(heads) - 1)[~heads]
        starts, lengths = starts[~heads], (ends - starts)[~heads]
        for length in np.unique(lengths).tolist():
            mine = lengths == length
            self._read_length(_table(data, starts[mine], length + 1), starts[mine], folders[mine])
        return self._columns(listing, folder_names, len(starts))

    def _read_length(self, table: Bytes, starts: Whole, folders: Whole) -> None:
        """``table``: one column a record, one row a character, so that numpy works along memory."""
        for _ in range(SHAPES):
            if not len(starts):
                return
            first = self._record.fullmatch(table[:, 0].tobytes())
            fits = np.arange(len(starts)) == 0
            if first is not None:
                fits = _fitting(table, first, self._digits, self._fixed)
                self._keep(table if fits.all() else table[:, fits], starts[fits], folders[fits], first)
            table, starts, folders = table[:, ~fits], starts[~fits], folders[~fits]
        for index, start in enumerate(starts.tolist()):
            found = self._record.fullmatch(table[:, index].tobytes())
            if found:
                self._keep(table[:, index : index + 1], np.array([start]), folders[index : index + 1], found)

    def _keep(self, table: Bytes, starts: Whole, folders: Whole, first: re.Match[bytes]) -> None:
        numbers = {name: _number(table[first.start(name) : first.end(name)]) for name in self._digits}
        if "f" in numbers:  # a fraction counts from the left
            numbers["f"] = numbers["f"] * 10 ** (6 - len(first["f"]))
        for name in CAMERAS & first.re.groupindex.keys():
            numbers[name] = _coded(table, first.span(name), lambda camera: self._codes.get(camera, -1))
        begin, end = first.span("name")
        self._parts.append((numbers, folders, starts + begin, np.full(len(starts), end - begin)))

    def _columns(self, listing: bytes, folder_names: list[bytes], listed: int) -> Columns:
        own, known = self._of_folders(folder_names)
        empty: list[Whole] = [np.empty(0, np.int64)]
        folders, offsets, lengths = (
            np.concatenate([part[place] for part in self._parts] or empty) for place in range(1, 4)
        )
        inside = [*self._digits, *(CAMERAS & self._record.groupindex.keys())]
        numbers = {name: np.concatenate([part[0][name] for part in self._parts] or empty) for name in inside}
        good = folders >= 0
        good[good] = known[folders[good]]
        paths = Paths(listing, folder_names, folders, offsets, lengths)
        if not good.all():
            numbers, paths = {name: column[good] for name, column in numbers.items()}, paths.at(good)
        numbers |= {name: column[paths.folders] for name, column in own.items()}
        return _agreeing(numbers, paths, folder_names, listed)

    def _of_folders(self, folder_names: Sequence[bytes]) -> tuple[dict[str, Whole], NDArray[np.bool_]]:
        """What the names of the folders say, one value each, and which of them fit."""
        matches = [self._folder.fullmatch(name.rstrip(b"/")) for name in folder_names]
        numbers = {name: _values(matches, name) for name in _digits(self._folder)}
        for name in CAMERAS & self._folder.groupindex.keys():
            codes = [self._codes.get(match[name], -1) if match else -1 for match in matches]
            numbers[name] = np.array(codes, np.int64)
        return numbers, np.array([match is not None for match in matches], bool)


def _values(matches: Sequence[re.Match[bytes] | None], name: str) -> Whole:
    texts = [match[name] if match else b"0" for match in matches]
    return np.array([int(text.ljust(6, b"0") if name == "f" else text) for text in texts], np.int64)


def _agreeing(numbers: dict[str, Whole], paths: Paths, folder_names: list[bytes], listed: int) -> Columns:
    """Those whose fields say the same wherever they stand twice. One camera alone may have no name at all."""
    good = numbers.setdefault("camera", np.zeros(len(paths), np.int64)) >= 0
    for name in [name for name in numbers if "_" in name]:
        good &= numbers[name] == numbers[name.partition("_")[0]]
    if not good.all():
        numbers, paths = {name: column[good] for name, column in numbers.items()}, paths.at(good)
    return Columns(numbers, numbers["camera"], paths.folders, folder_names, paths, listed)


def _digits(pattern: re.Pattern[bytes]) -> list[str]:
    return [name for name in pattern.groupindex if name not in CAMERAS | {"name"} and not name.startswith(FREE)]


def _table(data: Bytes, starts: Whole, width: int) -> Bytes:
    """One column a record, one row a character; turned block by block, each of which fits the processor's cache."""
    windows = sliding_window_view(data, width)
    table = np.empty((width, len(starts)), np.uint8)
    for at in range(0, len(starts), BLOCK):
        table[:, at : at + BLOCK] = windows[starts[at : at + BLOCK]].T
    return table


def _fitting(
    table: Bytes, first: re.Match[bytes], digits: Sequence[str], fixed_groups: Collection[str]
) -> NDArray[np.bool_]:
    """Records with the shape of the first: its fixed characters, digits for its digits, no slash in its free parts."""
    fixed = np.ones(len(table), bool)
    fits = np.ones(table.shape[1], bool)
    for name in first.re.groupindex:
        begin, end = first.span(name)
        if name == "name" or name in fixed_groups or begin < 0:
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
