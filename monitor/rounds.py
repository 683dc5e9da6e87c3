"""One poll from end to end: look, ask whether we could see at all, record; on suspicion look again, long and close."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.board import Board
from monitor.eyes import Eyes
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.model import Evidence, FaultKind, Finding, Key, Outcome, Target, Verdict
from monitor.plan import can_look, judged_in, with_stream
from monitor.runner import Runner, Seen

CLOCKS = frozenset({FaultKind.CLOCK_DRIFT, FaultKind.RECORDER_CLOCK_DRIFT})
CLOSE_PAUSE = 10
"""While a fault already stands, a close look only at every so many poll intervals: the device deserves rest. The same
once a close look has seen the key frame that a glance had missed."""


class Rounds:
    """Polls devices; holds the targets of the present configuration."""

    def __init__(
        self,
        runner: Runner,
        ledger: Ledger,
        board: Board,
        eyes: Eyes,
        interval: float,
        on_look: Callable[[str, float], None],
    ) -> None:
        """``on_look(probe, seconds)`` hears of every finished look."""
        self._runner, self._ledger, self._board, self._eyes = runner, ledger, board, eyes
        self._on_look = on_look
        self._closed_at: dict[Key, float] = {}
        self._seldom: set[Key] = set()  # cameras so slow that a glance tells nothing
        self.interval = interval
        self.targets: Mapping[Key, Target] = {}
        self._progress = time.monotonic()

    def idle(self) -> float:
        """Seconds since a look last came to its end."""
        return time.monotonic() - self._progress

    async def poll(self, key: Key, name: str) -> None:
        """One scheduled look; a suspicion is followed up at once, or at the next poll when too many are suspected."""
        evidence = await self.look(key, name)
        if evidence and evidence.facts.get("suspect") and self._runner.has_time() and self._close_is_due(key, evidence):
            self._closed_at[key] = time.monotonic()
            closely = await self.see(key, name, close=True)
            (self._seldom.add if _seldom(evidence, closely) else self._seldom.discard)(key)

    async def look(self, key: Key, name: str, *, close: bool = False) -> Evidence | None:
        """Look and record. None when the device left the configuration, or its stream's address is not known yet."""
        seen = await self.see(key, name, close=close)
        return seen.evidence if seen else None

    async def see(self, key: Key, name: str, *, close: bool = False) -> Seen | None:
        """As :meth:`look`, with what it means."""
        target = self.targets.get(key)
        if target is None:
            return None
        target = self._prepared(target, name, close)
        if not can_look(name, target):
            return None
        seen = await self._runner.look(name, target, self._ledger.memory(key, name))
        self._progress = time.monotonic()
        self._on_look(name, seen.evidence.seconds)
        seen = await self._unless_blind(target, seen)
        now = self.targets.get(key)
        if now and name in judged_in(now):  # the configuration may have changed meanwhile
            await self._ledger.record(target, seen.evidence, seen.findings)
        return seen

    async def see_beside(self, target: Target, name: str) -> Seen:
        """Look at something that is not watched, such as a second stream: nothing is recorded."""
        return await self._runner.look(name, target, b"")

    async def _unless_blind(self, target: Target, seen: Seen) -> Seen:
        """What was seen while we could not see is no evidence."""
        self._eyes.saw(target.host, seen.evidence)
        why = self._eyes.blind()
        await self._ledger.set_blind(bool(why), why)
        if not why:
            return self._unless_our_clock(seen)
        starved = replace(seen.evidence, outcome=Outcome.STARVED, reason=why, facts={}, memory=None, recordings=None)
        return Seen(starved, judge(target, starved))

    def _unless_our_clock(self, seen: Seen) -> Seen:
        """A device's clock is no fault of its own when ours was set."""
        recordings, onvif = seen.evidence.recordings, seen.evidence.facts.get("onvif") or {}
        doubt = self._eyes.clock_doubt(recordings.clock_offset if recordings else onvif.get("clock_offset_seconds"))
        if not doubt:
            return seen
        return replace(seen, findings=tuple(_doubted(one, doubt) for one in seen.findings))

    def _prepared(self, target: Target, name: str, close: bool) -> Target:
        """What one probe learned helps the other: the stream's address, and what RTSP really delivered."""
        state = self._board.devices.get(target.key)
        looks = state.looks if state else {}
        options = dict(target.options)
        if name == "onvif" and "picture" in looks:
            options["last_stream"] = looks["picture"].facts.get("stream")
        accepted = self._ledger.view_accepted(target.key) if name == "picture" else None
        if accepted is not None:
            options["accepted_at"] = accepted.timestamp()
        if "onvif" in looks:
            target = with_stream(target, looks["onvif"].facts.get("onvif") or {})
        return replace(target, close=close, options=options)

    def _close_is_due(self, key: Key, evidence: Evidence) -> bool:
        waits = bool(evidence.facts.get("too_short"))
        state = self._board.devices.get(key)
        standing = state.standings.get(("rtsp" if waits else "picture", "")) if state else None
        stands = standing is not None and standing.verdict is Verdict.FAULT
        if not stands and not (waits and key in self._seldom):
            return True
        return time.monotonic() - self._closed_at.get(key, float("-inf")) >= CLOSE_PAUSE * self.interval


def _seldom(glance: Evidence, closely: Seen | None) -> bool:
    """Whether a close look found nothing wrong where a glance had been too short."""
    if closely is None or not glance.facts.get("too_short"):
        return False
    innocent = all(finding.verdict is not Verdict.FAULT for finding in closely.findings)
    return closely.evidence.outcome is Outcome.SEEN or (closely.evidence.outcome is Outcome.NO_KEY_FRAME and innocent)


def _doubted(finding: Finding, doubt: str) -> Finding:
    if finding.fault not in CLOCKS:
        return finding
    return replace(finding, verdict=Verdict.UNKNOWN, fault=None, reason=doubt)
