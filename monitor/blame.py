"""One cause, one fault: from transitions to faults that open, change, come back and clear. Pure; no clock, no I/O."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.model import Change, Fault, Key, Standing, Subject, Target, Transition, Verdict

KEPT_RAISES = 12


@dataclass(frozen=True, slots=True)
class Rules:
    """The times of blame."""

    settle: timedelta = timedelta(seconds=75)
    """A fault is announced so long after it was raised: looks are spread over a poll, and its cause may still show."""
    reopen_within: timedelta = timedelta(hours=24)
    """The same fault coming back sooner is the same job."""
    flaps: int = 4
    """Raised so often within ``flap_within`` = flapping."""
    flap_within: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Scene:
    """All that blame may know at one moment."""

    now: datetime
    targets: Mapping[Key, Target] = field(default_factory=dict)
    standings: Mapping[Subject, Standing] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)


def follow(faults: Mapping[str, Fault], transition: Transition, scene: Scene, ids: Iterator[str]) -> Fault | None:
    """The fault this transition opens, reopens, changes or clears; None when it concerns none.

    ``faults``: the open ones and those cleared of late, by id. ``ids`` gives ids for new ones.
    """
    standing = _of_subject(faults.values(), transition.subject)
    if transition.change is Change.CLEARED:
        return _clear(standing, transition) if standing else None
    if standing:
        return _change(standing, transition)
    earlier = _came_back(faults.values(), transition, scene)
    return _reopen(earlier, transition, scene) if earlier else _open(transition, scene, next(ids))


def ladder(key: Key, scene: Scene) -> tuple[str, ...]:
    """What is known of the device and of what it hangs on, one sentence a rung, from the cause side down."""
    target = scene.targets.get(key)
    upstream = [] if target is None else [Key(key.site, name) for name in (target.parent, target.recorder) if name]
    return tuple(_rung(standing, key) for device in (*upstream, key) for standing in _standings(device, scene))


def _standings(key: Key, scene: Scene) -> list[Standing]:
    return [standing for subject, standing in sorted(scene.standings.items()) if subject.key == key]


def _rung(standing: Standing, key: Key) -> str:
    subject = standing.subject
    where = "" if subject.key == key else f"{subject.key.device}: "
    what = f"{subject.probe} {subject.aspect}".strip()
    answer = standing.fault if standing.verdict is Verdict.FAULT else standing.verdict
    return f"{where}{what} {answer} since {standing.since:%Y-%m-%d %H:%M} UTC: {standing.reason}"


def _of_subject(faults: Iterable[Fault], subject: Subject) -> Fault | None:
    return next((fault for fault in faults if fault.cleared is None and fault.subject == subject), None)


def _came_back(faults: Iterable[Fault], transition: Transition, scene: Scene) -> Fault | None:
    since = scene.now - scene.rules.reopen_within
    alike = [
        fault
        for fault in faults
        if fault.cleared is not None
        and fault.cleared >= since
        and fault.subject == transition.subject
        and fault.kind is transition.finding.fault
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


def _reopen(fault: Fault, transition: Transition, scene: Scene) -> Fault:
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
        hold_until=transition.at + scene.rules.settle,
        reopened=fault.reopened + 1,
        raised=raised,
    )


def _change(fault: Fault, transition: Transition) -> Fault:
    finding = transition.finding
    assert finding.fault is not None
    return replace(fault, kind=finding.fault, reason=finding.reason, facts=finding.facts)


def _clear(fault: Fault, transition: Transition) -> Fault:
    return replace(fault, cleared=transition.at, clearing=transition.finding.reason)
