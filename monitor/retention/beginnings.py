"""The index of a fragment that lies in a file of its own: HLS and DASH write it once, beside or above many fragments.

Playlists as in RFC 8216, 4.3.2.5 (EXT-X-MAP).
"""

import re
from collections.abc import Iterator, Sequence

from monitor.retention import media
from monitor.retention.starts import names_in
from monitor.retention.tree import Tree

INITIAL = re.compile(r"(?:.*[^a-z])?(?:init|initialization|header)(?:[^a-z].*)?\.(?:mp4|m4s|m4v|m4i|cmfv|init)", re.I)
MAP = re.compile(rb'#EXT-X-MAP:[^\n]*?URI="([^"\n]+)"')
LIMIT = 1024**2
PLAYLISTS, CANDIDATES, LEVELS = 4, 4, 3


def beside(tree: Tree, path: str) -> list[bytes]:
    """Beginnings that may be those of a fragment, the likeliest first: by a playlist, else by their names."""
    folder, _, name = path.rpartition("/")
    for _ in range(LEVELS):
        names, _why = names_in(folder or "/", tree.names)
        found = list(dict.fromkeys([*_by_playlists(tree, folder, names, name), *_by_name(names, name)]))
        contents = [content for one in found[:CANDIDATES] if (content := _read(tree, f"{folder}/{one}"))]
        if contents or not folder:
            return contents
        folder = folder.rpartition("/")[0]
    return []


def _by_playlists(tree: Tree, folder: str, names: Sequence[str], name: str) -> Iterator[str]:
    """What stands before the fragment in a list that names it."""
    for playlist in [one for one in names if one.lower().endswith(".m3u8")][:PLAYLISTS]:
        above, named, _ = _content(tree, f"{folder}/{playlist}").partition(
            b"\n" + name.encode("utf-8", "surrogateescape")
        )
        told = MAP.findall(above)
        if named and told:
            yield told[-1].decode("utf-8", "surrogateescape")


def _by_name(names: Sequence[str], name: str) -> list[str]:
    """Of several streams in one folder, the one that shares most words with the fragment."""
    words = set(re.split(r"\W+|_", name))
    return sorted(filter(INITIAL.fullmatch, names), key=lambda one: -len(words & set(re.split(r"\W+|_", one))))


def _read(tree: Tree, path: str) -> bytes:
    """Nothing if it is no beginning."""
    content = _content(tree, path)
    try:
        whole = len(content) < LIMIT and media.is_mp4(content) and media.find(content, b"moov", b"mvex") is not None
    except media.Damaged:
        return b""
    return content if whole else b""


def _content(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path, 0, LIMIT)
    except TimeoutError:
        raise
    except OSError:  # it is a guess that there is one
        return b""
