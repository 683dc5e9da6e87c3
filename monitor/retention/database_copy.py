"""A consistent copy of a SQLite file that is being written to, fetched by reading alone.

Main file first, its write-ahead log after it: whatever a checkpoint moved into the main file meanwhile is still in the
log, unless the log began anew; that shows in its header, and then the copy is made again (sqlite.org/walformat.html).
"""

from pathlib import Path
from typing import Protocol

from monitor.model import Deadline, Outcome
from monitor.protocols.errors import DeviceError

LIMIT = 1024**3
"""Bytes; the recordings of 50 cameras for a month."""
CHUNK = 4 * 1024**2
TRIES = 3
LOG_HEADER, MAIN_HEADER = 32, 100
NAME = "copy.db"


class Source(Protocol):
    def read(self, path: str, offset: int, length: int) -> bytes:
        """A range of a file. OSError as of a local one."""


def fetch(source: Source, path: str, folder: Path, deadline: Deadline) -> Path:
    """Copy the database and its log into a folder. DeviceError: NOT_FOUND, FORBIDDEN, TOO_LARGE, INCOMPLETE."""
    try:
        for _ in range(TRIES):
            before = _state(source, path)
            _copy(source, path, folder / NAME, deadline)
            if before[0]:
                _copy(source, f"{path}-wal", folder / f"{NAME}-wal", deadline)
            if _state(source, path) == before:
                return folder / NAME
    except TimeoutError:
        raise
    except FileNotFoundError:
        raise DeviceError(Outcome.NOT_FOUND, f"there is no file {path}") from None
    except PermissionError:
        raise DeviceError(Outcome.FORBIDDEN, f"this account may not read {path}") from None
    except OSError as error:
        raise DeviceError(Outcome.INCOMPLETE, f"{path} could not be read ({error.strerror or error})") from None
    raise DeviceError(Outcome.INCOMPLETE, f"{path} is rewritten faster than it can be copied")


def _state(source: Source, path: str) -> tuple[bytes, bytes]:
    """The header of the log; without one, that of the main file, which then counts its changes."""
    try:
        log = source.read(f"{path}-wal", 0, LOG_HEADER)
    except FileNotFoundError:
        log = b""
    return log, b"" if log else source.read(path, 0, MAIN_HEADER)


def _copy(source: Source, path: str, target: Path, deadline: Deadline) -> None:
    size = 0
    with target.open("wb") as file:
        while chunk := source.read(path, size, CHUNK):
            size += file.write(chunk)
            if size > LIMIT:
                raise DeviceError(Outcome.TOO_LARGE, f"{path} is larger than {LIMIT // 1024**2} MiB")
            if not deadline.left():
                raise TimeoutError
