"""Reads the SQLite file of another program: only ever a private copy, in a folder of our own.

The one place outside the store that opens SQLite; docs/design/retention.md says why.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from monitor.model import Deadline, Outcome
from monitor.protocols.errors import DeviceError

STEPS = 100_000
"""Instructions of SQLite between two looks at the deadline."""


class Copy:
    """An open copy. Every method raises DeviceError (PROTOCOL) for what is no usable database, TimeoutError."""

    def __init__(self, connection: sqlite3.Connection, deadline: Deadline) -> None:
        self._connection, self._deadline = connection, deadline

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """One after another: there may be a million."""
        with _typed(self._deadline):
            yield from self._connection.execute(query, values)


@contextmanager
def opened(copy: Path, deadline: Deadline) -> Iterator[Copy]:
    """Open a copied file, with its write-ahead log if one lies beside it under its name and ``-wal``.

    Reading a log means to fold it in, so the copy, and nothing else, is written to; without one it is opened immutable.
    """
    how = "mode=rw" if Path(f"{copy}-wal").exists() else "mode=ro&immutable=1"
    with _typed(deadline), closing(sqlite3.connect(f"file:{copy}?{how}", uri=True)) as connection:
        connection.set_progress_handler(lambda: not deadline.left(), STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")  # a foreign file may hold more than data
        connection.execute("PRAGMA query_only = ON")
        yield Copy(connection, deadline)


@contextmanager
def _typed(deadline: Deadline) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if not deadline.left():
            raise TimeoutError from None
        raise DeviceError(Outcome.PROTOCOL, f"the database cannot be read ({error})") from None
