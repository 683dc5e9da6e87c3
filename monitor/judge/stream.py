"""What one look at an RTSP stream means. The pixels are judged elsewhere; this is reachability, login and flow."""

from collections.abc import Mapping
from typing import Any

from monitor.limits import StreamLimits
from monitor.model import (
    FEW_FRAMES,
    IF_IT_LASTS,
    SPACINGS,
    Evidence,
    Facts,
    FaultKind,
    Finding,
    Judged,
    Outcome,
    Target,
    Verdict,
    shared,
)

MEANING: Mapping[Outcome, FaultKind] = {
    Outcome.DNS: FaultKind.UNREACHABLE,
    Outcome.REFUSED: FaultKind.UNREACHABLE,
    Outcome.NO_ROUTE: FaultKind.UNREACHABLE,
    Outcome.CONNECT_TIMEOUT: FaultKind.UNREACHABLE,
    # It accepted the connection, so it is there: what is missing is the stream.
    Outcome.TIMEOUT: FaultKind.NO_STREAM,
    Outcome.CLOSED: FaultKind.NO_STREAM,
    Outcome.TLS: FaultKind.NO_STREAM,
    Outcome.PROTOCOL: FaultKind.NO_STREAM,
    Outcome.TOO_LARGE: FaultKind.NO_STREAM,
    Outcome.NOT_FOUND: FaultKind.NO_STREAM,
    Outcome.SERVER_ERROR: FaultKind.NO_STREAM,
    Outcome.NO_VIDEO: FaultKind.NO_STREAM,
    Outcome.NO_RTP: FaultKind.NO_STREAM,
    Outcome.NO_KEY_FRAME: FaultKind.NO_STREAM,
    Outcome.AUTH: FaultKind.AUTH_FAILED,
    # A refused login stays refused until it is tried again: the verdict stands while it rests.
    Outcome.AUTH_RESTING: FaultKind.AUTH_FAILED,
    # A device that wants a login nobody configured cannot be watched, and only a person can mend that.
    Outcome.AUTH_MISSING: FaultKind.AUTH_FAILED,
    Outcome.FORBIDDEN: FaultKind.AUTH_FAILED,
    Outcome.LOCKED: FaultKind.ACCOUNT_LOCKED,
    Outcome.STALLED: FaultKind.STALLED,
}
"""Outcomes that are faults. BUSY is unknown until it lasts (see ``monitor.patience``); every other one is unknown."""

STARVED_LAG = 0.25
"""Seconds our event loop may be late before a measured frame rate says more about us than about the camera."""

FRAMES_TO_A_KEY = 150
"""Cameras are set to a key frame every 25 to 100, seldom 150 frames: at one frame per second longer than any look."""


