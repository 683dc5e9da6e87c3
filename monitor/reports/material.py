"""What the store knows about a site over a stretch of time, read once for a whole report."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.model import Fault, Key, Standing, Subject, Window
from monitor.reports.periods import Period
from monitor.store import Store, faults, pictures, spans, standings, windows
from monitor.store.spans import Span

RECENT = timedelta(days=90)
"""Faults of so long count as repetitions."""
STREAM_PROBES = ("rtsp", "tcp", "onvif")
"""Which probe tells that a camera is online: the first of these it has."""


@dataclass(frozen=True, slots=True)
class Material:
    faults: Sequence[Fault]  # that stood at some time in the period
    recent: Sequence[Fault]  # of the 90 days before its end
    windows: Sequence[Window]
    spans: dict[Subject, list[Span]]
    standings: dict[Subject, Standing]
    pictures: Path  # the store's folder

    def spans_of(self, key: Key, probe: str) -> list[Span]:
        return self.spans.get(Subject(key, probe), [])

    def online_spans(self, key: Key) -> list[Span]:
        """Of the probe that tells whether the camera delivers at all."""
        return next((found for probe in STREAM_PROBES if (found := self.spans_of(key, probe))), [])

    def watch_spans(self, key: Key) -> list[Span]:
        """Of the probe that tells whether this device works at all."""
        return self.online_spans(key) or self.spans_of(key, "recorder")

    def picture_of(self, fault: Fault) -> str | None:
        """The evidence picture of a fault's opening as base64, if it is still kept."""
        path = self.pictures / fault.picture
        return encoded(path.read_bytes()) if fault.picture and path.is_file() else None


def encoded(jpeg: bytes) -> str:
    return base64.b64encode(jpeg).decode()


def gather(store: Store, site: str, keys: Sequence[Key], period: Period) -> Material:
    """Raises StoreError."""
    start, end = period.start, period.end
    recent = [one for one in store.read(faults.between, min(start, end - RECENT), end) if one.subject.key.site == site]
    rows = [row for row in store.read(standings.load) if row.standing.subject.key in set(keys)]
    found: dict[Subject, list[Span]] = {}
    for key in keys:
        for span in store.read(_closed, key, start, end):
            found.setdefault(span.subject, []).append(span)
    for row in rows:  # the newest span of each subject is not closed yet
        if row.span.first < end and row.span.last >= start:
            found.setdefault(row.standing.subject, []).append(row.span)
    return Material(
        [fault for fault in recent if _stood(fault, start)],
        recent,
        [window for window in store.read(windows.between, start, end) if window.site in ("", site)],
        found,
        {row.standing.subject: row.standing for row in rows},
        pictures.folder(store.path),
    )


def nothing_known() -> Material:
    """Where no daemon has ever worked."""
    return Material((), (), (), {}, {}, Path())


def _closed(connection: object, key: Key, start: datetime, end: datetime) -> list[Span]:
    return list(spans.between(connection, key, start, end))  # type: ignore[arg-type]  # sqlite3 is the store's business


def _stood(fault: Fault, start: datetime) -> bool:
    return fault.cleared is None or fault.cleared >= start
