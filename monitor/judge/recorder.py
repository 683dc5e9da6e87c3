"""What one look at a recorder means for the recorder itself: reached, clock, disks, RAID."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from monitor.limits import RecordingLimits
from monitor.model import Disk, Evidence, FaultKind, Finding, Judged, Outcome, Recordings, Subject, Target, Verdict

MEANING: Mapping[Outcome, FaultKind] = {
    Outcome.DNS: FaultKind.RECORDER_UNREACHABLE,
    Outcome.REFUSED: FaultKind.RECORDER_UNREACHABLE,
    Outcome.NO_ROUTE: FaultKind.RECORDER_UNREACHABLE,
    Outcome.CONNECT_TIMEOUT: FaultKind.RECORDER_UNREACHABLE,
    Outcome.CLOSED: FaultKind.RECORDER_UNREACHABLE,
    Outcome.AUTH: FaultKind.RECORDER_AUTH_FAILED,
    # A refused login stays refused until it is tried again: the verdict stands while it rests.
    Outcome.AUTH_RESTING: FaultKind.RECORDER_AUTH_FAILED,
    Outcome.AUTH_MISSING: FaultKind.RECORDER_AUTH_FAILED,
    Outcome.LOCKED: FaultKind.ACCOUNT_LOCKED,
    Outcome.HOST_KEY_CHANGED: FaultKind.HOST_KEY_CHANGED,
}
"""Outcomes that are faults of the recorder; any other but SEEN is unknown."""


def judge_recorder(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    """Aspects: "" reached and read, "clock", "disk:ID" for each disk, "raid"."""
    recordings = evidence.recordings
    findings = [_finding(target, evidence, "", _reached(evidence))]
    if recordings is None:
        return tuple(findings)
    limits = target.limits.recording
    findings += [_finding(target, evidence, "clock", clock) for clock in _clock(recordings, limits)]
    for disk in recordings.disks or ():
        findings.append(_finding(target, evidence, f"disk:{disk.id}", _disk(disk, limits)))
    findings += [_finding(target, evidence, "raid", raid) for raid in _raid(recordings.disks or ())]
    return tuple(findings)


def no_longer_named(evidence: Evidence, judged: Sequence[Finding], known: Iterable[Subject]) -> list[Finding]:
    """What is ok now because nobody speaks of it: disks that a person accepted as gone, or of a place not read now.

    ``known``: what findings there were before. A disk that is missed is always named, as absent.
    """
    if evidence.recordings is None or evidence.recordings.disks is None:
        return []
    told = {Subject(one.key, one.probe, one.aspect) for one in judged}
    mine = [one for one in known if one.probe == "recorder" and (one.aspect == "raid" or one.aspect[:5] == "disk:")]
    words = "it is not among the recorder's disks any more"
    return [
        Finding(one.key, one.probe, Verdict.OK, None, words, evidence.at, evidence.seconds, one.aspect)
        for one in mine
        if one not in told
    ]


def _finding(target: Target, evidence: Evidence, aspect: str, judged: Judged) -> Finding:
    recordings = evidence.recordings
    facts = {
        **evidence.facts,
        "disks": [asdict(disk) for disk in (recordings.disks if recordings else None) or ()],
        "clock_offset_seconds": _rounded(recordings.clock_offset if recordings else None),
    }
    verdict, fault, reason = judged
    return Finding(target.key, "recorder", verdict, fault, reason, evidence.at, evidence.seconds, aspect, facts)


def _reached(evidence: Evidence) -> Judged:
    if evidence.outcome is Outcome.SEEN:
        return Verdict.OK, None, evidence.reason
    if evidence.outcome is Outcome.INCOMPLETE and _was_read(evidence):
        return Verdict.OK, None, f"warning: {evidence.reason}"  # what was not read is unknown of its own camera
    fault = MEANING.get(evidence.outcome)
    if evidence.outcome is Outcome.TIMEOUT and evidence.facts.get("phase") == "connect":
        fault = FaultKind.RECORDER_UNREACHABLE
    return Verdict.FAULT if fault else Verdict.UNKNOWN, fault, evidence.reason


def _was_read(evidence: Evidence) -> bool:
    channels = evidence.recordings.channels if evidence.recordings else ()
    return any(channel.segments is not None for channel in channels)


def _clock(recordings: Recordings, limits: RecordingLimits) -> Iterator[Judged]:
    offset, note = recordings.clock_offset, recordings.clock_note
    if any(channel.unread and channel.unread == note for channel in recordings.channels):
        yield Verdict.UNKNOWN, None, note
        return
    if offset is None:
        if note:
            yield Verdict.OK, None, note
        return
    words = f"the recorder's clock is {abs(offset):.0f} s {'ahead' if offset > 0 else 'behind'}"
    if abs(offset) > limits.clock_fail:
        yield Verdict.FAULT, FaultKind.RECORDER_CLOCK_DRIFT, "; ".join(filter(None, (words, note)))
    elif abs(offset) > limits.clock_warn:
        yield Verdict.OK, None, "; ".join(filter(None, (f"warning: {words}", note)))
    else:
        yield Verdict.OK, None, "; ".join(filter(None, (note and f"warning: {note}", words)))


def _disk(disk: Disk, limits: RecordingLimits) -> Judged:
    name = " ".join(filter(None, (disk.id, f"({disk.note})" if disk.note else "")))
    inodes = disk.inodes_free_ratio
    rules = (
        (disk.status == "failed", FaultKind.DISK_FAILED, f"the disk {name} has failed"),
        (disk.status == "absent", FaultKind.DISK_FAILED, f"the disk {name} is gone: it was there before"),
        (disk.smart_passed is False, FaultKind.DISK_FAILED, f"the disk {name} fails its self-assessment (SMART)"),
        (disk.read_only is True, FaultKind.DISK_FAILED, f"{name} is mounted read-only: nothing can be recorded"),
        (disk.status == "full", FaultKind.DISK_FULL, f"{name} is full: no space is left to write"),
        (inodes is not None and inodes <= limits.inodes_free_ratio, FaultKind.DISK_FULL, f"{name} has no inodes left"),
    )
    for holds, fault, reason in rules:
        if holds:
            return Verdict.FAULT, fault, reason
    if disk.status != "ok":
        return Verdict.UNKNOWN, None, f"the state of {name} is not known"
    return Verdict.OK, None, f"{name} is in order"


def _raid(disks: tuple[Disk, ...]) -> Iterator[Judged]:
    states = {disk.raid: disk for disk in disks if disk.raid}
    if "degraded" in states:
        disk = states["degraded"]
        yield Verdict.FAULT, FaultKind.RAID_DEGRADED, f"the RAID {disk.id} runs without one of its disks: {disk.note}"
    elif "rebuilding" in states:
        yield Verdict.OK, None, f"warning: the RAID {states['rebuilding'].id} is being rebuilt"
    elif "unknown" in states:
        yield Verdict.UNKNOWN, None, f"the state of the RAID {states['unknown'].id} is not known"
    elif states:
        yield Verdict.OK, None, "the RAID is in order"


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
