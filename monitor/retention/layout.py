"""Where a recorder keeps its files: a path pattern with strftime fields, ``{camera}`` and ``*`` becomes a parser."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.retention.records import Paths, Reader

FIELDS = {
    "Y": rb"\d{4}",
    "y": rb"\d{2}",
    "m": rb"\d{2}",
    "d": rb"\d{2}",
    "j": rb"\d{3}",
    "H": rb"\d{2}",
    "M": rb"\d{2}",
    "S": rb"\d{2}",
    "f": rb"\d{1,6}",
    "s": rb"\d{9,10}",
}
"""strftime fields and what they look like; ``%s`` = epoch seconds, ``%f`` = fraction of a second."""
SHORTHANDS = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M"}
TOKEN = re.compile(r"%(.)|(\{camera\})|(\*)|([^%{*]+|.)", re.DOTALL)


class LayoutError(ValueError):
    """The pattern cannot tell when a file was recorded; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the names of listed files say, one value a file."""

    channels: NDArray[np.int64]  # index into the channels the parser was made for
    walls: NDArray[np.float64]  # epoch seconds, or seconds of the wall clock since 1970 read as if it were UTC
    mtimes: NDArray[np.float64]
    sizes: NDArray[np.float64]
    folders: NDArray[np.int64]  # index into ``folder_names``
    folder_names: list[bytes]
    paths: Paths
    listed: int  # records in the listing, matching or not

    def __len__(self) -> int:
        return len(self.walls)


@dataclass(frozen=True, slots=True)
class Layout:
    """A pattern for some channels of one recorder."""

    pattern: str
    channels: tuple[str, ...]
    folder: re.Pattern[bytes]
    record: re.Pattern[bytes]
    parts: tuple[re.Pattern[bytes], ...]  # one for each part of the path, the file name last

    @property
    def is_epoch(self) -> bool:
        return "s" in self.folder.groupindex.keys() | self.record.groupindex.keys()

    @property
    def depth(self) -> int:
        """How many folders lie between a root and its files."""
        return len(_parts(self.pattern)) - len(_fixed(self.pattern)) - 1

    @property
    def is_open(self) -> bool:
        """Whether it must be looked up where the files of a channel lie: see :mod:`monitor.retention.starts`."""
        return any("*" in part or "%" in part for part in _fixed(self.pattern))

    def roots(self) -> tuple[str, ...]:
        """The folders below which everything lies, one for each channel if the pattern allows it; perhaps patterns."""
        return tuple(dict.fromkeys(self.root_of(channel) for channel in self.channels or ("",)))

    def root_of(self, channel: str) -> str:
        """Of "" what all channels share."""
        root = "/" + "/".join(_fixed(self.pattern))
        return root.replace("{camera}", channel) if channel else root.partition("{camera}")[0].rstrip("/") or "/"

    def leading(self, channel: str) -> list[str | re.Pattern[str]]:
        """The parts of the root of a channel: a name, or what a name must match."""
        parts = _fixed(self.pattern)
        if not channel:
            parts = list(itertools.takewhile(lambda part: "{camera}" not in part, parts))
        made = [_leading(part, channel) for part in parts]
        return [one for some in made for one in some]

    def places(self, folders: Iterable[str]) -> tuple[str, ...]:
        """What a ``*`` before all fields stands for, by the folders that were found: each may be a disk of its own."""
        parts = _parts(self.pattern)
        before = next((at for at, part in enumerate(parts) if "%" in part or "{" in part), 0)
        depth = max((at + 1 for at, part in enumerate(parts[:before]) if "*" in part), default=0)
        found = ("/".join(folder.split("/")[: depth + 1]) for folder in folders if depth and self._fits(folder))
        return tuple(dict.fromkeys(found))

    def _fits(self, folder: str) -> bool:
        return self.may_hold(folder.encode("utf-8", "surrogateescape"))

    def may_hold(self, path: bytes) -> bool:
        """Whether a path, a folder perhaps, can lie on the way to a file of this layout."""
        names = path.strip(b"/").split(b"/")
        if len(names) > len(self.parts):
            return False
        return all(part.fullmatch(name) for part, name in zip(self.parts, names, strict=False))

    def parse(self, listing: bytes) -> Parsed:
        """Read a listing as :mod:`monitor.retention.records` has it; what does not match is only counted."""
        found = Reader(self.folder, self.record, [channel.encode() for channel in self.channels]).read(listing)
        walls = self._walls(found.numbers)
        known = ~np.isnan(walls)
        real = slice(None) if known.all() else known  # a slice copies nothing
        return Parsed(
            found.cameras[real],
            walls[real],
            found.numbers["mtime"][real].astype(np.float64),
            found.numbers["size"][real].astype(np.float64),
            found.folders[real],
            found.folder_names,
            found.paths.at(real),
            found.listed,
        )

    def _walls(self, numbers: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float64]:
        fraction = numbers["f"] / 1e6 if "f" in numbers else 0.0
        if self.is_epoch:
            return numbers["s"].astype(np.float64) + fraction
        days, real = _days(numbers)
        hour, minute, second = (numbers.get(name, np.int64(0)) for name in "HMS")
        real = real & (hour < 24) & (minute < 60) & (second < 61)
        walls = days * 86400.0 + hour * 3600.0 + minute * 60.0 + second + fraction
        return np.where(real, walls, np.nan)


def compile_layout(pattern: str, channels: Sequence[str]) -> Layout:
    """Make a parser. LayoutError if the pattern is not absolute, names no date, or cannot tell channels apart."""
    expanded = _expand(pattern)
    _check(expanded, channels)
    names = b"|".join(re.escape(channel.encode()) for channel in sorted(channels, key=len, reverse=True))
    folder, _, name = expanded.rpartition("/")
    above, seen = _regex(folder, names, [])
    body, _ = _regex(name, names, seen)
    depth = len(_parts(expanded)) - len(_fixed(expanded))
    times = rb"(?P<mtime>\d+)(?:\.(?P<free_mtime>\d+))? (?P<size>\d+) "
    record = re.compile(times + rb"(?:%d/)?(?P<name>%s)\0" % (depth, body))  # find may tell how deep a file lies
    return Layout(expanded, tuple(channels), re.compile(above), record, _part_patterns(expanded, channels))


def _expand(pattern: str) -> str:
    """In full. What stands twice in a file name is its start and its end; the end may be anything."""
    folder, slash, name = re.sub(r"%([FTR])", lambda found: SHORTHANDS[found[1]], pattern).rpartition("/")
    fields: set[str] = set()

    def once(found: re.Match[str]) -> str:
        again = found[1] in fields
        fields.update({found[1]} if found[1] not in (None, "%") else ())
        return "*" if again else found[0]

    return folder + slash + re.sub(r"\*+", "*", TOKEN.sub(once, name))


def _check(pattern: str, channels: Sequence[str]) -> None:
    used = set(re.findall(r"%([^%])", pattern.replace("%%", "")))
    if not pattern.startswith("/"):
        raise LayoutError(f"the layout {pattern!r} must be an absolute path, like /video/{{camera}}/%Y-%m-%d/%H.%M.mp4")
    if unknown := used - FIELDS.keys():
        raise LayoutError(
            f"the layout has %{min(unknown)}, which is not one of {' '.join('%' + name for name in FIELDS)}"
        )
    if other := re.search(r"\{(?!camera\})\w*\}", pattern):
        raise LayoutError(f"the layout has {other[0]}: only {{camera}} is put in; write * for what differs")
    if "s" not in used and not (used & {"Y", "y"} and ({"m", "d"} <= used or "j" in used)):
        raise LayoutError("the layout names no date: write %Y, %m and %d, or %s for epoch seconds")
    if len(channels) > 1 and "{camera}" not in pattern:
        raise LayoutError("the layout has no {camera}, but this recorder has several cameras")
    if "{camera}" in "/".join(_parts(pattern)[len(_fixed(pattern)) :]) and any("/" in name for name in channels):
        raise LayoutError("a channel with / needs {camera} before the first field of the layout")


def _parts(pattern: str) -> list[str]:
    return pattern.strip("/").split("/")


def _fixed(pattern: str) -> list[str]:
    """The leading folders that hold all files of a channel: up to the first field, or the first * after {camera}.

    Of what stands in / itself even a field counts: a machine is never searched as a whole.
    """
    folders = _parts(pattern)[:-1]
    fixed = folders[:1]
    for part in folders[1:]:
        if "%" in fixed[0] + part or ("*" in part and any("{camera}" in above for above in fixed)):
            break
        fixed.append(part)
    return fixed


def _leading(part: str, channel: str) -> list[str | re.Pattern[str]]:
    """A channel with / makes several parts."""
    if "*" in part or "%" in part:
        return [re.compile(_regex(part, re.escape(channel.encode()), ())[0].decode())]
    return list(part.replace("{camera}", channel).split("/"))


def _regex(pattern: str, names: bytes, before: Sequence[str]) -> tuple[bytes, list[str]]:
    """A regular expression with one group a field, and all groups in order, those ``before`` it first.

    A field's second time is a group of its own, ``Y_2``, to be compared by its reader.
    """
    seen = list(before)
    made = [_token(found, names, seen, len(before)) for found in TOKEN.finditer(pattern)]
    return b"".join(made), seen


def _token(found: re.Match[str], names: bytes, seen: list[str], before: int) -> bytes:
    field, camera, star, text = found.groups()
    if field == "%":
        return b"%"
    if text:
        return re.escape(text.encode())
    if camera and (here := [group for group in seen[before:] if group.startswith("camera")]):
        return b"(?P=%s)" % here[0].encode()
    name, shape = ("camera", names) if camera else ("free", rb"[^/\0]*") if star else (field, FIELDS[field])
    times = sum(group.partition("_")[0] == name for group in seen)
    seen.append(f"{name}_{times + 1}" if times else name)
    return b"(?P<" + seen[-1].encode() + b">" + shape + b")"


def _part_patterns(pattern: str, channels: Sequence[str]) -> tuple[re.Pattern[bytes], ...]:
    """One pattern for each part of the path; a channel with / makes several parts."""
    names = b"|".join(re.escape(channel.encode()) for channel in channels)
    longest = max(channels, key=lambda name: name.count("/"), default="")
    if "/" in longest:
        names, pattern = rb"[^/\0]*", pattern.replace("{camera}", "/".join("*" for _ in longest.split("/")))
    return tuple(re.compile(_regex(part, names, ())[0]) for part in _parts(pattern))


def _days(numbers: Mapping[str, NDArray[np.int64]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Days since 1970 of calendar fields, and which of them are real dates."""
    year = numbers["Y"] if "Y" in numbers else numbers["y"] + 2000
    first = (year - 1970).astype("M8[Y]")
    if "m" not in numbers:
        days = first.astype("M8[D]").astype(np.int64) + numbers["j"] - 1
        return days.astype(np.float64), (numbers["j"] >= 1) & (numbers["j"] <= 366)
    month, day = numbers["m"], numbers["d"]
    begins = first.astype("M8[M]") + (month - 1).astype("m8[M]")
    days = begins.astype("M8[D]").astype(np.int64) + day - 1
    length = ((begins + 1).astype("M8[D]") - begins.astype("M8[D]")).astype(np.int64)
    real = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    return days.astype(np.float64), real
