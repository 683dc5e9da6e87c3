"""Learning a camera's baseline on command: its identity, and the reference picture as the median of several looks."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from monitor import workers
from monitor.cli.choose import Configured
from monitor.cli.context import fail
from monitor.cli.looking import Kept, runner_of
from monitor.model import Evidence, Finding, Key, Memory, Target, Verdict
from monitor.plan import with_stream
from monitor.reports.commissioning import EVENT
from monitor.reports.compare import Document
from monitor.retention.vanished import ACCEPTED
from monitor.runner import Runner, Seen
from monitor.settings import Settings
from monitor.store import STATE_FILE, Store, StoreError, events, memory

SPARE_GLANCES = 8
"""Glances beyond the least number: passers-by and headlights spoil some."""

GIVE_UP = 3
"""So many glances in a row with a fault: this camera is not ready."""


@dataclass(slots=True)
class Learned:
    evidence: dict[str, Evidence] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    learned: bool = False
    why: str = "the camera has no video stream to take a reference from"


async def learn(settings: Settings, target: Target, say: Callable[[str], None]) -> Learned:
    """Look until the reference stands; ``say`` hears what is going on."""
    kept = Kept(Configured((target,), Path(settings.state_dir), settings.poll.deadline))
    runner, made = runner_of(kept, settings.poll.deadline), Learned()
    try:
        if target.onvif:
            _take(made, "onvif", await runner.look("onvif", replace(target, close=True), b""))
            target = with_stream(target, made.evidence["onvif"].facts.get("onvif") or {})
        if target.rtsp:
            await _picture(runner, target, kept.memory(target.key, "picture"), made, say)
    finally:
        workers.close()
        kept.close()
    return made


async def learn_recorder(settings: Settings, target: Target) -> Learned:
    """One look: the disks that are there now are all there should be."""
    kept = Kept(Configured((target,), Path(settings.state_dir), settings.poll.deadline))
    runner, made, before = runner_of(kept, settings.poll.deadline), Learned(), kept.memory(target.key, "recorder")
    accepting = replace(target, options={**target.options, ACCEPTED: True})
    try:
        _take(made, "recorder", await runner.look("recorder", accepting, before), before)
    finally:
        workers.close()
        kept.close()
    made.findings = [finding for finding in made.findings if finding.probe == "recorder"]  # cameras are not its parts
    made.learned, made.why = made.evidence["recorder"].recordings is not None, made.evidence["recorder"].reason
    return made


async def _picture(runner: Runner, target: Target, before: Memory, made: Learned, say: Callable[[str], None]) -> None:
    """Glances from a view that is accepted anew, until they make a reference; then the close look."""
    limits, now, bad = target.limits.picture, before, 0
    for number in range(limits.reference_frames + SPARE_GLANCES):
        began = time.monotonic()
        accepting = replace(target, options={**target.options, "accept_view": number == 0})
        seen = await runner.look("picture", accepting, now)
        now = seen.evidence.memory or now
        if seen.evidence.facts.get("picture", {}).get("reference", {}).get("learned"):
            made.learned = True
            break
        bad = bad + 1 if any(finding.verdict is Verdict.FAULT for finding in seen.findings) else 0
        if bad == GIVE_UP:
            break
        made.why = f"no reference could be learned: {seen.evidence.reason}"
        say(f"picture {number + 1}: {seen.evidence.reason}")
        await asyncio.sleep(max(0.0, limits.reference_spacing - (time.monotonic() - began)))
    _take(made, "picture", await runner.look("picture", replace(target, close=True), now), now)


def _take(made: Learned, probe: str, seen: Seen, before: Memory = b"") -> None:
    made.evidence[probe] = seen.evidence
    made.memories[probe] = seen.evidence.memory or before
    made.findings += seen.findings


def keep(settings: Settings, key: Key, record: Document, memories: Mapping[str, Memory], at: datetime) -> None:
    """Into the state file: the event for the device's file, and the baseline; a running daemon takes it from there."""
    folder = Path(settings.state_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(Store(folder / STATE_FILE)) as store:
            store.write(memory.save, {(key, probe): value for probe, value in memories.items() if value})
            store.write(events.add, events.Event(key, EVENT, at, record))
    except (OSError, StoreError) as refused:
        fail(f"the commissioning could not be written down: {refused}")
