"""What a repair desk must be told, from the difference a step made to the faults."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.blame.scene import is_open
from monitor.model import Fault

MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Notice:
    fault: str  # id
    action: str  # open, comment, resolve
    text: str


def notices(before: dict[str, Fault], changed: dict[str, Fault]) -> list[Notice]:
    """At most one open, one comment and one resolve a fault; nothing about a fault that was never announced.

    ``before``: every fault known until now; ``changed``: those that are new or different.
    """
    known = ChainMap(changed, before)
    told = [notice for fault in changed.values() for notice in _of_one(before.get(fault.id), fault, known)]
    return told + list(_of_children(before, changed, known))


def _of_one(before: Fault | None, after: Fault, known: Mapping[str, Fault]) -> Iterator[Notice]:
    was_told = before is not None and before.announced is not None and is_open(before)
    if after.announced is not None and not was_told and is_open(after):
        yield Notice(after.id, "open", _opening(after, known))
    if before is not None and was_told:
        if before.kind is not after.kind:
            words = f"it is {after.kind} now, no longer {before.kind}: {after.reason}"
            yield Notice(after.id, "comment", words)
        if not is_open(after):
            yield Notice(after.id, "resolve", after.clearing)


def _opening(fault: Fault, known: Mapping[str, Fault]) -> str:
    again = f" (back for the {fault.reopened}. time)" if fault.reopened else ""
    flapping = "; it comes and goes" if fault.flapping else ""
    children = [one for one in known.values() if one.parent == fault.id and is_open(one)]
    behind = f"; with it: {_names(children)}" if children else ""
    return f"{fault.reason}{again}{flapping}{behind}"


def _of_children(
    before: Mapping[str, Fault], changed: Mapping[str, Fault], known: Mapping[str, Fault]
) -> Iterator[Notice]:
    """One comment a cause, however many join it in this step; one told at its opening already names them."""
    joined: dict[str, list[Fault]] = {}
    for fault in changed.values():
        earlier = before.get(fault.id)
        if fault.parent and (earlier is None or earlier.parent != fault.parent):
            joined.setdefault(fault.parent, []).append(fault)
    for parent_id, children in joined.items():
        parent = before.get(parent_id)
        if parent and parent.announced is not None and is_open(known[parent_id]):
            yield Notice(parent_id, "comment", f"hangs on this as well: {_names(children)}")


def _names(faults: list[Fault]) -> str:
    names = sorted({f"{fault.subject.key.device} ({fault.kind})" for fault in faults})
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
