"""The tables, one function per step of their history. A step that was released is never edited; a new one follows."""

import sqlite3
from collections.abc import Callable


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest step, each step in its own transaction.

    Raises sqlite3.DatabaseError for a file of a newer version of this program.
    """
    done = version(connection)
    if done > len(STEPS):
        raise sqlite3.DatabaseError(f"written by a newer version (schema {done}, this one knows {len(STEPS)})")
    for number, step in enumerate(STEPS[done:], start=done + 1):
        _run(connection, number, step)


def version(connection: sqlite3.Connection) -> int:
    """The step the file is at; 0 = empty."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _run(connection: sqlite3.Connection, number: int, step: Callable[[sqlite3.Connection], None]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version(connection) < number:  # another process may have been quicker
            step(connection)
            connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _run_each(connection: sqlite3.Connection, statements: str) -> None:
    """Not executescript: that would commit what came before."""
    for statement in filter(None, (part.strip() for part in statements.split(";"))):
        connection.execute(statement)


def first_tables(connection: sqlite3.Connection) -> None:
    """Times are epoch seconds UTC (REAL), but ``span`` counts milliseconds (INTEGER, smaller)."""
    _run_each(
        connection,
        """
        CREATE TABLE subject (id INTEGER PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL,
            aspect TEXT NOT NULL, UNIQUE (site, device, probe, aspect));
        CREATE TABLE standing (subject INTEGER PRIMARY KEY REFERENCES subject, verdict TEXT NOT NULL, fault TEXT,
            since REAL NOT NULL, reason TEXT NOT NULL, counts TEXT NOT NULL, last TEXT NOT NULL);
        CREATE TABLE evidence (subject INTEGER NOT NULL REFERENCES subject, verdict TEXT NOT NULL, at REAL NOT NULL,
            reason TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (subject, verdict)) WITHOUT ROWID;
        CREATE TABLE look (site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL, at REAL NOT NULL,
            seconds REAL NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, facts TEXT NOT NULL, last_success REAL,
            PRIMARY KEY (site, device, probe)) WITHOUT ROWID;
        CREATE TABLE span (subject INTEGER NOT NULL REFERENCES subject, first INTEGER NOT NULL, last INTEGER NOT NULL,
            count INTEGER NOT NULL, verdict INTEGER NOT NULL, fault TEXT, reason TEXT,
            PRIMARY KEY (subject, first)) WITHOUT ROWID;
        CREATE TABLE day (subject INTEGER NOT NULL REFERENCES subject, day INTEGER NOT NULL, ok INTEGER NOT NULL,
            fault INTEGER NOT NULL, unknown INTEGER NOT NULL, looks INTEGER NOT NULL,
            PRIMARY KEY (subject, day)) WITHOUT ROWID;
        CREATE TABLE fault (id TEXT PRIMARY KEY, site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL,
            aspect TEXT NOT NULL, kind TEXT NOT NULL, opened REAL NOT NULL, since REAL NOT NULL, cleared REAL,
            announced REAL, parent TEXT NOT NULL, excused TEXT NOT NULL, reason TEXT NOT NULL, record TEXT NOT NULL)
            WITHOUT ROWID;
        CREATE INDEX fault_open ON fault (site, device) WHERE cleared IS NULL;
        CREATE INDEX fault_opened ON fault (opened);
        CREATE INDEX fault_cleared ON fault (cleared) WHERE cleared IS NOT NULL;
        CREATE INDEX fault_parent ON fault (parent) WHERE parent <> '';
        CREATE TABLE memory (site TEXT NOT NULL, device TEXT NOT NULL, probe TEXT NOT NULL, value BLOB NOT NULL,
            PRIMARY KEY (site, device, probe)) WITHOUT ROWID;
        CREATE TABLE login (host TEXT NOT NULL, username TEXT NOT NULL, fingerprint TEXT NOT NULL,
            ever_worked INTEGER NOT NULL, refusals INTEGER NOT NULL, refused_at REAL, rest_until REAL,
            PRIMARY KEY (host, username, fingerprint)) WITHOUT ROWID;
        CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, fault TEXT NOT NULL, action TEXT NOT NULL,
            sequence INTEGER NOT NULL, sink TEXT NOT NULL, payload TEXT NOT NULL, created REAL NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL, done_at REAL, parked TEXT,
            UNIQUE (fault, action, sequence, sink));
        CREATE INDEX outbox_due ON outbox (next_at) WHERE done_at IS NULL AND parked IS NULL;
        CREATE TABLE maintenance (id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, device TEXT NOT NULL,
            start REAL NOT NULL, until REAL, reason TEXT NOT NULL, person TEXT NOT NULL, ended_by TEXT);
        CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, device TEXT NOT NULL,
            kind TEXT NOT NULL, at REAL NOT NULL, record TEXT NOT NULL);
        CREATE INDEX event_device ON event (site, device, kind, at);
        """,
    )


def job_book(connection: sqlite3.Connection) -> None:
    """The repair jobs. Faults that were announced before there was a book are told to it now."""
    _run_each(
        connection,
        """
        CREATE TABLE job (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, origin TEXT NOT NULL,
            site TEXT NOT NULL, device TEXT NOT NULL, fault TEXT NOT NULL, opened REAL NOT NULL, since REAL NOT NULL,
            title TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL, place TEXT NOT NULL, joined TEXT NOT NULL,
            told REAL, acknowledged REAL, appointment REAL, appointment_with TEXT NOT NULL, repaired REAL, healed REAL,
            closed REAL, followed_up REAL, reopened INTEGER NOT NULL);
        CREATE INDEX job_open ON job (site) WHERE closed IS NULL;
        CREATE INDEX job_joined ON job (joined) WHERE joined <> '';
        CREATE TABLE job_line (id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL REFERENCES job,
            at REAL NOT NULL, person TEXT NOT NULL, action TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX job_line_job ON job_line (job);
        CREATE TABLE job_reference (key TEXT NOT NULL, sink TEXT NOT NULL, reference TEXT NOT NULL, url TEXT NOT NULL,
            PRIMARY KEY (key, sink)) WITHOUT ROWID;
        ALTER TABLE outbox ADD COLUMN begun REAL;
        INSERT OR IGNORE INTO outbox (fault, action, sequence, sink, payload, created, next_at)
            SELECT id, 'open', ifnull(json_extract(record, '$.reopened'), 0), '@book', json_object('text', reason),
            announced, announced FROM fault WHERE cleared IS NULL AND announced IS NOT NULL ORDER BY opened;
        """,
    )


def job_indexes(connection: sqlite3.Connection) -> None:
    """What is asked several times a second is answered without reading every open job, or every job there ever was."""
    _run_each(
        connection,
        """
        DROP INDEX job_open;
        CREATE INDEX job_open ON job (site, origin, closed) WHERE closed IS NULL;
        CREATE INDEX job_healed ON job (healed) WHERE closed IS NULL AND healed IS NOT NULL;
        DROP INDEX job_joined;
        CREATE INDEX job_joined ON job (joined, closed, told) WHERE joined <> '';
        """,
    )


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (first_tables, job_book, job_indexes)
