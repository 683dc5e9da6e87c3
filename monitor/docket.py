"""The open faults in memory, and every change to them together with what the repair desks are to be told."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from monitor.blame import Notice, Rules, Scene, follow, notices, settle
from monitor.blame.scene import is_open
from monitor.model import Fault, Key, Subject, Transition
from monitor.store import Changes
from monitor.store.outbox import Message
from monitor.store.packed import Packed


class Docket:
    """Every method takes the scene of the moment and returns the changes that must become durable."""

    def __init__(self, rules: Rules, sinks: tuple[str, ...]) -> None:
        """``sinks``: names of the desks that hear of announced faults."""
        self.rules, self.sinks = rules, sinks
        self.faults: dict[str, Fault] = {}  # open ones, and those cleared within rules.reopen_within
        self._of: dict[Subject, tuple[str, ...]] = {}  # their ids, by whom they are about

    def load(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._keep(fault)

    def open(self) -> dict[str, Fault]:
        return {fault.id: fault for fault in self.faults.values() if is_open(fault)}

    def follow(self, transitions: Iterable[Transition], scene: Scene) -> Changes:
        """Open, bring back, change or clear the faults these transitions concern."""
        changes = Changes()
        for transition in transitions:
            fault = follow(self._about(transition.subject), transition, scene, _ids())
            if fault:
                changes.update(self.take({fault.id: fault}, scene))
        return changes

    def settle(self, scene: Scene) -> Changes:
        """Look at all of them together: causes, excuses, announcements. Forgets what was cleared long ago."""
        oldest = scene.now - self.rules.reopen_within
        gone = [fault for fault in self.faults.values() if fault.cleared is not None and fault.cleared < oldest]
        for fault in gone:
            self._forget(fault)
        return self.take(settle(self.faults, scene, _ids()), scene)

    def close_removed(self, watched: Mapping[Key, Collection[str]], scene: Scene) -> Changes:
        """Close, in words, what concerns sites, devices, or probes of them, that are in the configuration no more."""
        of_sites = [fault for fault in self.open().values() if fault.subject.key.site]
        gone = [fault for fault in of_sites if fault.subject.probe not in watched.get(fault.subject.key, ())]
        words = "removed from the configuration"
        return self.take({one.id: replace(one, cleared=scene.now, clearing=words) for one in gone}, scene)

    def take(self, changed: dict[str, Fault], scene: Scene) -> Changes:
        """Take these faults as they are now, with the notices their difference means."""
        told = notices(self.faults, changed)
        for fault in changed.values():
            self._keep(fault)
        messages = [self._message(notice, sink, scene) for notice in told for sink in self.sinks]
        return Changes(faults=dict(changed), messages=messages)

    def _keep(self, fault: Fault) -> None:
        if fault.id not in self.faults:
            self._of[fault.subject] = (*self._of.get(fault.subject, ()), fault.id)
        packed = isinstance(fault.facts, Packed)  # it stands for days, and a picture's facts are large
        self.faults[fault.id] = fault if packed else replace(fault, facts=Packed(fault.facts))

    def _forget(self, fault: Fault) -> None:
        del self.faults[fault.id]
        left = tuple(one for one in self._of.pop(fault.subject) if one != fault.id)
        if left:
            self._of[fault.subject] = left

    def _about(self, subject: Subject) -> dict[str, Fault]:
        return {one: self.faults[one] for one in self._of.get(subject, ())}

    def _message(self, notice: Notice, sink: str, scene: Scene) -> Message:
        comment = notice.action == "comment"
        sequence = int(scene.now.timestamp() * 1000) if comment else self.faults[notice.fault].reopened
        return Message(notice.fault, notice.action, sequence, sink, {"text": notice.text}, scene.now)


def _ids() -> Iterator[str]:
    while True:
        yield uuid.uuid4().hex[:12]
