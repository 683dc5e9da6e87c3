"""Looks made on command: the daemon's own runner and judge, without the daemon."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from monitor import workers
from monitor.cli.choose import Configured
from monitor.cli.context import fail, why_unread
from monitor.judge import judge
from monitor.lookers import LOOKERS
from monitor.model import Evidence, Finding, Key, Memory, Target, Verdict
from monitor.plan import can_look, probes_of, with_stream
from monitor.protocols.logins import LoginEntry, LoginGuard
from monitor.runner import Runner
from monitor.store import STATE_FILE, Store, StoreError, logins, settings

log = logging.getLogger(__name__)

SLOTS = 32


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look at, with which probe (None = those the device calls for), and how."""

    targets: tuple[Target, ...]
    configured: Configured
    probe: str | None = None
    close: bool = False

    def probes(self, target: Target) -> tuple[str, ...]:
        """The names of the probes for one target, in the order they must run."""
        if not self.probe:
            return probes_of(target)
        return (self.probe,) if can_look(self.probe, target) else ()

    def count(self) -> int:
        return sum(len(self.probes(target)) for target in self.targets)


@dataclass(frozen=True, slots=True)
class Result:
    target: Target
    evidence: Evidence
    findings: tuple[Finding, ...]


def known_probes() -> list[str]:
    return sorted(LOOKERS)


class Kept:
    """What is remembered here by a daemon or an earlier verb: learned references, and logins that rest."""

    def __init__(self, configured: Configured) -> None:
        self._path = configured.state_dir / STATE_FILE if configured.state_dir else None
        self.store = _opened(self._path) if self._path else None
        self._salt, entries = self.store.logins() if self.store else (secrets.token_bytes(32), [])
        self._before = frozenset(entries)
        self.guard = LoginGuard(self._salt, entries)

    def memory(self, key: Key, name: str) -> Memory:
        return self.store.memory(key, name) if self.store else b""

    def close(self) -> None:
        """A login refused here must rest for the daemon too, and for the next verb."""
        learned = [entry for entry in self.guard.entries() if entry not in self._before]
        try:
            if any(entry.refused_at for entry in learned):
                self._begin()
            if self.store:
                self.store.save_logins(learned)
                self.store.close()
        except StoreError as refused:  # the results count more
            log.warning("what was learned of the logins could not be kept: %s", refused)

    def _begin(self) -> None:
        """Make the state where there is none yet. One that a daemon has made meanwhile has a salt of its own."""
        if self._path and not self.store and not self._path.exists():
            self.store = Store(self._path)
            self.store.write(settings.put, logins.SALT, self._salt)


def _opened(path: Path) -> Store | None:
    """None where there is none. A look without the logins that rest could lock an account, so it is not made."""
    try:
        return Store(path) if path.is_file() else None
    except (PermissionError, StoreError) as refused:
        fail(why_unread(path, refused))


async def look_at_all(plan: Plan, on_done: Callable[[Result], None]) -> list[Result]:
    """Make every look of the plan, many at once, one per host; results in the plan's order."""
    try:
        return await one_round(plan, on_done)
    finally:
        workers.close()


async def one_round(plan: Plan, on_done: Callable[[Result], None]) -> list[Result]:
    """As :func:`look_at_all`, for those who look again: the worker processes are left to them."""
    kept = Kept(plan.configured)
    runner = runner_of(kept, plan.configured.deadline)
    decodes = any("picture" in plan.probes(target) for target in plan.targets)
    warm = asyncio.create_task(workers.warm_up() if decodes else _nothing())
    try:
        rows = await asyncio.gather(*(_visit(runner, kept, plan, target, on_done, warm) for target in plan.targets))
        return [result for row in rows for result in row]
    finally:
        warm.cancel()
        kept.close()


def runner_of(kept: Kept, seconds: float) -> Runner:
    """The daemon's runner, without the daemon. ``seconds``: deadline of one plain look."""
    return Runner(
        LOOKERS, judge, kept.guard, slots=SLOTS, seconds=seconds, on_failure=_not_counted, keep_login=_kept_later
    )


async def _visit(
    runner: Runner, kept: Kept, plan: Plan, target: Target, on_done: Callable[[Result], None], warm: asyncio.Task[None]
) -> list[Result]:
    """All looks at one device, one after the other: what the first learns, the next may need."""
    results: list[Result] = []
    for name in plan.probes(target):
        inventory = results[0].evidence.facts.get("onvif") if results else None
        ready = replace(with_stream(target, inventory or {}), close=plan.close)
        if name == "picture":
            await asyncio.shield(warm)  # on a busy machine the processes' start must not eat the look's deadline
        if can_look(name, ready):
            results.append(await _look(runner, kept, ready, name, on_done))
    return results


async def _look(runner: Runner, kept: Kept, target: Target, name: str, on_done: Callable[[Result], None]) -> Result:
    memory = kept.memory(target.key, name)
    seen = await runner.look(name, target, memory)
    if seen.evidence.facts.get("suspect") and not target.close:
        seen = await runner.look(name, replace(target, close=True), seen.evidence.memory or memory)
    result = Result(target, seen.evidence, tuple(_seen_once(finding) for finding in seen.findings))
    on_done(result)
    return result


def _seen_once(finding: Finding) -> Finding:
    """A single look has no history: it says how far it can be trusted."""
    if finding.verdict is not Verdict.FAULT:
        return finding
    return replace(finding, facts={"confidence": "seen once", **finding.facts})


async def _kept_later(_entry: LoginEntry) -> None:
    """What was learned about logins is saved once, at the end of the verb."""


async def _nothing() -> None:
    """Nothing to warm up where nothing is decoded."""


def _not_counted(_probe: str, _outcome: str) -> None:
    """The daemon counts its failures in a metric; a verb shows them in its result."""
