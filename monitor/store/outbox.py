"""Messages to repair desks that must not be lost: written with the state change, crossed off when the desk has them."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.model import Facts
from monitor.store.times import epoch, from_json, moment, to_json


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one desk about one fault; (fault, action, sequence, sink) is unique."""

    fault: str
    action: str  # open, comment, resolve
    sequence: int  # tells the comments, and the resolves of a reopened fault, apart
    sink: str
    payload: Facts
    created: datetime
    id: int = 0
    attempts: int = 0
    next_at: datetime | None = None
    done_at: datetime | None = None
    parked: str = ""  # why it was given up, in words


def add(connection: sqlite3.Connection, messages: Iterable[Message]) -> None:
    """A message that is there already stays as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO outbox (fault, action, sequence, sink, payload, created, next_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                message.fault,
                message.action,
                message.sequence,
                message.sink,
                to_json(dict(message.payload)),
                epoch(message.created),
                epoch(message.next_at or message.created),
            )
            for message in messages
        ],
    )


def due(connection: sqlite3.Connection, now: datetime, limit: int = 100) -> list[Message]:
    """Messages to send now, oldest first; one fault's messages to one desk strictly in order."""
    return _messages(
        connection,
        "done_at IS NULL AND parked IS NULL AND next_at <= ? AND NOT EXISTS (SELECT 1 FROM outbox AS earlier"
        " WHERE earlier.fault = outbox.fault AND earlier.sink = outbox.sink AND earlier.id < outbox.id"
        " AND earlier.done_at IS NULL AND earlier.parked IS NULL) ORDER BY id LIMIT ?",
        (epoch(now), limit),
    )


def pending(connection: sqlite3.Connection) -> list[Message]:
    """All that is neither delivered nor given up, oldest first."""
    return _messages(connection, "done_at IS NULL AND parked IS NULL ORDER BY id", ())


def of_fault(connection: sqlite3.Connection, fault: str) -> list[Message]:
    return _messages(connection, "fault = ? ORDER BY id", (fault,))


def done(connection: sqlite3.Connection, message_id: int, at: datetime) -> None:
    connection.execute("UPDATE outbox SET done_at = ? WHERE id = ?", (epoch(at), message_id))


def postpone(connection: sqlite3.Connection, message_id: int, until: datetime) -> None:
    """One attempt failed; try again then."""
    connection.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE id = ?", (epoch(until), message_id)
    )


def park(connection: sqlite3.Connection, message_id: int, reason: str) -> None:
    """The desk will never take it: set it aside, in words, so that it holds up no other."""
    connection.execute("UPDATE outbox SET attempts = attempts + 1, parked = ? WHERE id = ?", (reason, message_id))


def _messages(connection: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> list[Message]:
    query = f"SELECT * FROM outbox WHERE {where}"  # noqa: S608 -- `where` is one of the constants above
    return [
        Message(
            fault=row["fault"],
            action=row["action"],
            sequence=row["sequence"],
            sink=row["sink"],
            payload=from_json(row["payload"]),
            created=moment(row["created"]),
            id=row["id"],
            attempts=row["attempts"],
            next_at=moment(row["next_at"]),
            done_at=moment(row["done_at"]),
            parked=row["parked"] or "",
        )
        for row in connection.execute(query, values)
    ]
