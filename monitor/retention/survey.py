"""One look at a tree of recordings, from opening it to the evidence. Shared by the kinds that read trees."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.model import Deadline, Disk, Evidence, Memory, Outcome, Recordings, Target
from monitor.retention import closed
from monitor.retention.layout import compile_layout
from monitor.retention.options import TreeOptions
from monitor.retention.tree import Plan, Reading, Tree, read
from monitor.workers import in_thread

ENDING = 2.0
"""Seconds kept back for closing the connection."""


class Unreadable(Exception):
    """The tree cannot be reached or read. ``outcome`` says how far the look got; the text is for a technician."""

    def __init__(self, outcome: Outcome, reason: str, login_worked: bool | None = None) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.login_worked = login_worked


@dataclass(frozen=True, slots=True)
class Seen:
    """What a thread brings back from one open tree."""

    reading: Reading
    disks: tuple[Disk, ...] | None
    login_worked: bool | None
    facts: dict[str, object]


Opener = Callable[[], AbstractContextManager[Tree]]


async def survey(opener: Opener, target: Target, options: TreeOptions, memory: Memory, deadline: Deadline) -> Evidence:
    """Read the tree in a thread, decode samples in worker processes, and say what was seen."""
    at, began = datetime.now(UTC), time.monotonic()
    plan = _plan(target, options, at.timestamp())
    bounded = deadline.within(max(deadline.left() - ENDING, 0.1))
    try:
        seen = await in_thread(_see, opener, plan, memory, deadline=bounded)
    except Unreadable as failed:
        return _failed(at, began, failed)
    except TimeoutError:
        late = Unreadable(
            Outcome.TIMEOUT, f"the recordings could not be listed within {time.monotonic() - began:.0f} s"
        )
        return _failed(at, began, late)
    return _evidence(at, began, plan, seen)


def _plan(target: Target, options: TreeOptions, now: float) -> Plan:
    layout = compile_layout(options.layout, [channel.channel for channel in target.channels])
    return Plan(target, layout, options.layout_timezone, options.segment_end, options.delete_after_days, now)


def _see(opener: Opener, plan: Plan, memory: Memory) -> Seen:
    with opener() as tree:
        reading = read(tree, plan, memory)
        disks = tree.disks(plan.layout.roots())
        return Seen(reading, disks, tree.login_worked, dict(tree.facts))


def _failed(at: datetime, began: float, failed: Unreadable) -> Evidence:
    seconds = time.monotonic() - began
    return Evidence("recorder", at, seconds, failed.outcome, failed.reason, login_worked=failed.login_worked)


def _evidence(at: datetime, began: float, plan: Plan, seen: Seen) -> Evidence:
    reading = seen.reading
    unread = tuple(f"{one.channel}: {one.unread}" for one in reading.channels if one.segments is None)
    recordings = Recordings(
        read_at=plan.now,
        channels=reading.channels,
        disks=seen.disks,
        clock_offset=reading.calibration.offset,
        clock_note=reading.calibration.contradiction or reading.calibration.note,
        samples=reading.samples,
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
        memory=closed.save(reading.cache),
        login_worked=seen.login_worked,
        recordings=recordings,
    )
