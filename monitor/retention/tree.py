"""Reading a tree of recorded files, wherever it lies: which folders to list again, and what their files amount to."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from monitor.model import Channel, ChannelRecordings, Disk, Sample, Segment, Target
from monitor.retention import clock, instants, intervals, pieces
from monitor.retention.closed import Cache, Folder, Piece
from monitor.retention.greeting import Wish
from monitor.retention.habits import Habits, ahead_of, learned, typical_of
from monitor.retention.layout import Layout, Parsed
from monitor.retention.pieces import Files

SETTLED = 900.0
"""A folder whose newest file is older than this is closed: nothing writes to it any more."""
HIDDEN = ("lost+found", "System Volume Information")


@dataclass(frozen=True, slots=True)
class Folders:
    """What stands below the roots."""

    stamps: Mapping[str, str]  # folder that may hold recordings -> its modification time as text
    missing: frozenset[str] = frozenset()  # roots that do not exist
    problems: Mapping[str, str] = field(default_factory=dict)  # path that could not be read -> why


@dataclass(frozen=True, slots=True)
class Listing:
    """Files, as :mod:`monitor.retention.records` reads them."""

    records: bytes
    problems: Mapping[str, str] = field(default_factory=dict)


class Tree(Protocol):
    """Access to a tree. Every method blocks, ends by its deadline with TimeoutError, and only reads."""

    @property
    def login_worked(self) -> bool | None:
        """Whether our credentials were accepted; None when none were sent."""

    @property
    def facts(self) -> Mapping[str, object]:
        """What else was seen on the way: which commands the recorder has."""

    def clock_offset(self) -> float | None:
        """Seconds by which the recorder's clock is ahead of ours, None if it cannot be asked."""

    def folders(self, roots: Sequence[str], depth: int) -> Folders:
        """The folders exactly ``depth`` below the roots."""

    def files(self, folders: Sequence[str], depth: int) -> Listing:
        """The files exactly ``depth`` + 1 below the given folders."""

    def names(self, folder: str) -> Sequence[str]:
        """What lies directly in a folder."""

    def disks(self, roots: Sequence[str]) -> tuple[Disk, ...] | None:
        """The disks below the roots, None if that cannot be asked."""

    def read(self, path: str, offset: int, length: int) -> bytes:
        """A range of a file."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read and how to understand it."""

    target: Target
    layout: Layout
    timezone: str
    end: str | float
    cap_days: float | None

    @property
    def name(self) -> str:
        """Tells caches apart."""
        return "\n".join((self.layout.pattern, self.timezone, str(self.end), *self.layout.channels))


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one look at a tree gave."""

    channels: tuple[ChannelRecordings, ...]
    calibration: clock.Calibration
    samples: tuple[Sample, ...]  # files without a byte
    files: Mapping[str, Files]  # by channel: those listed this time, for the proof
    cache: Cache
    listed: int
    cached: int
    at: float  # our clock when all was listed


def wish_of(plan: Plan, cache: Cache) -> Wish:
    """What this look will ask for: what changed since the last one, and one folder at random.

    A file damaged in place leaves no trace in its folder: that is why one is looked at again each time.
    """
    again = random.choice(list(cache.folders)) if cache.folders else ""  # noqa: S311 - which folder is no secret
    return Wish(plan.layout.roots(), plan.layout.depth, cache.since, again)


def read(tree: Tree, plan: Plan, cache: Cache, again: str) -> Reading:
    """Look at the tree: what is still written to, what changed, ``again``; the closed rest comes from the cache."""
    offset = tree.clock_offset()
    found = tree.folders(plan.layout.roots(), plan.layout.depth)
    wanted = _to_list(found.stamps, cache, again)
    listing = _list(tree, plan.layout, found, wanted)
    at = time.time()
    device_now = at + (offset or 0.0)
    parsed = plan.layout.parse(listing.records)
    starts, ahead = _starts(parsed, plan, cache)
    files = _by_channel(parsed, starts, plan, wanted, device_now, cache)
    habits = learned(cache.habits, files, ahead)
    calibration = _calibrate(files, plan, cache, at, offset, ahead)
    fresh = _fold(files, plan, wanted, found.stamps, cache, calibration, device_now)
    kept = {path: folder for path, folder in cache.folders.items() if path in found.stamps and path not in fresh}
    folders = kept | fresh
    problems = _that_matter({**found.problems, **listing.problems}, plan.layout)
    strangers = parsed.listed - len(parsed)
    channels = tuple(
        _channel(tree, plan, channel, folders, found, problems, calibration, strangers, habits)
        for channel in plan.target.channels
    )
    listed = [one.end for one in _newest(files, plan, device_now)]
    if cache.newest is not None and cache.newest <= device_now:
        listed.append(cache.newest)
    newest = max(listed, default=None)
    made = replace(cache, folders=folders, newest=newest, habits=habits)
    return Reading(channels, calibration, _empty(folders), files, made, parsed.listed, len(kept), at)


def _to_list(stamps: Mapping[str, str], cache: Cache, again: str) -> list[str]:
    known = cache.folders
    return [path for path, stamp in stamps.items() if path == again or path not in known or known[path].stamp != stamp]


def _list(tree: Tree, layout: Layout, found: Folders, wanted: Sequence[str]) -> Listing:
    if not wanted:
        return Listing(b"")
    if len(wanted) == len(found.stamps):  # everything: one walk from the roots
        return tree.files([root for root in layout.roots() if root not in found.missing], layout.depth)
    return tree.files(wanted, 0)


def _starts(parsed: Parsed, plan: Plan, cache: Cache) -> tuple[instants.Instants, float]:
    """When each file begins, by the recorder's clock; and by how much the names of all cameras were ahead of that."""
    starts = parsed.walls if plan.layout.is_epoch else instants.to_utc(parsed.walls, parsed.mtimes, plan.timezone)
    ahead = ahead_of(parsed, starts, plan.layout.channels, cache.habits)
    return starts - ahead, ahead


