"""Faults from opening to clearing. A row is never deleted: the monthly analysis counts them."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from monitor.model import Fault, FaultKind, Key, Subject
from monitor.store.times import epoch, from_json, moment, to_json


def save(connection: sqlite3.Connection, faults: Iterable[Fault]) -> None:
    """Insert or bring up to date."""
    connection.executemany(
        "INSERT OR REPLACE INTO fault VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                fault.id,
                *fault.subject.key,
                fault.subject.probe,
                fault.subject.aspect,
                fault.kind,
                epoch(fault.opened),
                epoch(fault.since),
                epoch(fault.cleared),
                epoch(fault.announced),
                fault.parent,
                fault.excused,
                fault.reason,
                _record(fault),
            )
            for fault in faults
        ),
    )


def standing(connection: sqlite3.Connection) -> list[Fault]:
    """Every fault that is not cleared."""
    return _faults(connection, "cleared IS NULL ORDER BY opened", ())


def cleared_since(connection: sqlite3.Connection, start: datetime) -> list[Fault]:
    return _faults(connection, "cleared >= ? ORDER BY cleared", (epoch(start),))


def one(connection: sqlite3.Connection, fault_id: str) -> Fault | None:
    found = _faults(connection, "id = ?", (fault_id,))
    return found[0] if found else None


def of_device(connection: sqlite3.Connection, key: Key, limit: int = 100) -> list[Fault]:
    """Newest first."""
    return _faults(connection, "site = ? AND device = ? ORDER BY opened DESC LIMIT ?", (*key, limit))


def between(connection: sqlite3.Connection, start: datetime, end: datetime) -> list[Fault]:
    """Faults that stood at any time from ``start`` to ``end``, oldest first."""
    where = "opened < ? AND (cleared IS NULL OR cleared >= ?) ORDER BY opened"
    return _faults(connection, where, (epoch(end), epoch(start)))


def children(connection: sqlite3.Connection, fault_id: str) -> list[Fault]:
    return _faults(connection, "parent = ? ORDER BY opened", (fault_id,))


def _faults(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Fault]:
    query = f"SELECT * FROM fault WHERE {where}"  # noqa: S608 -- `where` is one of the constants above
    return [_fault(row) for row in connection.execute(query, values)]


def _record(fault: Fault) -> str:
    return to_json(
        {
            "facts": dict(fault.facts.items()),
            "ladder": fault.ladder,
            "picture": fault.picture,
            "reopened": fault.reopened,
            "flapping": fault.flapping,
            "hold_until": epoch(fault.hold_until),
            "raised": [epoch(at) for at in fault.raised],
            "clearing": fault.clearing,
            "calm_since": epoch(fault.calm_since),
        }
    )


def _fault(row: sqlite3.Row) -> Fault:
    record = from_json(row["record"])
    return Fault(
        id=row["id"],
        subject=Subject(Key(row["site"], row["device"]), row["probe"], row["aspect"]),
        kind=FaultKind(row["kind"]),
        opened=moment(row["opened"]),
        since=moment(row["since"]),
        reason=row["reason"],
        facts=record["facts"],
        ladder=tuple(record["ladder"]),
        picture=record["picture"],
        parent=row["parent"],
        excused=row["excused"],
        cleared=moment(row["cleared"]),
        reopened=record["reopened"],
        flapping=record["flapping"],
        hold_until=moment(record["hold_until"]),
        announced=moment(row["announced"]),
        raised=tuple(moment(at) for at in record["raised"]),
        clearing=record["clearing"],
        calm_since=moment(record["calm_since"]),
    )
