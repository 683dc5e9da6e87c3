"""Maintenance windows: who stopped what, when, until when, and why."""

import sqlite3
from datetime import datetime
from typing import Any

from monitor.model import Window
from monitor.store.times import epoch, moment


def start(connection: sqlite3.Connection, window: Window) -> int:
    """Record a window; returns its number."""
    values = (window.site, window.device, epoch(window.start), epoch(window.until), window.reason, window.person)
    made = connection.execute(
        'INSERT INTO maintenance (site, device, start, "until", reason, person) VALUES (?, ?, ?, ?, ?, ?)', values
    )
    return int(made.lastrowid or 0)


def end(connection: sqlite3.Connection, number: int, at: datetime, person: str) -> bool:
    """End a window that still runs; False when there is none of that number."""
    ended = connection.execute(
        'UPDATE maintenance SET "until" = ?, ended_by = ? WHERE id = ? AND ("until" IS NULL OR "until" > ?)',
        (epoch(at), person, number, epoch(at)),
    )
    return ended.rowcount == 1


def running(connection: sqlite3.Connection, now: datetime) -> list[Window]:
    """Begun or planned, and not over."""
    return _windows(connection, '"until" IS NULL OR "until" > ?', (epoch(now),))


def between(connection: sqlite3.Connection, first: datetime, last: datetime) -> list[Window]:
    """Windows that touch the time from ``first`` to ``last``; one called off before its beginning never was."""
    where = 'start < ? AND ("until" IS NULL OR "until" > max(start, ?))'
    return _windows(connection, where, (epoch(last), epoch(first)))


def _windows(connection: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> list[Window]:
    query = f"SELECT * FROM maintenance WHERE {where} ORDER BY start"  # noqa: S608 -- `where` is a constant above
    return [
        Window(
            row["site"],
            row["device"],
            moment(row["start"]),
            moment(row["until"]),
            row["reason"],
            row["person"],
            row["id"],
            row["ended_by"] or "",
        )
        for row in connection.execute(query, values)
    ]
