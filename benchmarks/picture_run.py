"""An hour of polls, and the minutes after a fault, through the probe's own analysis, the judge and patience."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from benchmarks.picture_faults import Fault
from benchmarks.picture_scenes import Scene
from benchmarks.picture_stream import Camera, Encoding
from monitor.judge.picture import judge_picture
from monitor.limits import Limits
from monitor.model import Evidence, FaultKind, Finding, Key, KeyFrame, Outcome, Standing, Target, Verdict
from monitor.patience import step
from monitor.vision import Question, analyse

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
RAISE_AFTER, CLEAR_AFTER = 3, 2
TARGET = Target(Key("bench", "camera"), "camera", "127.0.0.1", limits=Limits())
HEALTHY_MINUTES = 60
FAULT_AT = 14  # minute of the healthy hour from whose memory every fault starts
FAULT_POLLS = 3
FREEZE_POLLS = 8  # of which three need to have asked for a close look
REPLAYED_MINUTES = range(2, 10)


@dataclass
class Daemon:
    """What the daemon does for one camera: look, look closely on suspicion, judge, be patient."""

    memory: bytes = b""
    standing: Standing | None = None
    findings: list[Finding] = field(default_factory=list)
    close_looks: int = 0

    def look(self, key_frames: list[KeyFrame], seconds: float, *, close: bool = False) -> Finding:
        at = NOON + timedelta(seconds=seconds)
        answer = analyse(key_frames, self.memory, Question(at, TARGET.limits.picture, close))
        self.memory = answer.memory
        evidence = Evidence("picture", at, 1.0, Outcome.SEEN, "", {"picture": answer.facts})
        (finding,) = judge_picture(replace(TARGET, close=close), evidence)
        self.standing, _ = step(self.standing, finding, RAISE_AFTER, CLEAR_AFTER)
        self.findings.append(finding)
        return finding

    def poll(self, camera: Camera, minute: int) -> None:
        finding = self.look(camera.poll(minute * 60.0)[0], minute * 60.0)
        if finding.facts.get("suspect"):
            self.close_looks += 1
            self.look(camera.close(minute * 60.0 + 8)[0], minute * 60.0 + 30, close=True)

    @property
    def raised(self) -> FaultKind | None:
        return self.standing.fault if self.standing and self.standing.verdict is Verdict.FAULT else None


@dataclass
class Hour:
    """The healthy hour of one scene under one encoding."""

    scene: str
    encoding: str
    findings: int
    false_findings: list[str]
    false_raised: list[str]
    unknown: int
    close_looks: int
    memory_kilobytes: float
    start: bytes  # memory at FAULT_AT
    shown: dict[int, list[KeyFrame]]  # key frames of REPLAYED_MINUTES


def healthy_hour(scene: Scene, encoding: Encoding, minutes: int = HEALTHY_MINUTES) -> Hour:
    camera, daemon = Camera(scene, encoding), Daemon()
    camera.poll(-60)
    start, shown, raised, largest = b"", {}, [], 0.0
    for minute in range(minutes):
        known = len(daemon.findings)
        daemon.poll(camera, minute)
        largest = max(largest, len(daemon.memory) / 1000)
        if daemon.raised and len(daemon.findings) > known:
            raised.append(f"{minute}: {daemon.raised}: {daemon.findings[-1].reason}")
        if minute in REPLAYED_MINUTES:
            shown[minute] = camera.poll(minute * 60.0 + 20)[0]
            daemon.look(shown[minute], minute * 60.0 + 20)
        if minute == FAULT_AT:
            start = daemon.memory
    false = [f"{f.at:%H:%M} {f.fault}: {f.reason}" for f in daemon.findings if f.verdict is Verdict.FAULT]
    unknown = sum(f.verdict is Verdict.UNKNOWN for f in daemon.findings)
    said = len(daemon.findings), false, raised, unknown, daemon.close_looks
    return Hour(scene.name, encoding.name, *said, largest, start, shown)


@dataclass
class Trial:
    """One fault, put before one scene and encoding that had been healthy for a quarter of an hour."""

    scene: str
    encoding: str
    fault: str
    raised: str | None  # kind that stood after the polls, if any
    polls: int  # until it was raised, or all of them
    blind: bool  # the rule of the expected kind said undecidable, with its reason, at the end
    kinds: list[str]  # what each look said
    reasons: list[str]

    def verdict(self, fault: Fault) -> str:
        if self.raised is None:
            return "undecidable" if self.blind or self.kinds[-1] == "unknown" else "missed"
        if not fault.kinds:
            return "false"
        return "found" if self.raised in fault.kinds else "named otherwise"


def trial(scene: Scene, encoding: Encoding, fault: Fault, hour: Hour) -> Trial:
    daemon = Daemon(hour.start)
    camera = Camera(scene, encoding, fault)
    polls = FREEZE_POLLS if fault.frozen or fault.replayed else FAULT_POLLS
    if not fault.replayed:
        camera.poll(FAULT_AT * 60.0 + 30)  # the encoder settles on the new picture
    for minute in range(FAULT_AT + 1, FAULT_AT + 1 + polls):
        if fault.replayed:
            _replay(daemon, hour, minute)
        else:
            daemon.poll(camera, minute)
        if polls == FREEZE_POLLS and daemon.raised in fault.kinds:
            break
    words = [finding.fault or str(finding.verdict) for finding in daemon.findings]
    table = daemon.findings[-1].facts["kinds"]
    blind = bool(fault.kinds) and table[fault.kinds[0]]["answer"] == "undecidable"
    reasons = [finding.reason for finding in daemon.findings]
    last = minute - FAULT_AT
    return Trial(scene.name, encoding.name, fault.name, daemon.raised, last, blind, list(words), reasons)


def _replay(daemon: Daemon, hour: Hour, minute: int) -> None:
    minutes = sorted(hour.shown)
    finding = daemon.look(hour.shown[minutes[minute % len(minutes)]], minute * 60.0)
    if finding.facts.get("suspect"):
        daemon.look([frame for one in minutes for frame in hour.shown[one]], minute * 60.0 + 30, close=True)
