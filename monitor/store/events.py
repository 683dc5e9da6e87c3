"""What happened to a device once: its commissioning, another serial number, another firmware."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Facts, Key
from monitor.store.times import epoch, from_json, moment, to_json

VIEW_ACCEPTED = "view_accepted"
"""A person said that what a camera shows now is how it shall look; the record says who: ``{"by": …}``."""


@dataclass(frozen=True, slots=True)
class Event:
    key: Key
    kind: str  # commissioned, serial_changed, firmware_changed, inspected, left, …
    at: datetime
    record: Facts
    id: int = 0


def add(connection: sqlite3.Connection, event: Event) -> int:
    """Record an event; returns its number."""
    made = connection.execute(
        "INSERT INTO event (site, device, kind, at, record) VALUES (?, ?, ?, ?, ?)",
        (*event.key, event.kind, epoch(event.at), to_json(dict(event.record))),
    )
    return int(made.lastrowid or 0)


def newest(connection: sqlite3.Connection, key: Key, kind: str) -> Event | None:
    rows = connection.execute(
        "SELECT * FROM event WHERE site = ? AND device = ? AND kind = ? ORDER BY at DESC, id DESC LIMIT 1", (*key, kind)
    )
    return next((_event(row) for row in rows), None)


def of_device(connection: sqlite3.Connection, key: Key) -> list[Event]:
    """Oldest first."""
    rows = connection.execute("SELECT * FROM event WHERE site = ? AND device = ? ORDER BY at, id", key)
    return [_event(row) for row in rows]


def of_kind(connection: sqlite3.Connection, kind: str, after: int = 0) -> list[Event]:
    """Of every device, those with a higher number than ``after``, oldest first."""
    rows = connection.execute("SELECT * FROM event WHERE kind = ? AND id > ? ORDER BY id", (kind, after))
    return [_event(row) for row in rows]


def _event(row: sqlite3.Row) -> Event:
    return Event(Key(row["site"], row["device"]), row["kind"], moment(row["at"]), from_json(row["record"]), row["id"])
