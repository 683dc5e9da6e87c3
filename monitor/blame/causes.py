"""Which open fault is the cause of another: the device's own silence, what it hangs on, its site, or our blindness."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from monitor.blame.scene import DEAD, MONITOR, Scene, is_open, site_subject
from monitor.model import Fault, FaultKind, Key, Verdict

STREAM = frozenset({FaultKind.NO_STREAM, FaultKind.STALLED, FaultKind.CORRUPT, FaultKind.LOW_FRAME_RATE})
RECORDING = frozenset({FaultKind.RECORDING_STOPPED, FaultKind.RECORDING_GAP, FaultKind.RECORDING_INVALID})
OF_SILENCE = DEAD | STREAM | RECORDING | {FaultKind.ONVIF_FAILED}
"""What can follow from a device that does not answer, or from one it hangs on."""
OF_REFUSAL = frozenset({FaultKind.ONVIF_FAILED, FaultKind.AUTH_FAILED})
OF_DISKS = frozenset({FaultKind.RECORDING_STOPPED, FaultKind.RECORDING_GAP})
DISKS = frozenset({FaultKind.DISK_FAILED, FaultKind.DISK_FULL})
NO_PICTURE = frozenset({FaultKind.NO_STREAM, FaultKind.STALLED})


@dataclass(frozen=True, slots=True)
class Open:
    """The open faults, found by device."""

    scene: Scene
    by_key: dict[Key, list[Fault]]
    by_id: dict[str, Fault]
    cameras: dict[Key, list[Key]]  # of each recorder

    @classmethod
    def of(cls, faults: Iterable[Fault], scene: Scene) -> "Open":
        by_key: dict[Key, list[Fault]] = {}
        for fault in faults:
            if is_open(fault):
                by_key.setdefault(fault.subject.key, []).append(fault)
        cameras: dict[Key, list[Key]] = {}
        for key, target in scene.targets.items():
            if target.recorder:
                cameras.setdefault(Key(key.site, target.recorder), []).append(key)
        return cls(scene, by_key, {fault.id: fault for group in by_key.values() for fault in group}, cameras)

    def replace(self, fault: Fault) -> None:
        """Take in the newer state of a known fault."""
        group = [one for one in self.by_key.get(fault.subject.key, ()) if one.id != fault.id]
        self.by_key[fault.subject.key] = [*group, fault] if is_open(fault) else group
        if is_open(fault):
            self.by_id[fault.id] = fault
        else:
            self.by_id.pop(fault.id, None)

    def dead(self, key: Key) -> Fault | None:
        """The oldest fault that says this device does not answer."""
        return self.first(key, DEAD)

    def first(self, key: Key, kinds: frozenset[FaultKind]) -> Fault | None:
        found = [fault for fault in self.by_key.get(key, ()) if fault.kind in kinds]
        return min(found, key=_age, default=None)


def cause(fault: Fault, world: Open) -> Fault | None:
    """The open fault this one hangs on, or None when it stands for itself. Never leads in a circle."""
    found = next(filter(None, (rule(fault, world) for rule in RULES)), None)
    return None if found is None or _leads_back(found, fault, world) else found


def carrier(key: Key, world: Open) -> Key | None:
    """The silent device that explains the silence of this one."""
    silent = (above for above in world.scene.upstream(key) if world.dead(above))
    return next((above for above in silent if _carries(above, key, world)), None)


def suspected(fault: Fault, world: Open) -> bool:
    """What this device hangs on was last seen silent too, but that is not confirmed yet."""
    scene = world.scene
    return fault.kind in OF_SILENCE and any(_seems_dead(above, scene) for above in scene.upstream(fault.subject.key))


def _own_silence(fault: Fault, world: Open) -> Fault | None:
    return _earlier(world.dead(fault.subject.key), fault) if fault.kind in OF_SILENCE else None


def _own_refusal(fault: Fault, world: Open) -> Fault | None:
    refused = world.first(fault.subject.key, frozenset({FaultKind.AUTH_FAILED}))
    return _earlier(refused, fault) if fault.kind in OF_REFUSAL else None


def _own_stream(fault: Fault, world: Open) -> Fault | None:
    return world.first(fault.subject.key, NO_PICTURE) if fault.kind is FaultKind.RECORDING_STOPPED else None


def _silent_carrier(fault: Fault, world: Open) -> Fault | None:
    above = carrier(fault.subject.key, world) if fault.kind in OF_SILENCE else None
    return world.dead(above) if above else None


def _recorder_disks(fault: Fault, world: Open) -> Fault | None:
    target = world.scene.targets.get(fault.subject.key)
    if target is None or not target.recorder or fault.kind not in OF_DISKS:
        return None
    return world.first(Key(target.key.site, target.recorder), DISKS)


def _site(fault: Fault, world: Open) -> Fault | None:
    site = world.first(site_subject(fault.subject.key.site).key, frozenset({FaultKind.SITE_UNREACHABLE}))
    if site is None or site is fault or fault.kind not in OF_SILENCE:
        return None
    return site if fault.since >= site.since - world.scene.rules.together else None


def _blindness(fault: Fault, world: Open) -> Fault | None:
    """What was raised shortly before we noticed our own blindness was its work."""
    blind = world.first(MONITOR.key, frozenset({FaultKind.MONITOR_BLIND}))
    if blind is None or blind is fault or fault.kind not in OF_SILENCE | {FaultKind.SITE_UNREACHABLE}:
        return None
    return blind if fault.since >= blind.since - world.scene.rules.together else None


RULES: tuple[Callable[[Fault, Open], Fault | None], ...] = (
    _own_silence,
    _silent_carrier,
    _site,
    _blindness,
    _own_refusal,
    _own_stream,
    _recorder_disks,
)


def _carries(above: Key, key: Key, world: Open) -> bool:
    """A switch, or a recorder at the same address, surely; another recorder only if half its cameras are silent too.

    A camera with an address of its own does not hang on its recorder unless the others show that it does.
    """
    targets = world.scene.targets
    target, carrying = targets[key], targets.get(above)
    if above.device == target.parent or (carrying and carrying.host == target.host):
        return True
    siblings = world.cameras.get(above, [])
    return 2 * sum(world.dead(sibling) is not None for sibling in siblings) >= len(siblings)


def _seems_dead(key: Key, scene: Scene) -> bool:
    return any(one.last.fault in DEAD and one.verdict is not Verdict.FAULT for one in scene.of(key))


def _earlier(found: Fault | None, fault: Fault) -> Fault | None:
    """Of two faults that could explain one another, the older is the cause."""
    if found is None or found.id == fault.id:
        return None
    alike = found.kind is fault.kind or {found.kind, fault.kind} <= DEAD
    return found if not alike or _age(found) < _age(fault) else None


def _age(fault: Fault) -> tuple[object, str]:
    return fault.opened, fault.id


def _leads_back(found: Fault, fault: Fault, world: Open) -> bool:
    seen: set[str] = set()
    while found.id not in seen:
        if found.id == fault.id:
            return True
        seen.add(found.id)
        found = world.by_id.get(found.parent, found)
    return False
