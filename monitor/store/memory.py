"""What each probe keeps between looks, opaque bytes."""

import sqlite3
from collections.abc import Mapping

from monitor.model import Key, Memory


def save(connection: sqlite3.Connection, memories: Mapping[tuple[Key, str], Memory]) -> None:
    rows = [(*key, probe, value) for (key, probe), value in memories.items()]
    connection.executemany("INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?)", rows)


def load(connection: sqlite3.Connection) -> dict[tuple[Key, str], Memory]:
    rows = connection.execute("SELECT site, device, probe, value FROM memory")
    return {(Key(site, device), probe): value for site, device, probe, value in rows}


def one(connection: sqlite3.Connection, key: Key, probe: str) -> Memory:
    row = connection.execute(
        "SELECT value FROM memory WHERE site = ? AND device = ? AND probe = ?", (*key, probe)
    ).fetchone()
    return bytes(row[0]) if row else b""


def forget(connection: sqlite3.Connection, key: Key) -> None:
    connection.execute("DELETE FROM memory WHERE site = ? AND device = ?", key)
