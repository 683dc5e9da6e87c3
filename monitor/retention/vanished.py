"""Disks that a recorder no longer names: one that was pulled out or died often just disappears from the list. Pure."""

from collections.abc import Sequence
from typing import Any

from monitor.model import Disk

ACCEPTED = "accept_disks"
"""Option of a target: a person says that the disks there are now are all there should be."""
DISK, ARRAY = "disk", "array"


def with_vanished(
    disks: Sequence[Disk] | None, own: dict[str, Any], *, accepted: bool = False, kept: str = "disks"
) -> tuple[Disk, ...] | None:
    """The disks, and as absent those that were there at an earlier look. None stays None: nothing was heard of them.

    ``own[kept]`` keeps what was there, by id, until a person accepts that it is gone. A recorder's own rows of absent
    disks count only for what was there while we looked. A RAID array that is not named any more is unknown: it may be
    that it may no longer be asked for.
    """
    if disks is None:
        return None
    seen = own.get(kept, {})
    before: dict[str, str] = {} if accepted else seen if isinstance(seen, dict) else dict.fromkeys(seen, DISK)
    there = {disk.id: ARRAY if disk.raid else DISK for disk in disks if disk.status != "absent"}
    own[kept] = before | there
    named = [disk for disk in disks if disk.id in own[kept]]
    gone = sorted(before.keys() - {disk.id for disk in named})
    return (*named, *(_gone(name, before[name]) for name in gone))


def _gone(name: str, kind: str) -> Disk:
    if kind == ARRAY:
        return Disk(name, "unknown", raid="unknown", note="no longer named")
    return Disk(name, "absent")
