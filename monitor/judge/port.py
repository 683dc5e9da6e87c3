"""What a bare TCP connection proves: something listens there, or not."""

from monitor.model import Evidence, FaultKind, Finding, Outcome, Target, Verdict

NOT_THERE = frozenset({Outcome.DNS, Outcome.REFUSED, Outcome.NO_ROUTE, Outcome.CONNECT_TIMEOUT, Outcome.TIMEOUT})


def judge_port(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    """SEEN is ok, nothing listening is ``unreachable`` (a recorder: ``recorder_unreachable``), the rest is unknown."""
    verdict, fault = Verdict.UNKNOWN, None
    if evidence.outcome is Outcome.SEEN:
        verdict = Verdict.OK
    elif evidence.outcome in NOT_THERE:
        recorder = target.role == "recorder"
        verdict, fault = Verdict.FAULT, FaultKind.RECORDER_UNREACHABLE if recorder else FaultKind.UNREACHABLE
    seen = (evidence.reason, evidence.at, evidence.seconds)
    return (Finding(target.key, evidence.probe, verdict, fault, *seen, facts=evidence.facts),)
