"""Reading a tree of recorded files, wherever it lies: which folders to list again, and what their files amount to."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from monitor.model import Channel, ChannelRecordings, Disk, Sample, Segment, Target
from monitor.retention import clock, instants, intervals, pieces, unread
from monitor.retention.closed import Cache, Folder, Piece
from monitor.retention.greeting import Wish
from monitor.retention.habits import Habits, ahead_of, learned, typical_of
from monitor.retention.layout import Layout, Parsed
from monitor.retention.pieces import Files
from monitor.retention.starts import Starts, find_starts

SETTLED = 900.0
"""A folder whose newest file is older than this is closed: nothing writes to it any more."""


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
        """What lies directly in a folder. OSError if it cannot be read."""

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
    roots: tuple[str, ...]  # where the walk began
    at: float  # our clock when all was listed


def wish_of(plan: Plan, cache: Cache) -> Wish:
    """What this look will ask for: what changed since the last one, and one folder at random.

    A file damaged in place leaves no trace in its folder: that is why one is looked at again each time.
    """
    again = random.choice(list(cache.folders)) if cache.folders else ""  # noqa: S311 - which folder is no secret
    layout = plan.layout
    look_up = (lambda names: find_starts(layout, names).all) if layout.is_open else None
    return Wish(layout.roots(), layout.depth, cache.since, again, look_up)


def read(tree: Tree, plan: Plan, cache: Cache, again: str) -> Reading:
    """Look at the tree: what is still written to, what changed, ``again``; the closed rest comes from the cache."""
    starts_of = find_starts(plan.layout, tree.names)
    found = tree.folders(starts_of.all, plan.layout.depth)
    offset = tree.clock_offset()
    wanted = _to_list(found.stamps, cache, again)
    listing = _list(tree, plan.layout, starts_of, found, wanted)
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
    problems = {**starts_of.problems, **unread.that_matter({**found.problems, **listing.problems}, plan.layout)}
    strangers = parsed.listed - len(parsed)
    channels = tuple(
        _channel(tree, plan, channel, starts_of, folders, found, problems, calibration, strangers, habits)
        for channel in plan.target.channels
    )
    listed = [one.end for one in _newest(files, plan, device_now)]
    if cache.newest is not None and cache.newest <= device_now:
        listed.append(cache.newest)
    newest = max(listed, default=None)
    made = replace(cache, folders=folders, newest=newest, habits=habits)
    return Reading(channels, calibration, _empty(folders), files, made, parsed.listed, len(kept), starts_of.all, at)


def _to_list(stamps: Mapping[str, str], cache: Cache, again: str) -> list[str]:
    known = cache.folders
    return [path for path, stamp in stamps.items() if path == again or path not in known or known[path].stamp != stamp]


def _list(tree: Tree, layout: Layout, starts_of: Starts, found: Folders, wanted: Sequence[str]) -> Listing:
    if not wanted:
        return Listing(b"")
    if len(wanted) == len(found.stamps):  # everything: one walk from the roots
        return tree.files([root for root in starts_of.all if root not in found.missing], layout.depth)
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


def _channel(
    tree: Tree,
    plan: Plan,
    channel: Channel,
    starts_of: Starts,
    folders: Mapping[str, Folder],
    found: Folders,
    problems: Mapping[str, str],
    calibration: clock.Calibration,
    strangers: int,
    habits: Habits,
) -> ChannelRecordings:
    name, roots = channel.channel, starts_of.of[channel.channel]
    made = [piece for folder in folders.values() for piece in folder.pieces.get(name, ())]
    why = unread.why_unread(roots, plan.layout.root_of(name), found.missing, problems, calibration)
    if not why and not made and not any(name in folder.empty for folder in folders.values()):
        there = [root for root in roots if root not in found.missing]
        why = unread.why_nothing(tree.names, there, folders, strangers)
    if why:
        return ChannelRecordings(name, None, why, plan.cap_days)
    segments = tuple(Segment(piece.start, piece.end, piece.size) for piece in sorted(made))
    usual = habits[name].typical if name in habits and habits[name].whole else None
    return ChannelRecordings(name, segments, cap_days=plan.cap_days, segment_seconds=usual)


def _empty(folders: Mapping[str, Folder]) -> tuple[Sample, ...]:
    return tuple(
        Sample(name, start, False, "is an empty file")
        for folder in folders.values()
        for name, starts in folder.empty.items()
        for start in starts
    )
