"""Opening the file, running functions in a transaction, and saying in words what SQLite could not do."""

import errno
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from monitor.model import Key, Memory
from monitor.protocols.logins import LoginEntry
from monitor.store import logins, memory
from monitor.store.schema import migrate

P = ParamSpec("P")
T = TypeVar("T")

Identity = tuple[int, int] | None
Connection = sqlite3.Connection
"""What functions that run in a transaction are given; only this room opens one."""
BUSY_SECONDS = 10.0
"""How long one writer waits for another; every transaction here takes milliseconds."""
KEPT_PAGES = -256
"""KiB of the file that each of the daemon's connections keeps in memory, as SQLite counts them; the kernel keeps it as
well. A few thousand tickets must not make the daemon any larger."""

WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only for this user",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; does the folder exist and may this user write there?",
    sqlite3.SQLITE_BUSY: "another process holds it",
    sqlite3.SQLITE_CORRUPT: "it is damaged; move it away and start anew, or bring back a backup",
    sqlite3.SQLITE_NOTADB: "it is not a state file of this program",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
}

OS_WORDS = {errno.ENOSPC: WORDS[sqlite3.SQLITE_FULL], errno.EROFS: WORDS[sqlite3.SQLITE_READONLY]}


class StoreError(Exception):
    """The state could not be read or written; the message names the file and the cause."""


class AlreadyClaimed(StoreError):
    """Another daemon works on this state."""


class Store:
    """One state file. Safe to use from several threads; each call is one transaction."""

    def __init__(self, path: Path, read_only: bool = False, *, in_memory: bool = False) -> None:
        """Open the file, make it if need be, and bring its schema up to date. Raises StoreError.

        ``in_memory``: empty, and not in that file before :meth:`move_home`.
        """
        self.path = path
        self.read_only = read_only
        self._lock = self._read_lock = threading.RLock()
        self._claim: int | None = None
        self.away = ""  # why it is in memory and not in its file, in words; see monitor.store.refuge
        self.home_was: tuple[int, int] | None = None
        self._files: tuple[Identity, Identity] = None, None  # of the file, and of its write-ahead log
        with _in_words(path):
            if in_memory or read_only:
                self._connection = self._reading = _open_memory() if in_memory else _open_reader(path)
            else:
                self._read_lock = threading.RLock()
                self._connection, self._reading = _with_reader(_open_writer(path), path)
                self._files = _identities(path)

    @classmethod
    def reader(cls, path: Path) -> "Store":
        """For programs that only look; works beside a running daemon. Raises StoreError when there is no file."""
        return cls(path, read_only=True)

    def read(self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``function(connection, …)`` on one consistent snapshot; waits for no writer. Raises StoreError."""
        with self._read_lock, _in_words(self.path), _transaction(self._reading, "BEGIN"):
            return function(self._reading, *args, **kwargs)

    def write(self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``function(connection, …)`` as one durable transaction: all of it or nothing. Raises StoreError."""
        with self._lock, _in_words(self.path), _transaction(self._connection, "BEGIN IMMEDIATE"):
            return function(self._connection, *args, **kwargs)

    def logins(self) -> tuple[bytes, list[LoginEntry]]:
        """The salt of the fingerprints and what is known of each account. Raises StoreError."""
        return self.write(logins.salt), self.read(logins.load)

    def save_logins(self, entries: Iterable[LoginEntry]) -> None:
        """Raises StoreError."""
        self.write(logins.save, entries)

    def memory(self, key: Key, probe: str) -> Memory:
        """What a probe kept between looks; ``b""`` = nothing. Raises StoreError."""
        return self.read(memory.one, key, probe)

    def claim(self) -> None:
        """Become the one daemon of this state until closed. Raises StoreError when another one is."""
        self._claim = _claimed(self.path)

    def touch(self) -> None:
        """Prove that it can be written. Raises StoreError."""
        version = self.read(lambda connection: connection.execute("PRAGMA user_version").fetchone()[0])
        self.write(lambda connection: connection.execute(f"PRAGMA user_version = {version}"))

    def fill(self, other: "Store") -> None:
        """Become a copy of another one, of whatever schema. Raises StoreError."""
        with self._lock, _in_words(other.path):
            other._connection.backup(self._connection)
            migrate(self._connection)

    def lost(self) -> bool:
        """The file was removed or replaced: what is written goes where no restart will find it."""
        with _in_words(self.path):
            return self._files[0] is not None and _identities(self.path)[0] != self._files[0]

    def disown_log(self) -> None:
        """Whoever opened the file that replaced ours would read our log into it. Raises StoreError."""
        with _in_words(self.path):
            if _identities(self.path)[1] == self._files[1]:
                _log_of(self.path).unlink(missing_ok=True)

    def move_home(self) -> None:
        """Go on in the file, with everything. Raises StoreError, and then goes on as it was."""
        with self._lock, self._read_lock:
            claim = _claimed(self.path)
            try:
                with _in_words(self.path):
                    copies = _with_reader(_copy(self._connection, self.path), self.path)
                    files = _identities(self.path)
            except StoreError:
                os.close(claim)
                raise
            self.close()
            self._connection, self._reading = copies
            self._claim, self._files, self.away = claim, files, ""

    def close(self) -> None:
        with self._lock, self._read_lock:
            self._reading.close()
            self._connection.close()
            if self._claim is not None:
                os.close(self._claim)
                self._claim = None


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _identities(path: Path) -> tuple[Identity, Identity]:
    return _identity(path), _identity(_log_of(path))


def _identity(path: Path) -> Identity:
    """Tells one file from another of the same name; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _claimed(path: Path) -> int:
    """An open descriptor that holds the lock. Raises StoreError."""
    with _in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        os.close(handle)
        raise AlreadyClaimed(f"{path}: another daemon already works on this state") from held
    return handle


def _with_reader(writer: sqlite3.Connection, path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """And one to read with: a page must not wait for the disk, or for another program that holds the file."""
    try:
        return writer, _kept_small(_opened(f"{path.resolve().as_uri()}?mode=ro"))
    except sqlite3.Error:
        writer.close()
        raise


def _copy(source: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    connection = _open_writer(path)
    try:
        source.backup(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _open_writer(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _kept_small(_opened(f"{path.resolve().as_uri()}?mode=rwc"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # a committed fault survives a power cut
    connection.execute("PRAGMA journal_size_limit=16777216")
    migrate(connection)
    return connection


def _open_memory() -> sqlite3.Connection:
    connection = _opened(":memory:")
    migrate(connection)
    return connection


def _open_reader(path: Path) -> sqlite3.Connection:
    connection = _opened(f"{path.resolve().as_uri()}?mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # No daemon has it open and this user may not make the log's index: then the file is at rest and complete.
        if not path.exists() or _log_of(path).exists():
            raise
        connection.close()
        connection = _opened(f"{path.resolve().as_uri()}?immutable=1")
    return connection


def _opened(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _kept_small(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute(f"PRAGMA cache_size={KEPT_PAGES}")
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have rolled it back already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise StoreError(f"{path}: {WORDS.get(code, str(error))}") from error
    except OSError as error:
        raise StoreError(f"{path}: {OS_WORDS.get(error.errno or 0, error.strerror)}") from error
