"""What could not be read of a tree, and of which camera. An empty folder is a finding, an unreadable one is none."""

from collections.abc import Mapping, Sequence

from monitor.retention.clock import Calibration
from monitor.retention.closed import Folder
from monitor.retention.layout import Layout
from monitor.retention.starts import HIDDEN, Names, names_in


def that_matter(problems: Mapping[str, str], layout: Layout) -> dict[str, str]:
    """Of the paths that could not be read those on the way to a file of the layout."""
    return {
        path: why
        for path, why in problems.items()
        if layout.may_hold(path.encode("utf-8", "surrogateescape")) and not HIDDEN & set(path.split("/"))
    }


def why_unread(
    roots: Sequence[str], name: str, missing: frozenset[str], problems: Mapping[str, str], calibration: Calibration
) -> str:
    """Why a channel could not be judged; "" = it could. ``name``: of its roots, as the layout has them."""
    for path, why in problems.items():
        if any(_is_within(path, root) or _is_within(root, path) for root in roots):
            return f"{path}: {why}"
    if missing.issuperset(roots):
        return f"the folder {name} does not exist: check channel and layout"
    return calibration.contradiction


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def why_nothing(names: Names, roots: Sequence[str], folders: Mapping[str, Folder], strangers: int) -> str:
    """Nothing found is a stopped recording only if the layout is proved right or there is nothing else there."""
    if any(folder.pieces for folder in folders.values()) and not strangers:
        return ""
    for root in roots:
        found, why = names_in(root, names)
        if why:
            return f"{root}: {why}"
        strange = [name for name in found if name not in HIDDEN and not name.startswith(".")]
        if strange:
            return f"nothing below {root} matches the layout, but {strange[0]!r} is there"
    return ""
