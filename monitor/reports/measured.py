"""The figures of a site over any period: what daily, weekly and monthly reports and the trend have in common."""

from collections import defaultdict
from datetime import date, timedelta

from monitor.model import Fault, Key
from monitor.reports import analysis, kpi
from monitor.reports.archive import Archive
from monitor.reports.compare import Document
from monitor.reports.figures import Shares, figures, installed, shares_of
from monitor.reports.material import Material, gather
from monitor.reports.periods import Period
from monitor.reports.reliability import Watched, reliability, watched
from monitor.reports.site import SiteFile
from monitor.store import Store

LATE = timedelta(days=7)
"""A daily report made so long after a period still tells of its last days."""


def measured(site: SiteFile, material: Material, period: Period, older: Shares, *, daily: bool = True) -> Document:
    """``period``, ``figures``, ``reliability``, ``watched``."""
    counted = analysis.causes(fault for fault in material.faults if fault.opened < period.end)
    devices = _watched(site, material, counted, period)
    known = [span.first for spans in material.spans.values() for span in spans]
    return {
        "period": {"start": period.start.isoformat(), "end": period.end.isoformat()},
        "figures": figures(site, material, period, older, daily=daily),
        "reliability": reliability(devices, counted, period),
        "watched": {
            "since": min(known).isoformat() if known else None,
            "seconds": round(sum(one.judged for one in devices)),
        },
    }


def of_state(
    site: SiteFile, store: Store, archive: Archive, period: Period, *, daily: bool = True
) -> tuple[Material, Document]:
    """Raises StoreError, and OSError for the archive."""
    material = gather(store, site.id, [target.key for target in site.targets], period)
    return material, measured(site, material, period, recorded_before(archive, site.id, period), daily=daily)


def recorded_before(archive: Archive, site: str, period: Period) -> dict[str, dict[date, float | None]]:
    """Shares of days that recorders have forgotten by now, from the daily reports of the period."""
    known: dict[str, dict[date, float | None]] = {}
    first, last = period.first_day.isoformat(), (period.end + LATE).date().isoformat()
    for kept in archive.kept(site, "day"):
        if first < kept.made[:10] <= last:
            for device, days in shares_of(archive.load(kept)).items():
                known.setdefault(device, {}).update(days)
    return known


def _watched(site: SiteFile, material: Material, causes: list[Fault], period: Period) -> list[Watched]:
    by_key: dict[Key, list[Fault]] = defaultdict(list)
    for fault in causes:
        by_key[fault.subject.key].append(fault)
    found = []
    for target in site.targets:
        wanted = kpi.wanted(period, material.windows, target.key, installed(target))
        pieces = kpi.held(material.watch_spans(target.key), period.end)
        found.append(watched(target, pieces, wanted, by_key[target.key], period))
    return found
