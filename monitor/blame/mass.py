"""Many cameras of one site gone at once are one fault of the site."""

from collections.abc import Iterator
from datetime import datetime

from monitor.blame.causes import Open, carrier, suspected
from monitor.blame.scene import Scene, site_subject
from monitor.model import Change, Fault, FaultKind, Finding, Key, Transition, Verdict

PROBE = "site"


def mass(world: Open) -> Iterator[Transition]:
    """Sites that went down, and sites that came back, as transitions of the site itself."""
    sites: dict[str, list[Key]] = {}
    for key, target in world.scene.targets.items():
        if target.role == "camera":
            sites.setdefault(key.site, []).append(key)
    for site, cameras in sites.items():
        standing = world.first(site_subject(site).key, frozenset({FaultKind.SITE_UNREACHABLE}))
        found = _came_back(site, cameras, standing, world) if standing else _went_down(site, cameras, world)
        if found:
            yield found


def _went_down(site: str, cameras: list[Key], world: Open) -> Transition | None:
    silent = [fault for camera in cameras if (fault := world.dead(camera))]
    if not silent:
        return None
    gone = _at_once(silent, world.scene)
    working = len(cameras) - (len(silent) - len(gone))
    if not _is_mass(len(gone), working, world.scene) or not _is_due(gone, world) or _one_cause(gone, world):
        return None
    since = min(fault.since for fault in gone)
    reason = f"{len(gone)} of {working} cameras stopped answering at once{_still_there(site, world)}"
    return _transition(site, world.scene, Change.RAISED, since, reason)


def _came_back(site: str, cameras: list[Key], standing: Fault, world: Open) -> Transition | None:
    """Cleared when at least half of its cameras are seen to answer again."""
    answering = sum(world.dead(camera) is None and _seen_ok(camera, world.scene) for camera in cameras)
    if 2 * answering < len(cameras):
        return None
    reason = f"{answering} of {len(cameras)} cameras answer again"
    return _transition(site, world.scene, Change.CLEARED, standing.since, reason)


def _at_once(silent: list[Fault], scene: Scene) -> list[Fault]:
    """Those that began within one short time and have neither a ticket of their own nor an excuse."""
    untold = [fault for fault in silent if fault.announced is None and not fault.excused]
    newest = max((fault.since for fault in untold), default=scene.now)
    return [fault for fault in untold if newest - fault.since <= scene.rules.together]


def _is_mass(gone: int, working: int, scene: Scene) -> bool:
    rules = scene.rules
    return (gone >= 2 and gone == working) or (gone >= rules.mass_least and gone >= rules.mass_ratio * working)


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


def _transition(site: str, scene: Scene, change: Change, since: datetime, reason: str) -> Transition:
    subject = site_subject(site)
    raised = change is Change.RAISED
    verdict, fault = (Verdict.FAULT, FaultKind.SITE_UNREACHABLE) if raised else (Verdict.OK, None)
    finding = Finding(subject.key, PROBE, verdict, fault, reason, scene.now)
    return Transition(subject, change, scene.now, finding, since, None if raised else FaultKind.SITE_UNREACHABLE)
