"""What a file system says about itself: space, inodes, read-only, whose clock. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Disk

NETWORKED = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "afs"})
"""File systems whose file times come from another machine's clock; so do those of FUSE."""


@dataclass(frozen=True, slots=True)
class Mount:
    source: str
    point: str
    type: str
    options: tuple[str, ...]

    @property
    def is_networked(self) -> bool:
        return self.type in NETWORKED or self.type.startswith("fuse.")

    @property
    def is_read_only(self) -> bool:
        return "ro" in self.options


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes and inodes of a file system. ``free`` is what an ordinary user can still write."""

    size: int
    free: int
    inodes: int = 0
    inodes_free: int = 0


def parse_mounts(text: str) -> tuple[Mount, ...]:
    """Read /proc/mounts: source, point, type, options; blanks in names are octal escapes."""
    lines = [line.split() for line in text.splitlines()]
    return tuple(
        Mount(_plain(fields[0]), _plain(fields[1]), fields[2], tuple(fields[3].split(",")))
        for fields in lines
        if len(fields) >= 4
    )


def mount_of(path: str, mounts: Sequence[Mount]) -> Mount | None:
    """The mount a path lies on: the one with the longest fitting point, the latest of equals."""
    fitting = [mount for mount in mounts if _holds(mount.point, path)]
    return max(reversed(fitting), key=lambda mount: len(mount.point), default=None)


def disk_of(mount: Mount | None, space: Space, name: str = "") -> Disk:
    """A file system as a disk: full when nothing more can be written (Used == Size never comes on a reserve)."""
    read_only = None if mount is None else mount.is_read_only
    note = f"{mount.source} on {mount.point}" if mount else ""
    return Disk(
        id=name or (mount.point if mount else "recordings"),
        status="full" if space.size and space.free <= 0 and not read_only else "ok",
        size=space.size or None,
        free=space.free if space.size else None,
        read_only=read_only,
        inodes_free_ratio=space.inodes_free / space.inodes if space.inodes else None,
        note=note,
    )


def _holds(point: str, path: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")


def _plain(name: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), name)