def _by_channel(
    parsed: Parsed, starts: instants.Instants, plan: Plan, wanted: Sequence[str], device_now: float, cache: Cache
) -> dict[str, Files]:
    numbers = {path.encode("utf-8", "surrogateescape"): index for index, path in enumerate(wanted)}
    codes = np.array([numbers.get(name, -1) for name in parsed.folder_names], dtype=np.int64)
    folders = codes[parsed.folders] if len(parsed) else parsed.folders
    made = {}
    for index, channel in enumerate(plan.layout.channels):
        mine = np.flatnonzero((parsed.channels == index) & (folders >= 0))
        columns = starts[mine], parsed.mtimes[mine], parsed.sizes[mine], folders[mine], parsed.paths.at(mine)
        typical = typical_of(cache.habits.get(channel), len(mine))
        made[channel] = pieces.make_files(*columns, plan.end, device_now, typical)
    return made


def _newest(files: Mapping[str, Files], plan: Plan, device_now: float) -> list[clock.Newest]:
    """Of the cameras that always record: silence of the others says nothing about a clock."""
    always = [channel.channel for channel in plan.target.channels if not channel.event_only and not channel.schedule]
    made = [
        clock.newest_of(
            intervals.merge(files[name].starts, files[name].closed_ends(device_now), files[name].typical),
            files[name].typical,
            device_now,
            float(files[name].mtimes.max(initial=-np.inf)),
        )
        for name in always
    ]
    return [one for one in made if one is not None]


def _calibrate(
    files: Mapping[str, Files], plan: Plan, cache: Cache, at: float, offset: float | None, ahead: float
) -> clock.Calibration:
    newest = _newest(files, plan, at + (offset or 0.0))
    known = cache.newest
    if known is not None and known <= at + (offset or 0.0) and all(one.end < known for one in newest):
        lengths = [habit.typical for habit in cache.habits.values()]  # what was listed now is older
        newest = [clock.Newest(known, max(lengths, default=60.0))]
    grown = max(one.end for one in newest) - known if newest and known is not None else None
    made = clock.calibrate(newest, at, offset, plan.target.timezone, grown)
    if not ahead:
        return made
    words = f"file names are {abs(ahead) / 3600:g} h {'ahead of' if ahead > 0 else 'behind'} the file times"
    return replace(made, note=f"{words}: check layout_timezone ({plan.timezone})")


