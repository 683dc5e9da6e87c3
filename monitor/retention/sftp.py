"""A tree read through SFTP, for accounts without a shell."""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import Deadline, Disk
from monitor.protocols.ssh import FileSystem, Session, contents, file_system_of
from monitor.retention import mounts
from monitor.retention.tree import Folders, Listing

if TYPE_CHECKING:
    from paramiko import SFTPAttributes, SFTPClient

AHEAD = 50
"""Directory requests on the way at once."""


class SftpTree:
    """DeviceError and TimeoutError where the recorder fails. Its clock cannot be asked."""

    login_worked: bool | None = True

    def __init__(self, session: Session, deadline: Deadline) -> None:
        self._session = session
        self._deadline = deadline
        session.sftp()
        self.facts: dict[str, object] = {"access": "sftp"}
        if session.outdated:
            self.facts["outdated_crypto"] = session.outdated

    def clock_offset(self) -> float | None:
        return None

    def folders(self, roots: Sequence[str], depth: int) -> Folders:
        stamps: dict[str, str] = {}
        problems: dict[str, str] = {}
        missing = {root for root in roots if not self._begin(root, depth, stamps, problems)}
        return Folders(stamps, frozenset(missing), problems)

    def files(self, folders: Sequence[str], depth: int) -> Listing:
        problems: dict[str, str] = {}
        found: dict[str, str] = {}
        for folder in folders:
            self._begin(folder, depth, found, problems)
        records = [record for folder in found for record in self._records(folder, problems)]
        return Listing("".join(records).encode("utf-8", "surrogateescape"), problems)

    def _records(self, folder: str, problems: dict[str, str]) -> Iterator[str]:
        yield f"{folder}\0"
        for entry in self._entries(folder, problems):
            if stat.S_ISREG(entry.st_mode or 0):
                yield f"{entry.st_mtime or 0} {entry.st_size or 0} {entry.filename}\0"

    def names(self, folder: str) -> Sequence[str]:
        problems: dict[str, str] = {}
        found = [entry.filename for entry in self._entries(folder, problems)]
        if problems:
            raise OSError(problems[folder])
        return found

    def disks(self, roots: Sequence[str]) -> tuple[Disk, ...] | None:
        """SFTP names no mount points, but tells file systems apart. None if the server has no statvfs."""
        with self._session.reading() as sftp:
            found = [one for root in roots if (one := file_system_of(sftp, root)) is not None]
        apart = {(one.id, one.size, one.inodes): one for one in found}
        return tuple(_disk(one, index) for index, one in enumerate(apart.values())) or None

    def size(self, path: str) -> int:
        with self._session.reading() as sftp:
            return sftp.stat(path).st_size or 0

    def read(self, path: str, offset: int, length: int) -> bytes:
        with self._session.reading() as sftp:
            return contents(sftp, path, offset, length)

    def _begin(self, folder: str, depth: int, stamps: dict[str, str], problems: dict[str, str]) -> bool:
        """Walk down from a folder; False if there is none of that name."""
        try:
            with self._session.reading() as sftp:
                seen = sftp.stat(folder)
        except FileNotFoundError:
            return False
        except PermissionError:
            problems[folder] = "Permission denied"
            return True
        if not stat.S_ISDIR(seen.st_mode or stat.S_IFDIR):
            return False
        self._descend(folder, str(seen.st_mtime), depth, stamps, problems)
        return True

    def _descend(self, folder: str, stamp: str, depth: int, stamps: dict[str, str], problems: dict[str, str]) -> None:
        if depth == 0:
            stamps[folder] = stamp
            return
        for entry in self._entries(folder, problems):
            if stat.S_ISDIR(entry.st_mode or 0):
                below = f"{folder.rstrip('/')}/{entry.filename}"
                self._descend(below, str(entry.st_mtime), depth - 1, stamps, problems)

    def _entries(self, folder: str, problems: dict[str, str]) -> "list[SFTPAttributes]":
        """All at once: a second listing begun within a first one would take its answers."""
        if not self._deadline.left():
            raise TimeoutError
        try:
            with self._session.reading() as sftp:
                found = list(sftp.listdir_iter(folder, read_aheads=AHEAD))
                return [_followed(sftp, folder, entry) for entry in found]
        except FileNotFoundError:
            return []  # the recorder deleted it meanwhile
        except TimeoutError:
            raise
        except OSError as error:
            problems[folder] = error.strerror or str(error) or type(error).__name__
            return []


def _followed(sftp: "SFTPClient", folder: str, entry: "SFTPAttributes") -> "SFTPAttributes":
    """What a link leads to, under its own name; a link that leads nowhere stays one."""
    if not stat.S_ISLNK(entry.st_mode or 0):
        return entry
    try:
        found = sftp.stat(f"{folder.rstrip('/')}/{entry.filename}")
    except TimeoutError:
        raise
    except OSError:
        return entry
    found.filename = entry.filename
    return found


def _disk(found: FileSystem, index: int) -> Disk:
    space = mounts.Space(found.size, found.free, found.inodes, found.inodes_free)
    return replace(mounts.disk_of(None, space, f"recordings{index or ''}"), read_only=found.read_only)
