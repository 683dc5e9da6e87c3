"""Keeping the file small: spans of long ago become one row a day, delivered messages go."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.model import Key, Subject
from monitor.store.spans import VERDICTS
from monitor.store.times import epoch

KEEP_SPANS = timedelta(days=92)
KEEP_DAYS = timedelta(days=3 * 366)
KEEP_MESSAGES = timedelta(days=92)
PORTION = 5000
"""Spans folded in one transaction: short enough that nobody waits for it."""
DAY = 86_400_000
"""Milliseconds; days here are UTC days."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is left of one UTC day of one subject: seconds inside spans of each verdict, and the number of looks."""

    subject: Subject
    day: datetime
    ok: float
    fault: float
    unknown: float
    looks: int


def tidy(connection: sqlite3.Connection, now: datetime) -> int:
    """Fold at most PORTION old spans into days; returns how many. Call again until it returns 0."""
    connection.execute("DELETE FROM outbox WHERE done_at < ?", (epoch(now - KEEP_MESSAGES),))
    connection.execute("DELETE FROM day WHERE day < ?", (int((now - KEEP_DAYS).timestamp() * 1000) // DAY,))
    before = int((now - KEEP_SPANS).timestamp() * 1000)
    rows = connection.execute(
        "SELECT subject, first, last, count, verdict FROM span WHERE last < ? LIMIT ?", (before, PORTION)
    ).fetchall()
    _fold(connection, rows)
    connection.executemany("DELETE FROM span WHERE subject = ? AND first = ?", [(row[0], row[1]) for row in rows])
    return len(rows)


def days(connection: sqlite3.Connection, key: Key, start: datetime, end: datetime) -> Iterator[Day]:
    """Folded days of one device from ``start`` to ``end``."""
    rows = connection.execute(
        "SELECT probe, aspect, day, ok, fault, unknown, looks FROM day JOIN subject ON id = subject"
        " WHERE site = ? AND device = ? AND day >= ? AND day < ? ORDER BY subject, day",
        (*key, int(start.timestamp() * 1000) // DAY, int(end.timestamp() * 1000) // DAY),
    )
    for probe, aspect, day, ok, fault, unknown, looks in rows:
        at = datetime.fromtimestamp(day * DAY / 1000, UTC)
        yield Day(Subject(key, probe, aspect), at, ok / 1000, fault / 1000, unknown / 1000, looks)


def _fold(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> None:
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * (len(VERDICTS) + 1))
    for subject, first, last, count, verdict in rows:
        for day, spent in _by_day(first, last):
            sums[subject, day][verdict] += spent
        sums[subject, first // DAY][-1] += count
    connection.executemany(
        "INSERT INTO day VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (subject, day) DO UPDATE SET ok = ok + excluded.ok,"
        " fault = fault + excluded.fault, unknown = unknown + excluded.unknown, looks = looks + excluded.looks",
        [(*where, *sum_) for where, sum_ in sums.items()],
    )


def _by_day(first: int, last: int) -> Iterator[tuple[int, int]]:
    """(day, milliseconds in it) of a stretch."""
    while first // DAY < last // DAY:
        midnight = (first // DAY + 1) * DAY
        yield first // DAY, midnight - first
        first = midnight
    yield first // DAY, last - first
