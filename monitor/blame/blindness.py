"""The monitor's own blindness as a transition like any other."""

from datetime import datetime

from monitor.blame.scene import MONITOR
from monitor.model import Change, FaultKind, Finding, Transition, Verdict


def blindness(blind: bool, reason: str, at: datetime, since: datetime | None = None) -> Transition:
    """It began or ended at ``at``; ``since`` is for one that is noticed only afterwards."""
    kind = FaultKind.MONITOR_BLIND if blind else None
    finding = Finding(MONITOR.key, MONITOR.probe, Verdict.FAULT if blind else Verdict.OK, kind, reason, at)
    return Transition(MONITOR, Change.RAISED if blind else Change.CLEARED, at, finding, since or at)
