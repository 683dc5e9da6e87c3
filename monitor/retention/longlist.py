"""What ``ls -lanR --full-time`` prints, for shells without a useful find: GNU and BusyBox, asked with TZ=UTC0. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote

LINE = re.compile(
    r"([-d])\S{9}\S* +\d+ +\S+ +\S+ +(\d+) +(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? \+0000 (.+)", re.DOTALL
)
"""Type, size, date, time, name."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A whole tree: folders with their modification time, files as NUL-ended ``mtime size name``."""

    stamps: Mapping[str, str]
    files: Mapping[str, Sequence[str]]  # by folder

    def folders(self, roots: Sequence[str], depth: int) -> dict[str, str]:
        """Those exactly ``depth`` below the roots."""
        above = {root.rstrip("/") for root in roots}
        return {path: stamp for path, stamp in self.stamps.items() if _up(path, depth) in above}

    def records(self, folders: Sequence[str]) -> bytes:
        found = "".join(record for folder in folders for record in (f"{folder}\0", *self.files.get(folder, ())))
        return found.encode("utf-8", "surrogateescape")


def _up(path: str, depth: int) -> str:
    return path.rsplit("/", depth)[0] if depth else path


def commands(roots: Sequence[str]) -> tuple[str, str]:
    """The folders themselves; then all below them."""
    names = " ".join(map(quote, roots))
    return f"env TZ=UTC0 ls -land --full-time {names}", f"env TZ=UTC0 ls -lanR --full-time {names}"


def parse(text: str) -> Listed:
    stamps: dict[str, str] = {}
    files: dict[str, list[str]] = {}
    folder = ""
    for line in text.split("\n"):
        if line.startswith("/") and line.endswith(":"):
            folder = line[:-1]
            continue
        found = LINE.fullmatch(line)
        if found is None or found[5] in (".", ".."):
            continue
        kind, size, day, clock, name = found.groups()
        stamp = int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC).timestamp())
        path = name if not folder else f"{folder.rstrip('/')}/{name}"
        if kind == "d":
            stamps[path] = str(stamp)
        else:
            files.setdefault(folder, []).append(f"{stamp} {size} {name}\0")
    return Listed(stamps, files)