def judge_stream(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    """The stream itself; and, where a nominal frame rate is configured, aspect ``frame_rate``."""
    stream: Facts = evidence.facts.get("stream") or {}
    limits = target.limits.stream
    main = _judge_outcome(evidence, limits) or _judge_flow(stream, limits, evidence.reason)
    facts = {**stream, IF_IT_LASTS: FaultKind.NO_STREAM} if evidence.outcome is Outcome.BUSY else stream
    findings = [_finding(target, evidence, main, facts)]
    if limits.frame_rate is not None:
        findings.append(_finding(target, evidence, _judge_rate(stream, limits, main[0]), stream, "frame_rate"))
    return tuple(findings)


def _finding(target: Target, evidence: Evidence, judged: Judged, facts: Facts, aspect: str = "") -> Finding:
    verdict, fault, reason = judged
    return Finding(target.key, "rtsp", verdict, fault, shared(reason), evidence.at, evidence.seconds, aspect, facts)


def _judge_outcome(evidence: Evidence, limits: StreamLimits) -> Judged | None:
    """None when the stream flowed and its numbers decide."""
    if evidence.outcome is Outcome.SEEN:
        return None
    fault = MEANING.get(evidence.outcome)
    if _never_connected(evidence):
        fault = FaultKind.UNREACHABLE
    if _torn(evidence, limits):
        fault = FaultKind.CORRUPT
    elif seconds := _cut_off(evidence):
        return Verdict.FAULT, FaultKind.STALLED, f"{evidence.reason}; before that {seconds:.1f} s of video came"
    elif evidence.outcome is Outcome.NO_KEY_FRAME and evidence.facts.get("suspect"):
        words = "some cameras send one every 10 to 20 s only; a close look follows"
        return Verdict.UNKNOWN, None, f"{evidence.reason}; {words}"
    elif frames := _too_few_for_a_key(evidence):
        words = f"only {frames} frames came, and many cameras send as many from one key frame to the next"
        return Verdict.UNKNOWN, None, f"{evidence.reason}; {words}"
    return (Verdict.FAULT if fault else Verdict.UNKNOWN, fault, evidence.reason)


def _never_connected(evidence: Evidence) -> bool:
    phase = evidence.facts.get("phase") or (evidence.facts.get("stream") or {}).get("phase")
    return phase == "connect" and evidence.outcome in (Outcome.TIMEOUT, Outcome.CLOSED)


def _cut_off(evidence: Evidence) -> float | None:
    """Seconds of video before the device ended the connection; None when it did not, or none came."""
    stream: Facts = evidence.facts.get("stream") or {}
    ended = evidence.outcome is Outcome.CLOSED and stream.get("frames")
    return _number(stream, "watched_seconds") if ended else None


def _torn(evidence: Evidence, limits: StreamLimits) -> bool:
    """A key frame is many packets: where one in fifty is lost hardly any is whole, and that is the network's fault."""
    stream: Facts = evidence.facts.get("stream") or {}
    loss, expected = _number(stream, "loss_ratio"), _number(stream, "expected")
    if evidence.outcome is not Outcome.NO_KEY_FRAME or loss is None:
        return False
    late = (_number(stream, "late_packets") or 0.0) / expected if expected else 0.0  # what comes in disorder tears too
    return loss + late > limits.loss_ratio


def _too_few_for_a_key(evidence: Evidence) -> int | None:
    """How many frames came, none of them key, where that says nothing; else None."""
    stream: Facts = evidence.facts.get("stream") or {}
    frames = _number(stream, "frames") or 0.0
    waits = evidence.outcome is Outcome.NO_KEY_FRAME and stream.get("key_frame_count") == 0
    return int(frames) if waits and 0 < frames < FRAMES_TO_A_KEY else None


def _judge_flow(stream: Facts, limits: StreamLimits, reason: str) -> Judged:
    if stopped := _judge_silence(stream, limits):
        return stopped
    loss = _number(stream, "loss_ratio")
    if stream.get("rtp_clock_running") is False:
        return Verdict.FAULT, FaultKind.STALLED, "packets arrive but the stream's own clock stands still"
    if loss is not None and loss > limits.loss_ratio:
        share = f"{stream.get('lost', '?')} of {stream.get('expected', '?')} packets lost ({loss:.1%})"
        lag = _number(stream, "loop_lag") or 0.0
        if lag > STARVED_LAG and stream.get("transport") == "udp":
            return Verdict.UNKNOWN, None, f"{share}, but the monitor itself was {lag:.1f} s late to take them"
        return Verdict.FAULT, FaultKind.CORRUPT, f"{share}, more than {limits.loss_ratio:.1%}: the picture breaks up"
    return Verdict.OK, None, reason


def _judge_silence(stream: Facts, limits: StreamLimits) -> Judged | None:
    """None when packets came to the end, as often as this camera sends any."""
    age, gap = _number(stream, "last_packet_age"), _number(stream, "largest_gap") or 0.0
    if age is None or age <= max(limits.packet_age_seconds, SPACINGS * gap):
        return None
    frames = _number(stream, "frames")
    if frames is not None and frames < FEW_FRAMES:
        came = f"only {frames:.0f} frames came, and none for {age:.1f} s"
        return Verdict.UNKNOWN, None, f"{came}: too few to tell a slow camera from one that stopped"
    return Verdict.FAULT, FaultKind.STALLED, f"the stream began and then stopped: no packet for {age:.1f} s"


def _judge_rate(stream: Facts, limits: StreamLimits, main: Verdict) -> Judged:
    rate, nominal = _number(stream, "frames_per_second"), limits.frame_rate or 0.0
    if rate is None or main is not Verdict.OK:
        return Verdict.UNKNOWN, None, "no running stream to count the frames of"
    seen = f"{rate:.1f} of {nominal:.1f} frames per second"
    if rate >= nominal * limits.frame_rate_ratio:
        return Verdict.OK, None, seen
    lag = _number(stream, "loop_lag") or 0.0
    if lag > STARVED_LAG:
        return Verdict.UNKNOWN, None, f"{seen}, but the monitor itself was {lag:.1f} s late and cannot judge the rate"
    return Verdict.FAULT, FaultKind.LOW_FRAME_RATE, f"only {seen}"


def _number(facts: Mapping[str, Any], name: str) -> float | None:
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
