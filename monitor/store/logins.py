"""What the login guard knows, so that a restart never becomes one more refused login. No password is kept."""

import secrets
import sqlite3
from collections.abc import Iterable

from monitor.protocols.logins import LoginEntry
from monitor.store import settings
from monitor.store.times import epoch, moment

SALT = "login_salt"


def salt(connection: sqlite3.Connection) -> bytes:
    """The random salt of the fingerprints, made at the first call (which needs a write)."""
    known = settings.get(connection, SALT)
    if known is None:
        known = secrets.token_bytes(32)
        settings.put(connection, SALT, known)
    return known


def save(connection: sqlite3.Connection, entries: Iterable[LoginEntry]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO login VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry.host,
                entry.username,
                entry.fingerprint,
                entry.ever_worked,
                entry.refusals,
                epoch(entry.refused_at),
                epoch(entry.rest_until),
            )
            for entry in entries
        ],
    )


def load(connection: sqlite3.Connection) -> list[LoginEntry]:
    rows = connection.execute(
        "SELECT host, username, fingerprint, ever_worked, refusals, refused_at, rest_until FROM login"
    )
    return [
        LoginEntry(host, username, fingerprint, bool(worked), refusals, moment(refused), moment(rest))
        for host, username, fingerprint, worked, refusals, refused, rest in rows
    ]
