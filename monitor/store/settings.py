"""Single values the program keeps for itself: a salt, the last sign of life."""

import sqlite3
from datetime import datetime

from monitor.store.times import epoch, moment

ALIVE = "alive"


def get(connection: sqlite3.Connection, name: str) -> bytes | None:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def put(connection: sqlite3.Connection, name: str, value: bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def alive(connection: sqlite3.Connection) -> datetime | None:
    """When the daemon last wrote that it was at work; None = never."""
    value = get(connection, ALIVE)
    return None if value is None else moment(float(value.decode()))


def set_alive(connection: sqlite3.Connection, at: datetime) -> None:
    put(connection, ALIVE, repr(epoch(at)).encode())
