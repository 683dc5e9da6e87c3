"""How often devices fail and how long a repair takes, for the site and for each model. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import Fault, Target
from monitor.reports import analysis, kpi
from monitor.reports.compare import Document
from monitor.reports.kpi import Piece, Stretch
from monitor.reports.periods import Period


@dataclass(frozen=True, slots=True)
class Watched:
    """One device over a period: seconds in which it was judged at all, and of these without a confirmed fault."""

    target: Target
    judged: float
    up: float


def watched(
    target: Target, pieces: Sequence[Piece], wanted: list[Stretch], causes: Iterable[Fault], period: Period
) -> Watched:
    """``pieces``: what told whether it works at all; ``wanted``: the period without agreed maintenance.

    ``causes``: its own faults that count.
    """
    up = kpi.without(wanted, [_stood(fault, period) for fault in causes])
    return Watched(target, kpi.watched(pieces, wanted), kpi.watched(pieces, up))


def reliability(devices: Sequence[Watched], causes: Sequence[Fault], period: Period) -> Document:
    """Of all, and of each model. ``causes``: faults that count, see :func:`analysis.causes`."""
    by_model: dict[str, list[Watched]] = defaultdict(list)
    for device in devices:
        by_model[str(device.target.options.get("model", ""))].append(device)
    models = [{"model": model, **_group(group, _of(group, causes), period)} for model, group in by_model.items()]
    models.sort(key=lambda row: (-(row["failures"] or 0), row["model"]))
    return {"all": _group(devices, causes, period), "models": models}


def _failures(fault: Fault, period: Period) -> int:
    """How often it was confirmed in the period; each reopening counts."""
    if period.start <= fault.opened < period.end:
        return 1 + fault.reopened
    return sum(period.start <= at < period.end for at in fault.raised)


def _group(devices: Sequence[Watched], causes: Sequence[Fault], period: Period) -> Document:
    judged, up = sum(one.judged for one in devices), sum(one.up for one in devices)
    count = sum(_failures(fault, period) for fault in causes) if judged else None
    repairs = analysis.to_repair(one for one in causes if one.cleared and period.start <= one.cleared < period.end)
    return {
        "devices": len(devices),
        "failures": count,
        "judged_seconds": round(judged),
        "mtbf_seconds": round(up / count) if count else None,
        "repaired": repairs.count,
        "repair_seconds": None if repairs.mean is None else round(repairs.mean),
    }


def _of(group: Sequence[Watched], causes: Iterable[Fault]) -> list[Fault]:
    keys = {one.target.key for one in group}
    return [fault for fault in causes if fault.subject.key in keys]


def _stood(fault: Fault, period: Period) -> Stretch:
    end = min(fault.cleared, period.end) if fault.cleared else period.end
    return fault.since.timestamp(), end.timestamp()
