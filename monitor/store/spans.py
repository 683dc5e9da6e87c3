"""History as spans: one row while findings stay alike, not one per look; after some weeks, one row per day."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import FaultKind, Finding, Key, Subject, Verdict
from monitor.store.subjects import subject_id
from monitor.store.times import moment

VERDICTS = (Verdict.OK, Verdict.FAULT, Verdict.UNKNOWN)
LEAST_HOLE = timedelta(minutes=10)
"""A silence no longer than this never breaks a span, however often a subject is looked at."""


@dataclass(frozen=True, slots=True)
class Span:
    """Findings of one verdict and fault kind in a row; ``first`` and ``last`` are looks, not guesses between them."""

    subject: Subject
    verdict: Verdict
    fault: FaultKind | None
    reason: str  # of the newest one
    first: datetime
    last: datetime
    count: int


def begin(finding: Finding) -> Span:
    subject = Subject(finding.key, finding.probe, finding.aspect)
    return Span(subject, finding.verdict, finding.fault, finding.reason, finding.at, finding.at, 1)


def grow(span: Span, finding: Finding) -> Span | None:
    """The span with one more finding, or None when a new one must begin: another answer, or a hole in the watch."""
    if (finding.verdict, finding.fault) != (span.verdict, span.fault):
        return None
    if span.count > 1 and finding.at - span.last > max(LEAST_HOLE, 3 * (span.last - span.first) / (span.count - 1)):
        return None
    return replace(span, reason=finding.reason, last=max(finding.at, span.last), count=span.count + 1)


def save(connection: sqlite3.Connection, spans: Iterable[Span]) -> None:
    """Closed spans. The reason of an ok span is not kept: it is the common case and says nothing."""
    connection.executemany(
        "INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                subject_id(connection, span.subject),
                _milliseconds(span.first),
                _milliseconds(span.last),
                span.count,
                VERDICTS.index(span.verdict),
                span.fault,
                None if span.verdict is Verdict.OK else span.reason,
            )
            for span in spans
        ],
    )


def between(connection: sqlite3.Connection, key: Key, start: datetime, end: datetime) -> Iterator[Span]:
    """Closed spans of one device that touch the time from ``start`` to ``end``, by subject and time."""
    rows = connection.execute(
        "SELECT probe, aspect, verdict, fault, reason, first, last, count FROM span JOIN subject ON id = subject"
        " WHERE site = ? AND device = ? AND first < ? AND last >= ? ORDER BY subject, first",
        (*key, _milliseconds(end), _milliseconds(start)),
    )
    for probe, aspect, verdict, fault, reason, first, last, count in rows:
        kind = None if fault is None else FaultKind(fault)
        times = moment(first / 1000), moment(last / 1000)
        yield Span(Subject(key, probe, aspect), VERDICTS[verdict], kind, reason or "", *times, count)


def first_look(connection: sqlite3.Connection, site: str) -> datetime | None:
    """When anything of this site was first looked at, as far as history reaches; None = never."""
    row: tuple[float | None] = connection.execute(
        "SELECT min(at) FROM (SELECT (SELECT first / 1000.0 FROM span WHERE subject = id ORDER BY first LIMIT 1) AS at"
        " FROM subject WHERE site = ? UNION ALL SELECT (SELECT day * 86400.0 FROM day WHERE subject = id ORDER BY day"
        " LIMIT 1) FROM subject WHERE site = ? UNION ALL SELECT json_extract(last, '$.span[0]') FROM standing"
        " JOIN subject ON id = subject WHERE site = ?)",
        (site, site, site),
    ).fetchone()
    return moment(row[0])


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
