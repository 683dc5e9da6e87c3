"""The first command to a shell: clock, disks, folders, and the files of the folders that changed, on one journey.

Pure: what is sent as one line, and what came back. An account that may not run it answers something else.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MARK = b"\0--cctv--\0"
"""Between the answers of commands asked together; no path has a NUL in it."""
SAY_MARK = r"printf '\0--cctv--\0'"
PATTERN, BACKSLASHED = r"([*?\[\\])", r"\\\1"
CLOCK = "date -u +%s.%N"
FILES = "-printf '%T@ %s %p\\0'"  # %Ts would ask for the time zone with every file
CONSIDERATE = "nice -n 19 $(command -v ionice >/dev/null && echo ionice -c3) sh -c"
"""All that follows runs at the lowest priority; what may hang also under ``timeout``, which ends what we cannot end."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a tree will be asked for, known before it is opened.

    The folders ``depth`` below the roots, and the files of those that changed after ``since`` (epoch seconds by the
    recorder's clock; None = of all) or are named ``again``.
    """

    roots: tuple[str, ...]
    depth: int
    since: float | None = None
    again: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    clock: float  # epoch seconds, half-way through all of it
    texts: Mapping[str, bytes]  # by question
    stamps: Mapping[str, str]  # folder -> its modification time
    listed: frozenset[str]  # folders whose files came along
    records: bytes  # of these files, NUL-ended "mtime size path"


def command(wish: Wish, questions: Sequence[str], quick: float, listing: float) -> str:
    """One line for a shell; its output is compressed, the status of the walk comes with the errors."""
    asked = [f"timeout {quick:.0f} {question} 2>/dev/null" for question in questions]
    walk = f"timeout {listing:.0f} {_walk(wish)}"
    steps = f"; {SAY_MARK}; ".join([CLOCK, *asked, f"{walk}; s=$?", CLOCK])
    script = f'export LC_ALL=C; {steps}; echo "status $s" >&2'
    return f"{{ {CONSIDERATE} {shlex.quote(script)}; }} | gzip -1"


def _walk(wish: Wish) -> str:
    """Two kinds of records for a folder, ``d`` for each and ``l`` for a listed one; its files follow between marks."""
    names = " ".join(map(shlex.quote, wish.roots))
    changed = "" if wish.since is None else f"\\( -newermt @{wish.since:.9f} {_or_named(wish.again)} \\)"
    inner = f'{SAY_MARK}; find -H "$@" -mindepth 1 -maxdepth 1 -type f {FILES}; s=$?; {SAY_MARK}; exit $s'
    return (
        f"find -H {names} -mindepth {wish.depth} -maxdepth {wish.depth} -type d -printf 'd %T@ %p\\0' "
        f"{changed} -printf 'l %p\\0' -exec sh -c {shlex.quote(inner)} sh {{}} +"
    )


def _or_named(folder: str) -> str:
    """``-path`` takes a pattern: what would be one in a name is escaped."""
    return f"-o -path {shlex.quote(re.sub(PATTERN, BACKSLASHED, folder))}" if folder else ""


def parse(output: bytes, questions: Sequence[str]) -> Answer | None:
    """None if the recorder said something else."""
    first, *parts = output.split(MARK)
    if len(parts) < len(questions) + 2:
        return None
    *parts, last = parts
    begun, ended = seconds(first), seconds(last)
    if begun is None or ended is None:
        return None
    told, walked = parts[: len(questions)], parts[len(questions) :]
    stamps, listed = _folders(b"".join(walked[::2]))
    texts = dict(zip(questions, told, strict=True))
    return Answer((begun + ended) / 2, texts, stamps, listed, b"".join(walked[1::2]))


def _folders(text: bytes) -> tuple[dict[str, str], frozenset[str]]:
    stamps: dict[str, str] = {}
    listed = []
    for record in text.decode("utf-8", "surrogateescape").split("\0"):
        kind, _, rest = record.partition(" ")
        if kind == "d":
            stamp, _, path = rest.partition(" ")
            stamps[path] = stamp
        elif kind == "l":
            listed.append(rest)
    return stamps, frozenset(listed)


def seconds(said: bytes) -> float | None:
    """The epoch seconds that date printed; whole seconds are half a second behind on average."""
    found = re.match(rb"\s*(\d{9,11})(\.\d+)?", said)
    if found is None:
        return None
    return float(found[1]) + (float(found[2]) if found[2] else 0.5)
