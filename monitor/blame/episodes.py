"""From one transition to the fault it opens, brings back, changes or clears."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.blame.ladder import ladder
from monitor.blame.scene import Rules, Scene, is_open
from monitor.model import Change, Fault, Subject, Transition

KEPT_RAISES = 12


def follow(faults: Mapping[str, Fault], transition: Transition, scene: Scene, ids: Iterator[str]) -> Fault | None:
    """The fault this transition opens, brings back, changes or clears; None when it concerns none.

    ``faults``: the open ones and those cleared within ``reopen_within``, by id. ``ids`` gives ids for new ones.
    """
    standing = _of(faults, transition.subject)
    if transition.change is Change.CLEARED:
        return _clear(standing, transition) if standing else None
    if standing:
        return _go_on(standing, transition)
    earlier = _came_back(faults, transition, scene)
    return _reopen(earlier, transition, scene.rules) if earlier else _open(transition, scene, next(ids))


def _of(faults: Mapping[str, Fault], subject: Subject) -> Fault | None:
    return next((fault for fault in faults.values() if is_open(fault) and fault.subject == subject), None)


def _came_back(faults: Mapping[str, Fault], transition: Transition, scene: Scene) -> Fault | None:
    since = scene.now - scene.rules.reopen_within
    alike = [
        fault
        for fault in faults.values()
        if (fault.subject, fault.kind) == (transition.subject, transition.finding.fault)
        and fault.cleared is not None
        and fault.cleared >= since
    ]
    return max(alike, key=lambda fault: fault.opened, default=None)


def _open(transition: Transition, scene: Scene, fault_id: str) -> Fault:
    finding = transition.finding
    assert finding.fault is not None
    return Fault(
        fault_id,
        transition.subject,
        finding.fault,
        opened=transition.at,
        since=transition.since,
        reason=finding.reason,
        facts=finding.facts,
        ladder=ladder(transition.subject.key, scene),
        hold_until=transition.at + scene.rules.settle,
        raised=(transition.at,),
    )


def _reopen(fault: Fault, transition: Transition, rules: Rules) -> Fault:
    """The same job again: same id; what it hangs on, and whether it is excused, is asked anew."""
    raised = (*fault.raised, transition.at)[-KEPT_RAISES:]
    return replace(
        fault,
        cleared=None,
        clearing="",
        since=transition.since,
        reason=transition.finding.reason,
        facts=transition.finding.facts,
        parent="",
        excused="",
        announced=None,
        hold_until=transition.at + rules.settle,
        reopened=fault.reopened + 1,
        raised=raised,
        flapping=_flaps(raised, rules),
    )


def _go_on(fault: Fault, transition: Transition) -> Fault:
    """Still open: of another kind now, or a flapping one that is bad once more."""
    finding = transition.finding
    assert finding.fault is not None
    raised = (*fault.raised, transition.at)[-KEPT_RAISES:] if transition.change is Change.RAISED else fault.raised
    kind_changed = finding.fault is not fault.kind
    return replace(
        fault,
        kind=finding.fault,
        reason=finding.reason,
        facts=finding.facts,
        parent="" if kind_changed else fault.parent,
        calm_since=None,
        raised=raised,
    )


def _clear(fault: Fault, transition: Transition) -> Fault:
    """Seen to be gone. A flapping fault is not believed at once: it must stay calm for a while."""
    if fault.flapping:
        return replace(fault, calm_since=transition.at, clearing=transition.finding.reason)
    return replace(fault, cleared=max(transition.at, fault.opened), clearing=transition.finding.reason)


def _flaps(raised: tuple[datetime, ...], rules: Rules) -> bool:
    return sum(raised[-1] - at <= rules.flap_within for at in raised) >= rules.flaps
