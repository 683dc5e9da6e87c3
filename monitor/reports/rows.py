"""Faults as rows of a report: plain data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.model import Fault, FaultKind, Key
from monitor.reports import analysis
from monitor.reports.compare import Document
from monitor.reports.material import Material
from monitor.reports.site import SiteFile

MOST_PICTURES = 120
"""Evidence pictures in one report, so that a bad month of a large site still fits into a mail."""


def fault_rows(faults: Sequence[Fault], site: SiteFile, material: Material, now: datetime) -> list[Document]:
    """Causes by time, each followed by what came of it."""
    counts, shown = analysis.repeats(material.recent), _with_picture(faults)
    causes = {fault.id: fault for fault in faults}
    rows = []
    for fault in sorted(faults, key=lambda fault: _place(fault, causes)):
        count = counts[fault.subject.key, fault.kind]
        picture = material.picture_of(fault) if fault.id in shown else None
        rows.append(_row(fault, site, now, count) | {"picture": picture})
    return rows


def _place(fault: Fault, causes: Mapping[str, Fault]) -> tuple[datetime, str, bool, datetime]:
    cause = causes.get(fault.parent, fault)
    return cause.since, cause.id, cause is not fault, fault.since


def _with_picture(faults: Iterable[Fault]) -> set[str]:
    """Open ones first, then the newest of each kind at each device: the tenth picture of one fault says nothing new."""
    newest_first = sorted(faults, key=lambda fault: (fault.cleared is None, fault.opened), reverse=True)
    of_each: dict[tuple[Key, FaultKind], str] = {}
    for fault in newest_first:
        if fault.picture:
            of_each.setdefault((fault.subject.key, fault.kind), fault.id)
    return set(list(of_each.values())[:MOST_PICTURES])


def _row(fault: Fault, site: SiteFile, now: datetime, count: int) -> Document:
    ended = fault.cleared or now
    return {
        "id": fault.id,
        "device": fault.subject.key.device,
        "name": site.name_of(fault.subject.key),
        "probe": fault.subject.probe,
        "fault": fault.kind.value,
        "reason": fault.reason,
        "since": fault.since.isoformat(),
        "opened": fault.opened.isoformat(),
        "cleared": fault.cleared.isoformat() if fault.cleared else None,
        "clearing": fault.clearing,
        "seconds": round((ended - fault.since).total_seconds()),
        "parent": fault.parent,
        "excused": fault.excused,
        "flapping": fault.flapping,
        "count": max(count, 1),  # in the past 90 days, this one included
    }


def summary(faults: Sequence[Fault], site: SiteFile) -> Document:
    """How often, how long, who again and again. Consequences and agreed maintenance are counted apart."""
    counted = analysis.causes(faults)
    return {
        "count": len(counted),
        "open": sum(fault.cleared is None for fault in counted),
        "consequences": sum(bool(fault.parent) and not fault.excused for fault in faults),
        "excused": sum(bool(fault.excused) for fault in faults),
        "by_kind": analysis.counted(counted, lambda fault: fault.kind.value),
        "by_device": [
            [device, site.name_of(Key(site.id, device)), count]
            for device, count in analysis.counted(counted, lambda fault: fault.subject.key.device)
        ],
        "to_notice": asdict(analysis.to_notice(counted)),
        "to_repair": asdict(analysis.to_repair(counted)),
        "repeated": [_repeated(one, site) for one in analysis.repeat_offenders(counted)],
        "periodic": [_periodic(one, site) for one in analysis.periodic(counted, site.timezone)],
    }


def _repeated(one: analysis.Repeated, site: SiteFile) -> dict[str, Any]:
    return {"device": one.key.device, "name": site.name_of(one.key), "fault": one.kind.value, "count": one.count}


def _periodic(one: analysis.Periodic, site: SiteFile) -> dict[str, Any]:
    clock = f"{one.minute // 60:02}:{one.minute % 60:02}"
    return {
        "device": one.key.device,
        "name": site.name_of(one.key),
        "time": clock,
        "days": one.days,
        "count": one.count,
        "of": one.of,
    }
