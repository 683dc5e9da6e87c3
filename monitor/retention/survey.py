"""One look at a tree of recordings, from opening it to the evidence. Shared by the kinds that read trees."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from monitor.model import Deadline, Disk, Evidence, Memory, Outcome, Recordings, Sample, Target
from monitor.protocols.errors import DeviceError
from monitor.retention import closed, drawing, proof
from monitor.retention.greeting import Wish
from monitor.retention.layout import LayoutError, compile_layout
from monitor.retention.options import TreeOptions
from monitor.retention.played import samples_of
from monitor.retention.tree import Plan, Reading, Tree, read, wish_of
from monitor.retention.vanished import ACCEPTED, with_vanished
from monitor.workers import in_thread

PROOF_SHARE = 0.6
"""Of the time left after the listing, at most so much goes into fetching samples."""
ENDING = 2.0
"""Seconds kept back for closing the connection."""


class AfterLogin(DeviceError):
    """The login worked; what came after it did not."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The tree could not be reached or read."""

    outcome: Outcome
    reason: str
    login_worked: bool | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a thread brings back from one open tree."""

    reading: Reading
    disks: tuple[Disk, ...] | None
    fetched: tuple[proof.Fetched, ...]
    login_worked: bool | None
    facts: Mapping[str, object]


Opener = Callable[[Deadline, Wish], AbstractContextManager[Tree]]
"""Opens a tree that ends by the deadline it is given, and knows what it will be asked for."""


async def survey(opener: Opener, target: Target, options: TreeOptions, memory: Memory, deadline: Deadline) -> Evidence:
    """Read the tree in a thread, decode samples in worker processes, and say what was seen."""
    at, began = datetime.now(UTC), time.monotonic()
    try:
        plan = _plan(target, options)
    except LayoutError as wrong:
        return _failed(at, began, Failure(Outcome.UNSUPPORTED, str(wrong)))
    bounded = deadline.within(max(deadline.left() - ENDING, 0.1))
    try:
        seen = await in_thread(_see, opener, plan, memory, bounded, deadline=deadline)
    except TimeoutError:
        seen = _late("connect")
    if isinstance(seen, Failure):
        return _failed(at, began, seen)
    samples = await proof.decode_all(seen.fetched, deadline)
    cache = proof.remembered(seen.reading, seen.fetched, samples, target.timezone)
    return _evidence(at, began, seen, samples, cache)


def _plan(target: Target, options: TreeOptions) -> Plan:
    layout = compile_layout(options.layout, [channel.channel for channel in target.channels])
    return Plan(target, layout, options.layout_timezone, options.segment_end, options.delete_after_days)


def _see(opener: Opener, plan: Plan, memory: Memory, deadline: Deadline) -> Seen | Failure:
    """In a thread: open, read, close."""
    cache = closed.load(memory, plan.name)
    if plan.target.close:  # everything is read anew; what was played stays known
        cache = replace(cache, folders={}, since=None)
    wish = wish_of(plan, cache)
    try:
        with opener(deadline, wish) as tree:
            return _read(tree, plan, cache, wish, deadline)
    except AfterLogin as failed:
        return Failure(failed.outcome, failed.reason, True, {"phase": "listing"})
    except DeviceError as failed:
        return Failure(failed.outcome, failed.reason, False if failed.outcome is Outcome.AUTH else None)
    except TimeoutError:
        return _late("connect")


def _read(tree: Tree, plan: Plan, cache: closed.Cache, wish: Wish, deadline: Deadline) -> Seen | Failure:
    try:
        reading = read(tree, plan, cache, wish.again)
        disks = _disks(tree, plan, reading)
        chosen = drawing.choose(reading, plan, first=cache.newest is None)
        fetched = proof.fetch(tree, chosen, deadline.within(deadline.left() * PROOF_SHARE))
    except DeviceError as failed:
        return Failure(failed.outcome, failed.reason, tree.login_worked, {"phase": "listing", **tree.facts})
    except TimeoutError:
        return replace(_late("listing"), login_worked=tree.login_worked)
    return Seen(reading, disks, fetched, tree.login_worked, tree.facts)


def _disks(tree: Tree, plan: Plan, reading: Reading) -> tuple[Disk, ...] | None:
    """A shell and SFTP have other names for the same disks."""
    accepted, way = bool(plan.target.options.get(ACCEPTED)), str(tree.facts.get("access"))
    return with_vanished(
        tree.disks(plan.layout.places(reading.cache.folders) or reading.roots),
        reading.cache.disks,
        accepted=accepted,
        kept=way,
    )


def _late(phase: str) -> Failure:
    words = {"connect": "the recorder did not answer in time", "listing": "the listing did not end in time"}
    return Failure(Outcome.TIMEOUT, words[phase], facts={"phase": phase})


def _failed(at: datetime, began: float, failed: Failure) -> Evidence:
    seconds = time.monotonic() - began
    return Evidence(
        "recorder", at, seconds, failed.outcome, failed.reason, dict(failed.facts), login_worked=failed.login_worked
    )


def _evidence(at: datetime, began: float, seen: Seen, samples: tuple[Sample, ...], cache: closed.Cache) -> Evidence:
    reading = seen.reading
    unread = tuple(f"{one.channel}: {one.unread}" for one in reading.channels if one.segments is None)
    recordings = Recordings(
        read_at=reading.at,
        channels=reading.channels,
        disks=seen.disks,
        clock_offset=reading.calibration.offset,
        clock_note=reading.calibration.contradiction or reading.calibration.note,
        samples=reading.samples + samples_of(cache.played, samples),
        unread=unread,
    )
    whole = not unread
    return Evidence(
        "recorder",
        at,
        time.monotonic() - began,
        Outcome.SEEN if whole else Outcome.INCOMPLETE,
        f"{reading.listed} files listed, {reading.cached} folders known" if whole else f"not read: {unread[0]}",
        facts={"listed": reading.listed, "folders_known": reading.cached, **seen.facts},
        memory=closed.save(cache),
        login_worked=seen.login_worked,
        recordings=recordings,
    )
