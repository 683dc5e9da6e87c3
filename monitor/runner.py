"""HOW a look is made: a slot, the host's lock, the deadline, and the boundary where our own errors become *unknown*."""

import asyncio
import logging
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.model import Deadline, Evidence, Finding, LoginState, Memory, Outcome, Target
from monitor.probes import Probe
from monitor.protocols.logins import LoginEntry, LoginGuard

log = logging.getLogger(__name__)

GRACE = 1.0
"""Seconds a probe may take beyond its deadline to say goodbye (TEARDOWN) before it is cancelled."""
CLOSE_SECONDS = 45.0
"""Deadline of a close look: six key frames over ten seconds and more, at key frames up to five seconds apart."""
RECORDER_SECONDS = 300.0
"""Deadline of reading a recorder for the first time; later readings use the cache of closed days."""
SLOT_SECONDS = 5.0
"""A healthy plain look is over by then: connecting, a key frame, two seconds of timing."""
SILENT_SECONDS = 1.0
"""The same for a device that was slow last time: most likely it is silent again."""
SLOW = frozenset({Outcome.CONNECT_TIMEOUT, Outcome.TIMEOUT, Outcome.ABANDONED, Outcome.NO_RTP, Outcome.NO_KEY_FRAME})
"""Outcomes that used up a whole limit: such devices wait in the slow lane next time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look and what it means."""

    evidence: Evidence
    findings: tuple[Finding, ...]


class Lanes:
    """Slots for looks, so that a thousand dead cameras starve nobody.

    Devices slow last time share half of them. A plain look holds its slot for ``SLOT_SECONDS`` at most, one at such a
    device for ``SILENT_SECONDS``: what lasts longer waits for a silent device, which costs a socket and nothing else,
    so the next may begin. Long looks (close ones, readings of recorders) have a few slots of their own.
    """

    def __init__(self, slots: int) -> None:
        self._all = asyncio.Semaphore(slots)
        self._slow = asyncio.Semaphore(max(1, slots // 2))
        self._long = asyncio.Semaphore(max(1, slots // 4))
        self._slow_hosts: set[str] = set()

    def slot(self, host: str, long: bool = False) -> AbstractAsyncContextManager[None]:
        if long:
            return self._long
        if host in self._slow_hosts:
            return _lent(SILENT_SECONDS, self._slow, self._all)
        return _lent(SLOT_SECONDS, self._all)

    def full(self) -> bool:
        """No slot is free for a long look."""
        return self._long.locked()

    def remember(self, host: str, outcome: Outcome) -> None:
        (self._slow_hosts.add if outcome in SLOW else self._slow_hosts.discard)(host)


@asynccontextmanager
async def _lent(seconds: float, *lanes: asyncio.Semaphore) -> AsyncIterator[None]:
    """A slot of every lane; they go back at the end, or after so many seconds, whichever comes first."""
    with ExitStack() as held:
        for lane in lanes:
            await lane.acquire()
            held.callback(lane.release)
        due = asyncio.get_running_loop().call_later(seconds, held.close)  # what was released is not released again
        try:
            yield
        finally:
            due.cancel()


class HostLocks:
    """One connection per host at a time: a lock made when first wanted, forgotten when nobody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._wanted: dict[str, int] = defaultdict(int)

    @asynccontextmanager
    async def held(self, host: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(host, asyncio.Lock())
        self._wanted[host] += 1
        try:
            async with lock:
                yield
        finally:
            self._wanted[host] -= 1
            if not self._wanted[host]:
                del self._wanted[host], self._locks[host]


class Runner:
    """Makes looks and has them judged. Knows no schedule and keeps nothing."""

    def __init__(
        self,
        probes: Mapping[str, Probe],
        judge: Callable[[Target, Evidence], tuple[Finding, ...]],
        guard: LoginGuard,
        *,
        slots: int,
        seconds: float,
        on_failure: Callable[[str, str], None],
        keep_login: Callable[[LoginEntry], Awaitable[None]],
    ) -> None:
        """``seconds``: deadline of a plain look. ``on_failure(probe, outcome)`` counts what failed or was abandoned.

        ``keep_login`` makes what a look taught about an account durable, before anybody tries that account again.
        """
        self.guard = guard
        self._probes, self._judge = probes, judge
        self._seconds = seconds
        self._lanes = Lanes(slots)
        self._locks = HostLocks()
        self._on_failure, self._keep_login = on_failure, keep_login
        self._complaints: Counter[tuple[str, str]] = Counter()

    async def look(self, name: str, target: Target, memory: Memory) -> Seen:
        """Make one look: waits for the host and a slot, never raises but for cancellation."""
        long = name == "recorder" or target.close
        async with self._locks.held(target.host), self._lanes.slot(target.host, long):
            ready = replace(target, login=self._login(target))
            seen = await self._bounded(name, ready, memory)
            await self._learn(target, seen.evidence)
        self._lanes.remember(target.host, seen.evidence.outcome)
        return seen

    def has_time(self) -> bool:
        """Whether a close look could begin at once."""
        return not self._lanes.full()

    def seconds_for(self, name: str, target: Target) -> float:
        if name == "recorder":
            return RECORDER_SECONDS
        return max(self._seconds, CLOSE_SECONDS) if target.close else self._seconds

    async def _bounded(self, name: str, target: Target, memory: Memory) -> Seen:
        """The boundary: whatever goes wrong in our own code becomes an unknown with its reason, counted."""
        started, at = time.monotonic(), datetime.now(UTC)
        seconds = self.seconds_for(name, target)
        try:
            async with asyncio.timeout(seconds + GRACE):
                evidence = await self._probes[name](target, memory, Deadline.after(seconds))
            return Seen(evidence, self._judge(target, evidence))
        except TimeoutError:
            outcome, reason = Outcome.ABANDONED, f"the look was abandoned after {seconds + GRACE:.0f} s"
        except Exception as error:  # noqa: BLE001  # the one boundary that turns an error of ours into unknown
            # Only the type goes on: the text of a foreign exception may hold a URL with its password.
            outcome, reason = Outcome.FAILED, f"the monitor failed at this look ({type(error).__name__})"
            self._complain(name, target, _where(error))
        self._on_failure(name, outcome.value)
        evidence = Evidence(name, at, time.monotonic() - started, outcome, reason)
        return Seen(evidence, self._judge(target, evidence))

    def _complain(self, name: str, target: Target, where: str) -> None:
        """At the first time, the tenth, the hundredth: what fails at every look must not drown the log."""
        self._complaints[name, where] += 1
        times = self._complaints[name, where]
        if str(times).strip("0") == "1":
            log.error("look %s at %s failed: %s%s", name, target.key, where, f" ({times} times now)" * (times > 1))

    def _login(self, target: Target) -> LoginState:
        return self.guard.state(target.host, target.credentials) if target.credentials else LoginState()

    async def _learn(self, target: Target, evidence: Evidence) -> None:
        if target.credentials is None or evidence.login_worked is None:
            return
        tell = self.guard.worked if evidence.login_worked else self.guard.refused
        if tell(target.host, target.credentials, datetime.now(UTC)):
            await self._keep_login(self.guard.entry(target.host, target.credentials))


def _where(error: Exception) -> str:
    """Type and place of an error of ours, without its text, which may hold a secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {place.filename}:{place.lineno} in {place.name}"
