"""The only writer: a look goes in, what it means is made durable, and only then anybody is told."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from monitor.blame import Rules, Scene, follow
from monitor.board import Board, DeviceState, Look
from monitor.judge import judge
from monitor.model import (
    Evidence,
    Fault,
    Finding,
    Key,
    Memory,
    Standing,
    Subject,
    Target,
    Transition,
    Verdict,
)
from monitor.patience import forgive, step
from monitor.protocols.logins import LoginEntry
from monitor.store import Changes, Store, StoreError, faults, memory, spans, standings
from monitor.store.committer import Committer
from monitor.store.spans import Span
from monitor.store.standings import LookRow, StandingRow


class Ledger:
    """Lives in one event loop: ``load``, then ``start``; ``close`` at the end, before the store's."""

    def __init__(
        self,
        store: Store,
        board: Board,
        raise_after: int,
        clear_after: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        rules: Rules | None = None,
    ) -> None:
        """``clock`` gives aware UTC."""
        self.board = board
        self._store, self._committer = store, Committer(store)
        self._raise_after, self._clear_after, self._clock = raise_after, clear_after, clock
        self._rules = rules or Rules()
        self._standings: dict[Subject, Standing] = {}
        self._spans: dict[Subject, Span] = {}
        self._faults: dict[str, Fault] = {}  # open ones, and those cleared of late
        self._memory: dict[tuple[Key, str], Memory] = {}
        self._blind = ""

    def load(self, targets: Iterable[Target]) -> None:
        """Continue where the last run ended: call once, before ``start``. Raises StoreError."""
        self.board.started = self._clock()
        for target in targets:
            self.board.devices[target.key] = DeviceState(target)
        for row in self._store.read(standings.load):
            self._restore(row)
        for look in self._store.read(standings.load_looks):
            self._restore_look(look)
        recent = self._clock() - self._rules.reopen_within
        known = self._store.read(faults.cleared_since, recent) + self._store.read(faults.standing)
        self._faults = {fault.id: fault for fault in known}
        self.board.faults = {fault.id: fault for fault in known if fault.cleared is None}
        self._memory = self._store.read(memory.load)

    async def start(self) -> None:
        """Begin to write; faults of devices that left the configuration while nobody looked are closed."""
        self._committer.start()
        await self.retarget([state.target for state in self.board.devices.values()])

    async def close(self) -> None:
        """Make everything durable. Raises StoreError when the disk refuses to the end."""
        await self._committer.close()

    @property
    def store_errors(self) -> int:
        """Transactions the store refused since the start; each was tried again."""
        return self._committer.errors

    @property
    def store_failing(self) -> str:
        """Why the store refuses just now, in words; "" = it does not."""
        return self._committer.failing

    def memory(self, key: Key, probe: str) -> Memory:
        return self._memory.get((key, probe), b"")

    async def record(self, target: Target, evidence: Evidence) -> list[Transition]:
        """Judge one look and make it durable. Returns after the disk has every transition it confirmed.

        A look at a device that has left the configuration meanwhile is dropped. When the disk refuses, the state goes
        on in memory and is written later (``store_errors``).
        """
        if target.key not in self.board.devices:
            return []
        findings = [self._seeing(finding) for finding in judge(target, evidence) if finding.key in self.board.devices]
        urgent, lazy = Changes(), Changes()
        transitions = [found for finding in findings if (found := self._count(finding, urgent, lazy))]
        self._blame(transitions, urgent)
        look = self._look(target.key, evidence, findings)
        lazy.looks[target.key, evidence.probe] = look
        self._remember(target.key, evidence, urgent if transitions else lazy)
        await self._write(urgent, lazy, wait=bool(transitions))
        self._show(target.key, evidence, look, findings)
        return transitions

    async def save_logins(self, entries: Iterable[LoginEntry]) -> None:
        """Make what the login guard learned durable, before anybody tries again. Raises StoreError."""
        await self._committer.durable(Changes(logins=tuple(entries)))

    async def retarget(self, targets: Iterable[Target]) -> None:
        """Take a new configuration: new devices appear, removed ones vanish, their open faults are closed in words."""
        wanted = {target.key: target for target in targets}
        changes = Changes(forgotten=set(self.board.devices) - set(wanted))
        for key in changes.forgotten:
            self._forget(key)
        for key, target in wanted.items():
            self.board.devices.setdefault(key, DeviceState(target)).target = target
        for fault in [fault for fault in self.board.faults.values() if fault.subject.key not in wanted]:
            self._put(replace(fault, cleared=self._clock(), clearing="removed from the configuration"), changes)
        await self._write(changes, Changes(), wait=bool(changes.faults))

    async def set_blind(self, blind: bool, reason: str = "") -> None:
        """The monitor itself cannot see, or can again: while blind, no fault of a device is believed."""
        if blind == bool(self._blind):
            return
        self._blind = (reason or "the monitor cannot see") if blind else ""
        self.board.blind_since = self._clock() if blind else None
        # The last looks before we noticed were blind already.
        self._standings = {subject: forgive(standing) for subject, standing in self._standings.items()}

    def _seeing(self, finding: Finding) -> Finding:
        if not self._blind or finding.verdict is not Verdict.FAULT:
            return finding
        reason = f"the monitor itself cannot see ({self._blind}); it saw: {finding.reason}"
        return replace(finding, verdict=Verdict.UNKNOWN, fault=None, reason=reason)

    def _count(self, finding: Finding, urgent: Changes, lazy: Changes) -> Transition | None:
        """Patience and history of one finding; news is urgent, more of the same may wait."""
        subject = Subject(finding.key, finding.probe, finding.aspect)
        before = self._standings.get(subject)
        standing, transition = step(before, finding, self._raise_after, self._clear_after)
        span = self._span(subject, standing.last, urgent)
        self._standings[subject] = standing
        same = before is not None and (before.verdict, before.fault) == (standing.last.verdict, standing.last.fault)
        (lazy if same else urgent).standings[subject] = StandingRow(standing, span)
        return transition

    def _span(self, subject: Subject, finding: Finding, changes: Changes) -> Span:
        before = self._spans.get(subject)
        span = spans.grow(before, finding) if before else None
        if before and not span:
            changes.spans.append(before)
        self._spans[subject] = span = span or spans.begin(finding)
        return span

    def _blame(self, transitions: list[Transition], changes: Changes) -> None:
        if not transitions:
            return
        targets = {key: state.target for key, state in self.board.devices.items()}
        scene = Scene(self._clock(), targets, self._standings, self._rules)
        for transition in transitions:
            fault = follow(self._faults, transition, scene, _ids())
            if fault:
                self._put(fault, changes)

    def _put(self, fault: Fault, changes: Changes) -> None:
        self._faults[fault.id] = changes.faults[fault.id] = fault

    def _look(self, key: Key, evidence: Evidence, findings: list[Finding]) -> LookRow:
        good = all(finding.verdict is Verdict.OK for finding in findings)
        before = self.board.devices[key].looks.get(evidence.probe)
        success = evidence.at if good else before.last_success if before else None
        facts = evidence.facts
        return LookRow(
            key, evidence.probe, evidence.at, evidence.seconds, evidence.outcome, evidence.reason, facts, success
        )

    def _remember(self, key: Key, evidence: Evidence, changes: Changes) -> None:
        if evidence.memory is not None and evidence.memory != self.memory(key, evidence.probe):
            self._memory[key, evidence.probe] = changes.memory[key, evidence.probe] = evidence.memory

    async def _write(self, urgent: Changes, lazy: Changes, wait: bool) -> None:
        self._committer.later(lazy)
        if not wait:
            self._committer.soon(urgent)
            return
        try:
            await self._committer.durable(urgent)
        except StoreError:
            pass  # counted by the committer and tried again until the disk takes it
        for fault in urgent.faults.values():
            self._show_fault(fault.id)

    def _show_fault(self, fault_id: str) -> None:
        fault = self._faults[fault_id]
        if fault.cleared is None:
            self.board.faults[fault.id] = fault
        else:
            self.board.faults.pop(fault.id, None)

    def _show(self, key: Key, evidence: Evidence, look: LookRow, findings: list[Finding]) -> None:
        for finding in findings:
            self._show_standing(Subject(finding.key, finding.probe, finding.aspect))
        state = self.board.devices.get(key)
        if state is None:
            return
        state.looks[evidence.probe] = _shown(look)
        if evidence.pictures:
            state.thumbnail, state.thumbnail_at = _picture(evidence), evidence.at

    def _show_standing(self, subject: Subject) -> None:
        state = self.board.devices.get(subject.key)
        if state is not None and subject in self._standings:
            state.standings[subject.probe, subject.aspect] = self._standings[subject]

    def _restore(self, row: StandingRow) -> None:
        subject = row.standing.subject
        if subject.key in self.board.devices:
            self._standings[subject], self._spans[subject] = row.standing, row.span
            self._show_standing(subject)

    def _restore_look(self, look: LookRow) -> None:
        state = self.board.devices.get(look.key)
        if state is not None:
            state.looks[look.probe] = _shown(look)

    def _forget(self, key: Key) -> None:
        del self.board.devices[key]
        self._standings = {subject: one for subject, one in self._standings.items() if subject.key != key}
        self._spans = {subject: one for subject, one in self._spans.items() if subject.key != key}
        self._memory = {name: one for name, one in self._memory.items() if name[0] != key}


def _shown(look: LookRow) -> Look:
    return Look(look.probe, look.at, look.seconds, look.outcome, look.reason, look.facts, look.last_success)


def _picture(evidence: Evidence) -> bytes:
    return evidence.pictures.get("thumbnail") or next(iter(evidence.pictures.values()))


def _ids() -> Iterator[str]:
    while True:
        yield uuid.uuid4().hex[:12]