def _fold(
    files: Mapping[str, Files],
    plan: Plan,
    wanted: Sequence[str],
    stamps: Mapping[str, str],
    cache: Cache,
    calibration: clock.Calibration,
    device_now: float,
) -> dict[str, Folder]:
    """The folders just listed, as stretches in our time."""
    made = {path: _blank(path, stamps[path], cache, calibration) for path in wanted}
    for channel in plan.target.channels:
        name, mine = channel.channel, files[channel.channel]
        for number in np.unique(mine.folders[mine.mtimes > device_now - SETTLED]).tolist():
            made[wanted[number]].closed = False
        stretched = pieces.stretch(mine, channel.limits.recording.join, device_now)
        for number, start, end, size in zip(
            stretched.folders.tolist(),
            stretched.starts.tolist(),
            stretched.ends.tolist(),
            stretched.sizes.tolist(),
            strict=True,
        ):
            folder = made[wanted[number]]
            piece = Piece(start + folder.shift, end + folder.shift, int(size))
            folder.pieces.setdefault(name, []).append(piece)
        for index in np.flatnonzero(mine.empty).tolist():
            folder = made[wanted[int(mine.folders[index])]]
            folder.empty.setdefault(name, []).append(float(mine.starts[index]) + folder.shift)
    return made


def _blank(path: str, stamp: str, cache: Cache, calibration: clock.Calibration) -> Folder:
    """A folder closed before a clock jumped keeps the correction it was first read with."""
    known = cache.folders.get(path)
    return Folder(stamp, calibration.shift if known is None else known.shift, closed=True)


def _that_matter(problems: Mapping[str, str], layout: Layout) -> dict[str, str]:
    return {path: why for path, why in problems.items() if layout.may_hold(path.encode("utf-8", "surrogateescape"))}


def _channel(
    tree: Tree,
    plan: Plan,
    channel: Channel,
    folders: Mapping[str, Folder],
    found: Folders,
    problems: Mapping[str, str],
    calibration: clock.Calibration,
    strangers: int,
    habits: Habits,
) -> ChannelRecordings:
    name, root = channel.channel, plan.layout.root_of(channel.channel)
    made = [piece for folder in folders.values() for piece in folder.pieces.get(name, ())]
    unread = _why_unread(root, found, problems, calibration)
    if not unread and not made and not any(name in folder.empty for folder in folders.values()):
        unread = _why_nothing(tree, root, folders, strangers)
    if unread:
        return ChannelRecordings(name, None, unread, plan.cap_days)
    segments = tuple(Segment(piece.start, piece.end, piece.size) for piece in sorted(made))
    usual = habits[name].typical if name in habits and habits[name].whole else None
    return ChannelRecordings(name, segments, cap_days=plan.cap_days, segment_seconds=usual)


def _why_unread(root: str, found: Folders, problems: Mapping[str, str], calibration: clock.Calibration) -> str:
    if root in found.missing:
        return f"the folder {root} does not exist: check channel and layout"
    for path, why in problems.items():
        if _is_within(path, root) or _is_within(root, path):
            return f"{path}: {why}"
    return calibration.contradiction


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _why_nothing(tree: Tree, root: str, folders: Mapping[str, Folder], strangers: int) -> str:
    """Nothing found is a stopped recording only if the layout is proved right or there is nothing else there."""
    if any(folder.pieces for folder in folders.values()) and not strangers:
        return ""
    names = [name for name in tree.names(root) if name not in HIDDEN and not name.startswith(".")]
    return f"nothing below {root} matches the layout, but {names[0]!r} is there" if names else ""


def _empty(folders: Mapping[str, Folder]) -> tuple[Sample, ...]:
    return tuple(
        Sample(name, start, False, "is an empty file")
        for folder in folders.values()
        for name, starts in folder.empty.items()
        for start in starts
    )
