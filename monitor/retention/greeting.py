"""The first command to a shell: clock, disks, folders, and the files of the folders that changed, on one journey.

Pure: what is sent as one line, and what came back. An account that may not run it answers something else.
"""

import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

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
    asked = [f"{_bound(question, quick)}{question} 2>/dev/null" for question in questions]
    walk = f"timeout {listing:.0f} {_walk(wish)}"
    steps = f"; {SAY_MARK}; ".join([CLOCK, *asked, f"{walk}; s=$?", CLOCK])
    script = f'export LC_ALL=C; {steps}; echo "status $s" >&2'
    return f"{{ {CONSIDERATE} {shlex.quote(script)}; }} | gzip -1"


def _bound(question: str, seconds: float) -> str:
    """What the kernel itself tells cannot hang as a dead network mount can; each process costs a poll milliseconds."""
    return "" if question.startswith("cat /proc/") else f"timeout {seconds:.0f} "


def _walk(wish: Wish) -> str:
    """Records of a folder: ``d`` with its stamp, ``l`` if its files, without a letter, follow."""
    names = " ".join(map(shlex.quote, wish.roots))
    listed = "-printf 'l %p\\0'"
    if wish.since is not None:
        listed = f"\\( \\( -newermt @{wish.since:.9f} {_or_named(wish.again)} \\) {listed} -o -prune \\)"
    depths = f"-mindepth {wish.depth} -maxdepth {wish.depth + 1}"
    return f"find -H {names} {depths} -type d -printf 'd %T@ %p\\0' {listed} -o -type f {FILES}"


def _or_named(folder: str) -> str:
    """``-path`` takes a pattern: what would be one in a name is escaped."""
    return f"-o -path {shlex.quote(re.sub(PATTERN, BACKSLASHED, folder))}" if folder else ""


def parse(output: bytes, wish: Wish, questions: Sequence[str]) -> Answer | None:
    """None if the recorder said something else."""
    first, *told = output.split(MARK, len(questions) + 1)  # the long answer is not searched
    if len(told) != len(questions) + 1:
        return None
    walked = told.pop()
    end = max(walked.rfind(MARK), 0)
    begun, ended = seconds(first), seconds(walked[end + len(MARK) :])
    if begun is None or ended is None:
        return None
    folders, files = _apart(walked, end)
    stamps, listed = _folders(folders, {root.rstrip("/").count("/") + wish.depth for root in wish.roots})
    return Answer((begun + ended) / 2, dict(zip(questions, told, strict=True)), stamps, listed, files)


def _apart(records: bytes, size: int) -> tuple[list[str], bytes]:
    """Of the first ``size`` bytes the records that begin with a letter, and the others."""
    data = np.frombuffer(records, np.uint8, size)
    ends = np.flatnonzero(data == 0)
    starts = np.concatenate(([0], ends[:-1] + 1))[: len(ends)]
    lettered = data[starts] >= ord("a")
    folders, files, at = [], [], 0
    for start, end in zip(starts[lettered].tolist(), ends[lettered].tolist(), strict=True):
        folders.append(records[start:end].decode("utf-8", "surrogateescape"))
        files.append(records[at:start])
        at = end + 1
    return folders, b"".join([*files, records[at:size]])


def _folders(records: Sequence[str], deep: Collection[int]) -> tuple[dict[str, str], frozenset[str]]:
    """Those at their depth; below it lie strangers."""
    stamps: dict[str, str] = {}
    listed = []
    for record in records:
        kind, _, rest = record.partition(" ")
        stamp, _, path = rest.partition(" ") if kind == "d" else ("", "", rest)
        if path.count("/") not in deep:
            continue
        if kind == "d":
            stamps[path] = stamp
        else:
            listed.append(path)
    return stamps, frozenset(listed)


def seconds(said: bytes) -> float | None:
    """The epoch seconds that date printed; whole seconds are half a second behind on average."""
    found = re.match(rb"\s*(\d{9,11})(\.\d+)?", said)
    if found is None:
        return None
    return float(found[1]) + (float(found[2]) if found[2] else 0.5)
