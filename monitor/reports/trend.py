"""The key figures of the past months beside each other. A month without data has none: never a zero, never a guess."""

from collections.abc import Iterator
from datetime import datetime

from monitor.reports.archive import Archive
from monitor.reports.compare import Document
from monitor.reports.measured import of_state
from monitor.reports.periods import Period, month_before
from monitor.reports.site import SiteFile
from monitor.store import Store

MONTHS = 6
"""Shown in all, the month of the report included."""
NAMES = ("online", "intact", "recorded")
TIMES = ("failures", "mtbf_seconds", "repair_seconds", "judged_seconds")


def trend(site: SiteFile, store: Store, archive: Archive, now: Document, period: Period) -> list[Document]:
    """The oldest month first, the last one from the report ``now``. Raises StoreError, and OSError for the archive."""
    known = _reported(archive, site.id)
    months = list(_before(period))
    rows = [
        known.get(month.start) or row(of_state(site, store, archive, month, daily=False)[1])
        for month in reversed(months)
    ]
    return [*rows, row(now)]


def row(document: Document) -> Document:
    """The month of a monthly report; figures that it did not have are None."""
    figures, everything = document["figures"]["all"], document.get("reliability", {}).get("all", {})
    rates = {name: {what: figures[name][what] for what in ("value", "coverage", "conclusive")} for name in NAMES}
    return {"month": document["period"]["start"], **rates, **{name: everything.get(name) for name in TIMES}}


def _reported(archive: Archive, site: str) -> dict[datetime, Document]:
    """By the start of their month; of two reports of one month the newer counts."""
    known: dict[datetime, Document] = {}
    for kept in archive.kept(site, "month")[: 2 * MONTHS]:
        document = archive.load(kept)
        known.setdefault(datetime.fromisoformat(document["period"]["start"]), row(document))
    return known


def _before(period: Period) -> Iterator[Period]:
    for _ in range(MONTHS - 1):
        period = month_before(period.start, period.timezone)
        yield period
