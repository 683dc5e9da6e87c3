"""Faults as rows of a report: plain data."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.model import Fault, Key
from monitor.reports import analysis
from monitor.reports.compare import Document
from monitor.reports.material import Material
from monitor.reports.site import SiteFile


def fault_rows(faults: Iterable[Fault], site: SiteFile, material: Material, now: datetime) -> list[Document]:
    """Causes first, each followed by what came of it."""
    counts = analysis.repeats(material.recent)
    rows = [_row(fault, site, material, now, counts[fault.subject.key, fault.kind]) for fault in faults]
    return sorted(rows, key=lambda row: (bool(row["parent"]), row["since"]))


def _row(fault: Fault, site: SiteFile, material: Material, now: datetime, count: int) -> Document:
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
        "picture": material.picture_of(fault),
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
        "by_model": analysis.counted(counted, lambda fault: site.model_of(fault.subject.key)),
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
