"""All open faults together: what hangs on what, what is excused, what has stayed calm, what is ripe to be told."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from monitor.blame.causes import Open, cause, suspected
from monitor.blame.episodes import follow
from monitor.blame.mass import mass
from monitor.blame.scene import DEAD, Scene, is_open
from monitor.model import Fault, FaultKind


def settle(faults: Mapping[str, Fault], scene: Scene, ids: Iterator[str]) -> dict[str, Fault]:
    """The faults that change now, by id. Call it after transitions and every few seconds.

    ``faults``: the open ones and those cleared within ``reopen_within``, by id.
    """
    after, world = dict(faults), Open.of(faults.values(), scene)
    if not scene.blind and _follow_sites(after, world, ids):
        world = Open.of(after.values(), scene)
    for fault in sorted(filter(_moves, after.values()), key=_rank):
        settled = _settle_one(fault, after, world)
        if settled is not fault:
            after[fault.id] = settled
            world.replace(settled)
    return {fault.id: fault for fault in after.values() if faults.get(fault.id) is not fault}


def _follow_sites(faults: dict[str, Fault], world: Open, ids: Iterator[str]) -> bool:
    """Take in what became of whole sites; whether anything did."""
    changed = False
    for transition in mass(world):
        fault = follow(faults, transition, world.scene, ids)
        if fault:  # nothing but our own blindness stands above a site: it need not wait
            faults[fault.id] = replace(fault, hold_until=None)
            changed = True
    return changed


def _moves(fault: Fault) -> bool:
    """Open, and not simply waiting for its repair: of thousands that stand hardly one is asked anything."""
    return is_open(fault) and (fault.announced is None or fault.calm_since is not None)


def _rank(fault: Fault) -> tuple[int, object, str]:
    """Causes before what may hang on them."""
    causes = (FaultKind.MONITOR_BLIND, FaultKind.SITE_UNREACHABLE)
    rank = causes.index(fault.kind) if fault.kind in causes else 2 if fault.kind in DEAD else 3
    return rank, fault.opened, fault.id


def _settle_one(fault: Fault, faults: Mapping[str, Fault], world: Open) -> Fault:
    scene = world.scene
    if _calmed(fault, scene):
        return replace(fault, cleared=max(scene.now, fault.opened), flapping=False, calm_since=None)
    if fault.announced is not None:
        return fault  # its ticket stands for itself now, whatever else happens
    fault = _excuse(_attribute(fault, world), scene)
    return _announce(fault, scene) if _is_ripe(fault, faults, world) else fault


def _calmed(fault: Fault, scene: Scene) -> bool:
    return fault.calm_since is not None and scene.since(fault.calm_since) >= scene.rules.calm


def _attribute(fault: Fault, world: Open) -> Fault:
    found = cause(fault, world)
    if found:
        return fault if found.id == fault.parent else replace(fault, parent=found.id)
    if fault.parent and fault.parent in world.by_id:  # its cause stands, but no longer explains it
        return replace(fault, parent="", hold_until=world.scene.now + world.scene.rules.child_grace)
    return fault


def _excuse(fault: Fault, scene: Scene) -> Fault:
    """A window excuses what opened in it; when it ends, what still fails waits once more and is then told."""
    excuse = scene.excuse(fault.subject.key)
    if excuse and not fault.excused:
        return replace(fault, excused=excuse)
    if fault.excused and not excuse:
        return replace(fault, excused="", hold_until=scene.now + scene.rules.settle)
    return fault


def _is_ripe(fault: Fault, faults: Mapping[str, Fault], world: Open) -> bool:
    scene = world.scene
    if fault.excused or scene.waits(fault.hold_until):
        return False
    if scene.blind and fault.kind is not FaultKind.MONITOR_BLIND:
        return False
    if suspected(fault, world) and scene.since(fault.raised[-1]) < scene.rules.undecided:
        return False
    return not fault.parent or _is_left_over(faults.get(fault.parent), scene)


def _is_left_over(parent: Fault | None, scene: Scene) -> bool:
    if parent is None:
        return True
    return parent.cleared is not None and scene.since(parent.cleared) >= scene.rules.child_grace


def _announce(fault: Fault, scene: Scene) -> Fault:
    return replace(fault, announced=scene.now, parent="")
