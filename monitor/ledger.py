"""The only writer: a look goes in, what it means is made durable, and only then anybody is told."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.album import Album
from monitor.blame import Rules, Scene, blindness, groups
from monitor.blame.scene import MONITOR
from monitor.board import Board, DeviceState
from monitor.docket import Docket
from monitor.housekeeping import Housekeeping
from monitor.judge.recorder import no_longer_named
from monitor.model import Evidence, Finding, Key, Look, Memory, Subject, Target, Transition, Verdict, shared
from monitor.plan import judged_in
from monitor.protocols.logins import LoginEntry
from monitor.showing import newest_picture, show_faults, show_look, show_picture, show_standing
from monitor.store import Changes, Store, StoreError, faults, memory, pictures, spans, standings
from monitor.store.committer import Committer
from monitor.store.spans import Span
from monitor.tally import Tally

log = logging.getLogger(__name__)

SETTLE_SECONDS = 1.0
"""How often all open faults are looked at together."""
INTERRUPTION = timedelta(minutes=10)
"""Not at work for longer is a fault of the monitor, excused only by a maintenance window."""


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
        sinks: tuple[str, ...] = (),
    ) -> None:
        """``clock`` gives aware UTC. ``sinks``: names of the repair desks that hear of announced faults."""
        self.board = board
        self._store, self._committer, self._clock = store, Committer(store), clock
        self._house = Housekeeping(store, self._committer, clock)
        self._tally = Tally(raise_after, clear_after)
        self._docket = Docket(rules or Rules(), sinks)
        self._targets: dict[Key, Target] = {}
        self._groups: dict[Subject, list[Key]] = {}
        self._memory: dict[tuple[Key, str], Memory] = {}
        self._album = Album(pictures.folder(store.path))
        self._blind = ""
        self._task: asyncio.Task[None] | None = None

    def load(self, targets: Iterable[Target]) -> None:
        """Continue where the last run ended: call once, before ``start``. Raises StoreError."""
        now = self._clock()
        self.board.started = now
        self._targets = {target.key: target for target in targets}
        self.board.devices = {key: DeviceState(target) for key, target in self._targets.items()}
        for row in self._store.read(standings.load):
            if row.standing.subject.key in self.board.devices:
                self._tally.restore(row)
                show_standing(self.board, row.standing)
        for look in self._store.read(standings.load_looks):
            show_look(self.board, look)
        recent = now - self._docket.rules.reopen_within
        self._docket.load(self._store.read(faults.cleared_since, recent) + self._store.read(faults.standing))
        self.board.faults = self._docket.open()
        self._memory = self._store.read(memory.load)
        self._house.load()

    async def start(self) -> None:
        """Begin to write; faults of devices that left the configuration while nobody looked are closed."""
        self._committer.start()
        await self._note_interruption()
        await self.retarget([state.target for state in self.board.devices.values()])
        self._task = asyncio.create_task(self._watch(), name="ledger")

    async def watched(self) -> None:
        """Never returns; raises what ended one of the ledger's own tasks, since nothing would be announced any more."""
        tasks = [task for task in (self._task, self._committer.task) if task is not None]
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()

    async def close(self) -> None:
        """Make everything durable. Raises StoreError when the disk refuses to the end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                self._task.result()  # an error of ours must not end in silence
        self._committer.later(Changes(alive=self._clock()))
        await self._committer.close()

    @property
    def store_errors(self) -> int:
        """Transactions the store refused since the start; each was tried again."""
        return self._committer.errors + self._house.refused

    @property
    def store_failing(self) -> str:
        """Why the store refuses just now, in words; "" = it does not."""
        return self._committer.failing or self._store.away

    @property
    def under_maintenance(self) -> set[tuple[str, str]]:
        """Site and device of the windows that are open now; both are "" where everything is meant."""
        now = self._clock()
        running = (one for one in self._house.windows if one.start <= now and (one.until is None or now < one.until))
        return {(one.site, one.device) for one in running}

    def memory(self, key: Key, probe: str) -> Memory:
        return self._memory.get((key, probe), b"")

    async def record(self, target: Target, evidence: Evidence, judged: tuple[Finding, ...]) -> list[Transition]:
        """Make one look and its judgement durable. Returns after the disk has every transition it confirmed.

        A look at a device that has left the configuration meanwhile is dropped. When the disk refuses, the state goes
        on in memory and is written later (``store_errors``).
        """
        if target.key not in self.board.devices:
            return []
        over = no_longer_named(evidence, judged, self._tally.standings.get(target.key, ()))
        findings = [self._seeing(finding) for finding in (*judged, *over) if finding.key in self.board.devices]
        urgent, lazy = Changes(), Changes()
        transitions = [found for finding in findings if (found := self._tally.count(finding, urgent, lazy))]
        opening = self._blame(target.key, evidence, transitions, urgent)
        look = self._look(target.key, evidence, findings)
        lazy.looks[target.key, evidence.probe] = look
        self._remember(target.key, evidence, urgent if transitions else lazy)
        await self._write(urgent, lazy)
        self._show(evidence, look, findings)
        await self._album.keep(target.key, evidence, opening)
        return transitions

    async def adopt(self, key: Key, baseline: Mapping[str, Memory]) -> None:
        """What a person commissioned replaces what was learned, probe by probe."""
        if key in self.board.devices:
            fresh = {(key, probe): value for probe, value in baseline.items()}
            self._memory |= fresh
            await self._write(Changes(memory=fresh))

    async def accept_view(self, key: Key, by: str) -> None:
        """A person says that this is how the camera shall look from now on. Raises StoreError."""
        await self._house.accept_view(key, by)

    def view_accepted(self, key: Key) -> datetime | None:
        """When a person last did."""
        return self._house.accepted.get(key)

    def history(self, key: Key, since: datetime) -> list[Span]:
        """Every stretch of one verdict that touches the time since then, those that still last included."""
        closed = self._store.read(lambda connection: list(spans.between(connection, key, since, self._clock())))
        return closed + self._tally.spans_of(key)

    async def settle(self) -> None:
        """Look at all open faults together; a running ledger does so every second by itself."""
        await self._write(self._docket.settle(self._scene()))

    async def save_logins(self, entries: Iterable[LoginEntry]) -> None:
        """Make what the login guard learned durable, before anybody tries again. Raises StoreError."""
        await self._committer.durable(Changes(logins=tuple(entries)))

    async def retarget(self, targets: Iterable[Target], rules: Rules | None = None) -> None:
        """Take a new configuration: new devices appear, removed ones vanish, their open faults are closed in words."""
        self._docket.rules = rules or self._docket.rules
        wanted = {target.key: target for target in targets}
        changes = Changes(forgotten=set(self.board.devices) - set(wanted))
        for key in changes.forgotten:
            self._forget(key)
        for key, target in wanted.items():
            self.board.devices.setdefault(key, DeviceState(target)).target = target
        self._targets = wanted
        watched = {key: judged_in(target) for key, target in wanted.items()}
        changes.unwatched = set(self._unwatch(watched))
        self._groups = groups(wanted)
        watched |= {subject.key: frozenset({subject.probe}) for subject in self._groups}
        changes.update(self._docket.close_removed(watched, self._scene()))
        await self._write(changes)

    async def set_blind(self, blind: bool, reason: str = "") -> None:
        """The monitor itself cannot see, or can again: while blind, no fault of a device is believed."""
        if blind == bool(self._blind):
            return
        self._blind = (reason or "the monitor cannot see") if blind else ""
        self.board.blind_since = self._clock() if blind else None
        log.warning("%s", self._blind or "the monitor sees again")
        self._tally.forgive()  # the last looks before we noticed were blind already
        told = blindness(blind, reason or "the monitor sees again", self._clock())
        await self._write(self._docket.follow([told], self._scene()))

    async def _watch(self) -> None:
        while True:
            await self.settle()
            try:
                await self._house.once()
            except (StoreError, OSError) as refused:
                log.warning("housekeeping waits: %s", refused)
            await asyncio.sleep(SETTLE_SECONDS)

    async def _note_interruption(self) -> None:
        """The monitor was not at work for a while: that goes on record, with its excuse if a window covered it."""
        now, since = self._clock(), self._house.alive
        if since is None or now - since <= INTERRUPTION:
            return
        reason = f"the monitor was not running for {(now - since).total_seconds() / 60:.0f} minutes"
        scene = replace(self._scene(), now=since, windows=self._house.windows_between(since, now))
        changes = self._docket.follow([blindness(True, reason, now, since)], scene)
        excused = {one.id: replace(one, excused=scene.excuse(MONITOR.key)) for one in changes.faults.values()}
        changes.update(self._docket.take(excused, scene))
        changes.update(self._docket.follow([blindness(False, f"{reason}; it runs again", now)], scene))
        await self._write(changes)

    def _scene(self) -> Scene:
        rules = self._docket.rules
        known = (self._targets, self._tally.standings, self._house.windows)
        return Scene(self._clock(), *known, bool(self._blind), rules, self._groups)

    def _seeing(self, finding: Finding) -> Finding:
        if not self._blind or finding.verdict is not Verdict.FAULT:
            return finding
        reason = f"the monitor itself cannot see ({self._blind}); it saw: {finding.reason}"
        return replace(finding, verdict=Verdict.UNKNOWN, fault=None, reason=reason)

    def _blame(self, key: Key, evidence: Evidence, transitions: list[Transition], changes: Changes) -> list[str]:
        """Into ``changes``, the faults; returns the names of the pictures to keep of their opening."""
        if not transitions:
            return []
        scene = self._scene()
        changes.update(self._docket.follow(transitions, scene))
        if newest_picture(evidence) is None:
            return []
        opened = [one for one in changes.faults.values() if one.subject.key == key and one.cleared is None]
        shown = {one.id: replace(one, picture=pictures.opening_name(one.id)) for one in opened}
        changes.update(self._docket.take(shown, scene))
        return [one.picture for one in shown.values()]

    def _look(self, key: Key, evidence: Evidence, findings: list[Finding]) -> Look:
        before = self.board.devices[key].looks.get(evidence.probe)
        good = all(finding.verdict is Verdict.OK for finding in findings)
        success = evidence.at if good else before.last_success if before else None
        how = (evidence.at, evidence.seconds, evidence.outcome, shared(evidence.reason))
        return Look(key, evidence.probe, *how, evidence.facts, success)

    def _remember(self, key: Key, evidence: Evidence, changes: Changes) -> None:
        if evidence.memory is not None and evidence.memory != self.memory(key, evidence.probe):
            self._memory[key, evidence.probe] = changes.memory[key, evidence.probe] = evidence.memory

    async def _write(self, urgent: Changes, lazy: Changes | None = None) -> None:
        """Faults are waited for, everything else follows with the next batch or later."""
        self._committer.later(lazy or Changes())
        if not urgent.faults:
            self._committer.soon(urgent)
            return
        try:
            await self._committer.durable(urgent)
        except StoreError:
            pass  # the committer counted it, said so, and tries again until the disk takes it
        show_faults(self.board, {one: self._docket.faults[one] for one in urgent.faults if one in self._docket.faults})

    def _show(self, evidence: Evidence, look: Look, findings: list[Finding]) -> None:
        for finding in findings:
            standing = self._tally.get(Subject(finding.key, finding.probe, finding.aspect))
            if standing is not None:
                show_standing(self.board, standing)
        show_look(self.board, look)
        show_picture(self.board, look.key, evidence)

    def _unwatch(self, watched: Mapping[Key, Collection[str]]) -> Iterator[tuple[Key, str]]:
        """Forget what probes saw that are not made any more; it would stand for ever."""
        for key, probes in watched.items():
            state = self.board.devices[key]
            known = {probe for probe, _aspect in state.standings} | set(state.looks)
            for probe in known - set(probes):
                self._tally.unwatch(key, probe)
                state.standings = {name: one for name, one in state.standings.items() if name[0] != probe}
                state.looks.pop(probe, None)
                yield key, probe

    def _forget(self, key: Key) -> None:
        del self.board.devices[key]
        self._tally.forget(key)
        self._album.forget(key)
        self._memory = {name: value for name, value in self._memory.items() if name[0] != key}
