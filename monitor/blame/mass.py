"""Many cameras of one site gone at once are one fault of the site; all behind one switch, one of the switch."""

from collections.abc import Iterator
from datetime import datetime

from monitor.blame.causes import Open, carrier, suspected
from monitor.blame.scene import Scene
from monitor.model import Change, Fault, FaultKind, Finding, Key, Subject, Transition, Verdict


def mass(world: Open) -> Iterator[Transition]:
    """Sites and switches that went down, or came back, as transitions of themselves."""
    if not world.by_key:
        return  # nothing stands: the usual case, every second
    for subject, members in world.scene.groups.items():
        standing = world.first(subject.key, frozenset({_kind(subject)}))
        found = _came_back(subject, members, standing, world) if standing else _went_down(subject, members, world)
        if found:
            yield found


def _kind(subject: Subject) -> FaultKind:
    return FaultKind.UNREACHABLE if subject.key.device else FaultKind.SITE_UNREACHABLE


def _went_down(subject: Subject, members: list[Key], world: Open) -> Transition | None:
    silent = [fault for member in members if (fault := world.dead(member))]
    if not silent:
        return None
    gone = _at_once(silent, world.scene)
    working = len(members) - (len(silent) - len(gone))
    if not _is_mass(subject, len(gone), working, world.scene) or not _is_due(gone, world) or _one_cause(gone, world):
        return None
    site = subject.key.site
    reason = f"{len(gone)} of {working} cameras stopped answering at once{_still_there(site, world)}"
    if subject.key.device:
        reason = f"all {len(gone)} devices behind it stopped answering at once"
    return _transition(subject, world.scene, Change.RAISED, min(fault.since for fault in gone), reason)


def _came_back(subject: Subject, members: list[Key], standing: Fault, world: Open) -> Transition | None:
    """Cleared when at least half of its cameras, or of what hangs behind it, are seen to answer again."""
    answering = sum(world.dead(member) is None and _seen_ok(member, world.scene) for member in members)
    if 2 * answering < len(members):
        return None
    reason = f"{answering} of {len(members)} cameras answer again"
    if subject.key.device:
        reason = f"{answering} of {len(members)} devices behind it answer again"
    return _transition(subject, world.scene, Change.CLEARED, standing.since, reason)


def _at_once(silent: list[Fault], scene: Scene) -> list[Fault]:
    """Those that began within one short time and have neither a ticket of their own nor an excuse."""
    untold = [fault for fault in silent if fault.announced is None and not fault.excused]
    newest = max((fault.since for fault in untold), default=scene.now)
    return [fault for fault in untold if newest - fault.since <= scene.rules.together]


def _is_mass(subject: Subject, gone: int, working: int, scene: Scene) -> bool:
    """A few that still answer behind a switch prove that it lives; at a site they may have a line of their own."""
    rules = scene.rules
    most = gone >= rules.mass_least and gone >= rules.mass_ratio * working
    return (gone >= 2 and gone == working) or (most and not subject.key.device)


def _is_due(gone: list[Fault], world: Open) -> bool:
    """The first of them is about to be told: by then a recorder or switch that explains them has shown itself."""
    scene = world.scene
    if any(suspected(fault, world) and scene.since(fault.raised[-1]) < scene.rules.undecided for fault in gone):
        return False
    return not all(scene.waits(fault.hold_until) for fault in gone)


def _one_cause(gone: list[Fault], world: Open) -> bool:
    """One silent recorder or switch explains them all: that one is the fault."""
    carriers = {carrier(fault.subject.key, world) for fault in gone}
    return len(carriers) == 1 and None not in carriers


def _seen_ok(key: Key, scene: Scene) -> bool:
    return any(standing.verdict is Verdict.OK for standing in scene.of(key))


def _still_there(site: str, world: Open) -> str:
    """A recorder that still answers points at the cameras' own switch or power, not at the line to the site."""
    alive = [
        key.device
        for key, target in world.scene.targets.items()
        if key.site == site and target.role == "recorder" and _seen_ok(key, world.scene) and not world.dead(key)
    ]
    return f"; {', '.join(alive)} still answers: look at the cameras' switch or power" if alive else ""


def _transition(subject: Subject, scene: Scene, change: Change, since: datetime, reason: str) -> Transition:
    raised, kind = change is Change.RAISED, _kind(subject)
    verdict, fault = (Verdict.FAULT, kind) if raised else (Verdict.OK, None)
    finding = Finding(subject.key, subject.probe, verdict, fault, reason, scene.now)
    return Transition(subject, change, scene.now, finding, since, None if raised else kind)
