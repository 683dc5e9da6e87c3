"""When a finding becomes a state: some bad looks raise a fault, some good ones clear it, unknown moves nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import (
    IF_IT_LASTS,
    Change,
    FaultKind,
    Finding,
    Standing,
    Subject,
    Transition,
    Verdict,
)

LASTING = timedelta(minutes=30)
"""A device that is busy for so long, and nothing else in between, has a fault."""


def step(
    standing: Standing | None, finding: Finding, raise_after: int, clear_after: int
) -> tuple[Standing, Transition | None]:
    """The standing after one more finding, and the transition it confirmed, if any.

    The counts are of looks, not of minutes: a glance and a close look in the same minute are two pieces of evidence.
    Fault findings in a row count together whatever their kinds (a dying camera shows several); the newest names the
    fault. A confirmed fault changes its kind after ``raise_after`` findings in a row of other kinds. A subject that was
    never confirmed is ok at its first ok finding, since nothing needs to be announced.
    """
    standing = standing or fresh(finding)
    finding = _lasting(standing, finding)
    counted = _count(standing, finding)
    if finding.verdict is Verdict.OK:
        return _after_good(counted, finding, clear_after)
    if finding.verdict is Verdict.FAULT:
        return _after_bad(counted, finding, raise_after)
    return counted, None


def fresh(finding: Finding) -> Standing:
    """A subject nothing is known of yet."""
    subject = Subject(finding.key, finding.probe, finding.aspect)
    return Standing(subject, Verdict.UNKNOWN, None, finding.at, finding.reason, finding)


def forgive(standing: Standing) -> Standing:
    """Forget bad looks that confirmed nothing yet: they were seen while the monitor itself could not see well."""
    if standing.verdict is Verdict.FAULT:
        return replace(standing, other=0, first_other=None)
    return replace(standing, bad=0, first_bad=None)


def _lasting(standing: Standing, finding: Finding) -> Finding:
    """An unknown that names the fault it becomes if it lasts, and has lasted, is that fault."""
    kind, since = finding.facts.get(IF_IT_LASTS), standing.unknown_since
    if finding.verdict is not Verdict.UNKNOWN or kind is None or since is None or finding.at - since < LASTING:
        return finding
    minutes = (finding.at - since).total_seconds() / 60
    reason = f"{finding.reason}; nothing else for {minutes:.0f} minutes"
    return replace(finding, verdict=Verdict.FAULT, fault=FaultKind(kind), reason=reason)


def _count(standing: Standing, finding: Finding) -> Standing:
    if finding.verdict is Verdict.OK:
        return _count_good(standing, finding)
    if finding.verdict is Verdict.FAULT:
        return _count_bad(standing, finding)
    return replace(standing, last=finding, unknown_since=standing.unknown_since or finding.at)


def _count_good(standing: Standing, finding: Finding) -> Standing:
    return replace(
        standing,
        last=finding,
        last_ok=finding.at,
        good=standing.good + 1,
        first_good=standing.first_good or finding.at,
        bad=0,
        first_bad=None,
        other=0,
        first_other=None,
        unknown_since=None,
    )


def _count_bad(standing: Standing, finding: Finding) -> Standing:
    other = standing.verdict is Verdict.FAULT and finding.fault is not standing.fault
    return replace(
        standing,
        last=finding,
        last_bad=finding.at,
        bad=standing.bad + 1,
        first_bad=standing.first_bad or finding.at,
        good=0,
        first_good=None,
        other=standing.other + 1 if other else 0,
        first_other=(standing.first_other or finding.at) if other else None,
        unknown_since=standing.unknown_since if IF_IT_LASTS in finding.facts else None,
    )


def _after_good(standing: Standing, finding: Finding, clear_after: int) -> tuple[Standing, Transition | None]:
    since = standing.first_good or finding.at
    if standing.verdict is Verdict.OK:
        return replace(standing, reason=finding.reason), None
    if standing.verdict is Verdict.UNKNOWN:
        return _confirm(standing, finding, finding.at), None
    if standing.good < clear_after:
        return standing, None
    cleared = Transition(standing.subject, Change.CLEARED, finding.at, finding, since, standing.fault)
    return _confirm(standing, finding, since), cleared


def _after_bad(standing: Standing, finding: Finding, raise_after: int) -> tuple[Standing, Transition | None]:
    if standing.verdict is not Verdict.FAULT:
        if standing.bad < raise_after:
            return standing, None
        since = standing.first_bad or finding.at
        raised = Transition(standing.subject, Change.RAISED, finding.at, finding, since)
        return _confirm(standing, finding, since), raised
    if finding.fault is standing.fault:
        return replace(standing, reason=finding.reason), None
    if standing.other < raise_after:
        return standing, None
    since = standing.first_other or finding.at
    changed = Transition(standing.subject, Change.CHANGED, finding.at, finding, since, standing.fault)
    return _confirm(standing, finding, since), changed


def _confirm(standing: Standing, finding: Finding, since: datetime) -> Standing:
    return replace(
        standing,
        verdict=finding.verdict,
        fault=finding.fault,
        since=since,
        reason=finding.reason,
        other=0,
        first_other=None,
    )
