"""The reports of a period: yesterday, the week, the month. Faults, how they looked, and the key figures."""

from collections.abc import Iterable
from datetime import datetime

from monitor.model import Job, Key
from monitor.reports import rows
from monitor.reports.archive import Archive
from monitor.reports.compare import Document
from monitor.reports.material import Material
from monitor.reports.measured import of_state
from monitor.reports.periods import PERIODS, Period
from monitor.reports.site import SiteFile, head
from monitor.reports.trend import trend
from monitor.store import Store, jobs


def make(kind: str, site: SiteFile, store: Store, archive: Archive, now: datetime) -> Document:
    """``kind``: day, week or month. Raises StoreError, and OSError for the archive."""
    period = PERIODS[kind](now, site.timezone)
    material, figures = of_state(site, store, archive, period)
    document = _document(kind, site, material, period, now) | figures
    if kind == "month":
        document["trend"] = trend(site, store, archive, document, period)
    document["inspection"] = _inspection(archive, site.id, period) if kind != "day" else None
    document["follow_ups"] = _follow_ups(store.read(jobs.uncalled, site.id), site)
    document["before"] = _before(_one_before(archive, document), document)
    return document


def _document(kind: str, site: SiteFile, material: Material, period: Period, now: datetime) -> Document:
    listed = [fault for fault in material.faults if fault.opened < period.end]
    return head(kind, site, now.isoformat(timespec="seconds")) | {
        "faults": rows.fault_rows(listed, site, material, now),
        "summary": rows.summary(listed, site),
        "maintenance": [
            {
                "device": window.device,
                "start": window.start.isoformat(),
                "until": window.until.isoformat() if window.until else None,
                "reason": window.reason,
                "person": window.person,
            }
            for window in material.windows
        ],
    }


def _inspection(archive: Archive, site: str, period: Period) -> Document | None:
    """The last inspection of the period, in short."""
    last = period.last_day.isoformat()
    within = (one for one in archive.kept(site, "inspection") if period.first_day.isoformat() <= one.made[:10] <= last)
    newest = next(within, None)
    if newest is None:
        return None
    document = archive.load(newest)
    return {"made_at": document["made_at"], "verdict": document["verdict"], "counts": document["counts"]}


def _follow_ups(waiting: Iterable[Job], site: SiteFile) -> list[Document]:
    """Repairs after which nobody has called the customer yet."""
    return [
        {
            "number": job.number,
            "device": job.device,
            "name": site.name_of(Key(job.site, job.device)),
            "title": job.title,
            "closed": job.closed.isoformat(timespec="seconds"),
        }
        for job in waiting
        if job.closed
    ]


def _one_before(archive: Archive, now: Document) -> Document | None:
    """The newest report of an earlier period: the one of this period may be kept already."""
    loaded = (archive.load(one) for one in archive.kept(now["site"], now["kind"]))
    start = datetime.fromisoformat(now["period"]["start"])
    return next((one for one in loaded if datetime.fromisoformat(one["period"]["start"]) < start), None)


def _before(previous: Document | None, now: Document) -> Document | None:
    """The report before this one: its figures, and which open faults are new, repaired, still open."""
    if previous is None:
        return None
    old, new = _open(previous), _open(now)
    seen = {row["id"]: row for row in now["faults"]}
    return {
        "with": previous["made_at"],
        "figures": previous["figures"]["all"],
        "count": previous["summary"]["count"],
        "new": [new[one] for one in new if one not in old],
        "open": [new[one] for one in new if one in old],
        "repaired": [row for one, row in old.items() if one not in new and (one not in seen or seen[one]["cleared"])],
    }


def _open(document: Document) -> dict[str, Document]:
    picked = ("id", "device", "name", "probe", "fault", "reason", "since")
    rows_open = [row for row in document["faults"] if row["cleared"] is None and not row["excused"]]
    return {row["id"]: {name: row[name] for name in picked} for row in rows_open}
