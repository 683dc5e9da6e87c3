"""Where the walk of a layout begins. What a ``*`` before its fields stands for is looked up, level by level: nothing
beside it is walked, and of a machine's own folders none is entered."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.retention.layout import Layout

Names = Callable[[str], Sequence[str]]
"""What lies directly in a folder. OSError if it cannot be read."""
NO_DISKS = frozenset(
    ("proc", "sys", "dev", "run", "etc", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "boot", "root")
)
"""What every Unix has of its own below /."""
HIDDEN = frozenset({"lost+found", "System Volume Information"})


@dataclass(frozen=True, slots=True)
class Starts:
    of: Mapping[str, tuple[str, ...]]  # channel -> the folders it may lie below, of which some may not exist
    problems: Mapping[str, str] = field(default_factory=dict)  # folder that could not be looked into -> why

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(folder for folders in self.of.values() for folder in folders))


def find_starts(layout: Layout, names: Names) -> Starts:
    """The folders of each channel; where nothing fits, the pattern itself, which then does not exist."""
    looked = _Look(names)
    channels = layout.channels or ("",)  # no camera names this recorder: what is left to see is the disk
    found = {channel: tuple(looked.along("", layout.leading(channel))) for channel in channels}
    return Starts({one: paths or (layout.root_of(one),) for one, paths in found.items()}, looked.problems)


class _Look:
    """Looks into each folder once."""

    def __init__(self, names: Names) -> None:
        self.problems: dict[str, str] = {}
        self._names = names
        self._known: dict[str, list[str]] = {}

    def along(self, above: str, parts: Sequence[str | re.Pattern[str]]) -> Iterator[str]:
        if not parts:
            yield above or "/"
            return
        part, *rest = parts
        for name in [part] if isinstance(part, str) else filter(part.fullmatch, self._in(above)):
            yield from self.along(f"{above}/{name}", rest)

    def _in(self, folder: str) -> list[str]:
        if folder not in self._known:
            self._known[folder] = [name for name in self._listed(folder or "/") if _may_be_a_disk(folder, name)]
        return self._known[folder]

    def _listed(self, folder: str) -> Sequence[str]:
        found, why = names_in(folder, self._names)
        if why:
            self.problems[folder] = why
        return found


def names_in(folder: str, names: Names) -> tuple[Sequence[str], str]:
    """What lies in a folder, nothing if it is not there; and why it could not be read."""
    try:
        return names(folder), ""
    except FileNotFoundError:
        return (), ""
    except TimeoutError:
        raise
    except OSError as error:
        return (), error.strerror or str(error)


def _may_be_a_disk(above: str, name: str) -> bool:
    return not (name.startswith(".") or name in HIDDEN or (not above and name in NO_DISKS))
