"""The first command to a shell: clock, disks, folders, and the files of the folders that changed, on one journey.

Pure: what is sent as one line, and what came back. An account that may not run it answers something else.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.retention.starts import Names

MARK = b"\0--cctv--\0"
"""Between the answers of commands asked together; no path has a NUL in it."""
SAY_MARK = r"printf '\0--cctv--\0'"
PATTERN, BACKSLASHED = r"([*?\[\\])", r"\\\1"
CLOCK = "date -u +%s.%N"
FILES = "-printf '%T@ %s %p\\0'"  # %Ts would ask for the time zone with every file
NAMES = "-printf '%T@ %s %d/%f\\0'"
"""Of a file in a folder that was just named: its depth instead of the folder."""
LINKS = "-type l -printf 'k\\0'"
CONSIDERATE = "nice -n 19 $(command -v ionice >/dev/null && echo ionice -c3) sh -c"
"""All that follows runs at the lowest priority; what may hang also under ``timeout``, which ends what we cannot end."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a tree will be asked for, known before it is opened.

    The folders ``depth`` below the roots, and the files of those that changed after ``since`` (epoch seconds by the
    recorder's clock; None = of all) or are named ``again``. ``look_up``: finds the roots, where they are patterns.
    """

    roots: tuple[str, ...]
    depth: int
    since: float | None = None
    again: str = ""
    look_up: Callable[[Names], tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    clock: float  # epoch seconds when it began
    texts: Mapping[str, bytes]  # by question
    stamps: Mapping[str, str]  # folder -> its modification time
    listed: frozenset[str]  # folders whose files came along
    records: bytes  # a listing of these files
    linked: bool  # something was met that may lead to more: the walk follows no links but its roots


def command(wish: Wish, questions: Sequence[str], quick: float, listing: float) -> str:
    """One line for a shell; its output is compressed, the status of the walk comes with the errors.

    The questions are answered beside the walk, through a pipe whose end is copied after it.
    """
    asked = f"; {SAY_MARK}; ".join(f"{_bound(question, quick)}{question} 2>/dev/null" for question in questions)
    walk = f"timeout {listing:.0f} {_links(wish)}; timeout {listing:.0f} {_walk(wish)}; s=$?"
    steps = "; ".join((CLOCK, SAY_MARK, walk, SAY_MARK, "cat"))
    script = f'export LC_ALL=C; {{ {asked}; }} | {{ {steps}; echo "status $s" >&2; }}'
    return f"{{ {CONSIDERATE} {shlex.quote(script)}; }} | gzip -1"


def _bound(question: str, seconds: float) -> str:
    """What the kernel itself tells cannot hang as a dead network mount can; each process costs a poll milliseconds."""
    return "" if question.startswith("cat /proc/") else f"timeout {seconds:.0f} "


def _walk(wish: Wish) -> str:
    """Records of a folder: ``d`` with its stamp, ``l`` if its files, without a letter, follow; ``k`` for a link."""
    listed = "-printf 'l %p\\0'"
    if wish.since is not None:
        listed = f"\\( \\( -newermt @{wish.since:.9f} {_or_named(wish.again)} \\) {listed} -o -prune \\)"
    depths = f"-mindepth {wish.depth} -maxdepth {wish.depth + 1}"
    folders = f"-type d -printf 'd %T@ %p\\0' {listed}"
    return f"find -H {_names(wish)} {depths} {folders} -o -type f {NAMES} -o {LINKS}"


def _links(wish: Wish) -> str:
    """Those above the folders. To follow all costs find a tenth more, and hardly any recorder has one."""
    return f"find -H {_names(wish)} -maxdepth {max(wish.depth - 1, 0)} {LINKS}"


def _names(wish: Wish) -> str:
    return " ".join(map(shlex.quote, wish.roots))


def _or_named(folder: str) -> str:
    """``-path`` takes a pattern: what would be one in a name is escaped."""
    return f"-o -path {shlex.quote(re.sub(PATTERN, BACKSLASHED, folder))}" if folder else ""


def parse(output: bytes, wish: Wish, questions: Sequence[str]) -> Answer | None:
    """None if the recorder said something else."""
    first, _, rest = output.partition(MARK)
    walked, *told = rest.rsplit(MARK, len(questions))  # from the end: the long answer is not searched
    clock = seconds(first)
    if len(told) != len(questions) or clock is None:
        return None
    deep = {root.rstrip("/").count("/") + wish.depth for root in wish.roots}
    stamps: dict[str, str] = {}
    listed: list[str] = []
    files: list[bytes] = []
    linked = False
    for kind, stamp, path, after in _apart(walked):
        linked |= kind == b"k"
        if path.count(b"/") in deep:  # below lie strangers
            name = path.decode("utf-8", "surrogateescape")
            if kind == b"d":
                stamps[name] = stamp.decode()
            else:
                listed.append(name)
                files.append(path + b"\0")
        files.append(after)
    texts = dict(zip(questions, told, strict=True))
    return Answer(clock, texts, stamps, frozenset(listed), b"".join(files), linked)


def _apart(records: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Of each record of a folder: its letter, stamp and path, and the records up to the next one.

    First comes what stands before all of them.
    """
    data = np.frombuffer(records, np.uint8)
    ends = np.flatnonzero(data == 0)
    starts = np.concatenate(([0], ends[:-1] + 1))[: len(ends)]
    lettered = np.flatnonzero(data[starts] >= ord("a"))
    following = [*starts[lettered].tolist(), len(records)]
    yield b"", b"", b"", records[: following[0]]
    for start, end, upto in zip(following, ends[lettered].tolist(), following[1:], strict=False):
        kind, _, rest = records[start:end].partition(b" ")
        stamp, _, path = rest.partition(b" ") if kind == b"d" else (b"", b"", rest)
        yield kind, stamp, path, records[end + 1 : upto]


def seconds(said: bytes) -> float | None:
    """The epoch seconds that date printed; whole seconds are half a second behind on average."""
    found = re.match(rb"\s*(\d{9,11})(\.\d+)?", said)
    if found is None:
        return None
    return float(found[1]) + (float(found[2]) if found[2] else 0.5)
