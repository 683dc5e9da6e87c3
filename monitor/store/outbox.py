"""Messages to repair desks that must not be lost: written with the state change, crossed off when the desk has them."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.model import Facts
from monitor.store.times import epoch, from_json, moment, to_json

MOST_AHEAD = timedelta(hours=1)
"""No message is put off for longer; what seems to be was put off by a clock that was set back since."""


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
    begun: datetime | None = None  # when it was last tried: the desk may have it, whatever became of the answer


def add(connection: sqlite3.Connection, messages: Iterable[Message]) -> None:
    """A message that is there already stays as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO outbox (fault, action, sequence, sink, payload, created, next_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
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
        ),
    )


def due(connection: sqlite3.Connection, now: datetime, limit: int = 100, sink: str | None = None) -> list[Message]:
    """Messages to send now, oldest first; one fault's messages to one desk strictly in order. None = to every desk."""
    return _messages(
        connection,
        "done_at IS NULL AND parked IS NULL AND (next_at <= ? OR next_at > ?) AND sink = coalesce(?, sink)"
        " AND NOT EXISTS (SELECT 1 FROM outbox AS earlier"
        " WHERE earlier.fault = outbox.fault AND earlier.sink = outbox.sink AND earlier.id < outbox.id"
        " AND earlier.done_at IS NULL AND earlier.parked IS NULL) ORDER BY next_at, id LIMIT ?",
        (epoch(now), epoch(now + MOST_AHEAD), sink, limit),
    )


def pending(connection: sqlite3.Connection) -> list[Message]:
    """All that is neither delivered nor given up, oldest first."""
    return _messages(connection, "done_at IS NULL AND parked IS NULL ORDER BY id", ())


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for the desks."""

    pending: int
    oldest: datetime | None
    parked: int


def backlog(connection: sqlite3.Connection, sinks: Collection[str]) -> Backlog:
    """Over these desks; messages to a desk that left the configuration wait for nobody."""
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE parked IS NULL), min(created) FILTER (WHERE parked IS NULL),"
        " count(parked) FROM outbox WHERE done_at IS NULL AND sink IN (SELECT value FROM json_each(?))",
        (to_json(list(sinks)),),
    ).fetchone()
    return Backlog(row[0], moment(row[1]), row[2])


def begin(connection: sqlite3.Connection, message_id: int, at: datetime) -> None:
    """Written before each try, so that a kill in the middle of it leaves a trace."""
    connection.execute("UPDATE outbox SET begun = ? WHERE id = ?", (epoch(at), message_id))


def cancel_healed(connection: sqlite3.Connection, opening: Message, at: datetime) -> bool:
    """Cross off an opening that was never tried, with all up to its resolve, if that waits too: it healed meanwhile."""
    if opening.action != "open" or opening.begun is not None:
        return False
    later = [one for one in of_fault(connection, opening.fault) if one.sink == opening.sink and one.id > opening.id]
    resolve = next((one for one in later if one.action == "resolve" and one.done_at is None and not one.parked), None)
    if resolve is None:
        return False
    connection.execute(
        "UPDATE outbox SET done_at = ? WHERE fault = ? AND sink = ? AND id BETWEEN ? AND ? AND done_at IS NULL",
        (epoch(at), opening.fault, opening.sink, opening.id, resolve.id),
    )
    return True


def retry_parked(connection: sqlite3.Connection, sinks: Collection[str], now: datetime) -> int:
    """One more chance for what a desk refused, unless its fault was resolved since; returns how many."""
    again = connection.execute(
        "UPDATE outbox SET parked = NULL, next_at = ? WHERE parked IS NOT NULL AND done_at IS NULL"
        " AND sink IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM outbox AS later"
        " WHERE later.fault = outbox.fault AND later.sink = outbox.sink AND later.id > outbox.id"
        " AND later.action IN ('open', 'resolve'))",
        (epoch(now), to_json(list(sinks))),
    )
    return again.rowcount


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
            begun=moment(row["begun"]),
        )
        for row in connection.execute(query, values)
    ]
