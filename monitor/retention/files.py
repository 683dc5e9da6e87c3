"""Kind ``files``: a tree of recorded files on this machine, local or mounted."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from monitor.model import Deadline, Disk, Evidence, Memory, Target
from monitor.retention import mounts
from monitor.retention.greeting import Wish
from monitor.retention.options import FilesOptions, options_of
from monitor.retention.survey import survey
from monitor.retention.tree import Folders, Listing, Tree

BATCH = 512
"""Files between two looks at the deadline."""


async def read_files(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Read the tree from here."""
    options = options_of(FilesOptions, target)

    def opener(within: Deadline, _wish: Wish) -> AbstractContextManager[Tree]:
        return nullcontext(LocalTree(within))

    return await survey(opener, target, options, memory, deadline)


class LocalTree:
    """A tree below a path of this machine. Nothing is ever opened for writing."""

    login_worked: bool | None = None

    def __init__(self, deadline: Deadline) -> None:
        self._below = "/"
        self._deadline = deadline
        self.facts: Mapping[str, object] = {"access": "local"}

    def clock_offset(self) -> float | None:
        """Our own clock writes the file times of a local file system; whose clock a mounted one has is not known."""
        mount = mounts.mount_of(self._below, _mounts())
        return None if mount is not None and mount.is_networked else 0.0

    def folders(self, roots: Sequence[str], depth: int) -> Folders:
        stamps: dict[str, str] = {}
        problems: dict[str, str] = {}
        missing = frozenset(root for root in roots if not _is_there(root, problems))
        there = [root for root in roots if root not in missing | problems.keys()]
        self._below = os.path.realpath(there[0]) if there else "/"
        for root in there:
            self._descend(root, depth, stamps, problems)
        return Folders(stamps, missing, problems)

    def files(self, folders: Sequence[str], depth: int) -> Listing:
        problems: dict[str, str] = {}
        found: dict[str, str] = {}
        for folder in folders:
            self._descend(folder, depth, found, problems)
        records = [record for folder in found for record in self._records(folder, problems)]
        return Listing(b"".join(records), problems)

    def names(self, folder: str) -> Sequence[str]:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]

    def disks(self, roots: Sequence[str]) -> tuple[Disk, ...] | None:
        table = _mounts()
        found: dict[str, Disk] = {}
        for root in roots:
            if _is_there(root, {}) and os.access(root, os.X_OK):
                mount = mounts.mount_of(os.path.realpath(root), table)
                numbers = os.statvfs(root)
                space = mounts.Space(
                    numbers.f_blocks * numbers.f_frsize,
                    numbers.f_bavail * numbers.f_frsize,
                    numbers.f_files,
                    numbers.f_favail,
                )
                disk = replace(mounts.disk_of(mount, space), read_only=None)  # we may well see it mounted read-only
                found[disk.id] = disk
        return tuple(found.values()) or None

    def read(self, path: str, offset: int, length: int) -> bytes:
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(length)

    def _descend(self, folder: str, depth: int, stamps: dict[str, str], problems: dict[str, str]) -> None:
        if not self._deadline.left():
            raise TimeoutError
        try:
            if depth == 0:
                stamps[folder] = str(os.stat(folder).st_mtime_ns)
                return
            with os.scandir(folder) as entries:
                below = [entry.path for entry in entries if _is_folder(entry)]
        except FileNotFoundError:
            return  # the recorder deleted it meanwhile
        except OSError as error:
            problems[folder] = error.strerror or type(error).__name__
            return
        for path in below:
            self._descend(path, depth - 1, stamps, problems)

    def _records(self, folder: str, problems: dict[str, str]) -> Iterator[bytes]:
        yield os.fsencode(folder) + b"\0"
        try:
            with os.scandir(os.fsencode(folder)) as entries:
                for number, entry in enumerate(entries):
                    if number % BATCH == 0 and not self._deadline.left():
                        raise TimeoutError
                    yield from _record(entry)
        except FileNotFoundError:
            return  # the recorder deleted it meanwhile
        except OSError as error:
            problems[folder] = error.strerror or type(error).__name__


def _is_there(folder: str, problems: dict[str, str]) -> bool:
    """Whether there is such a folder. What a forbidden one hides is a problem and not missing."""
    try:
        return stat.S_ISDIR(os.stat(folder).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        problems[folder] = error.strerror or type(error).__name__
        return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Links are followed, down to the depth of the layout; one that leads nowhere, or to itself, is no folder."""
    try:
        return entry.is_dir()
    except OSError:
        if entry.is_symlink():
            return False
        raise


def _record(entry: os.DirEntry[bytes]) -> Iterator[bytes]:
    try:
        if entry.is_file():
            seen = entry.stat()
            yield b"%d %d %s\0" % (int(seen.st_mtime), seen.st_size, entry.name)
    except FileNotFoundError:
        return  # deleted between the listing and the look
    except OSError:
        if not entry.is_symlink():
            raise


def _mounts() -> tuple[mounts.Mount, ...]:
    return mounts.parse_mounts(Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape"))
