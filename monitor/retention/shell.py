"""A tree read with the commands of a Unix shell: GNU find, BusyBox, or ls alone. All are bounded, low in priority."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monitor.model import Disk, Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.ssh import Output, Session, contents
from monitor.retention import greeting, health, longlist
from monitor.retention.bounds import BEST, NOT_THERE, TIMED_OUT, NoShell, learn_bounds, speaks_otherwise
from monitor.retention.greeting import FILES, MARK, SAY_MARK, Answer, Wish
from monitor.retention.longlist import Listed
from monitor.retention.records import by_folder
from monitor.retention.tree import Folders, Listing

QUICK = 20.0
"""Seconds for a command that only asks."""
LISTING = 600.0
"""Seconds for a walk, where the deadline leaves as many."""
ARGUMENTS = 60_000
"""Characters of paths in one command line; a single argument of the kernel is limited to 131,072."""
GNU_FOLDERS = "-printf '%T@ %p\\0'"
BUSYBOX_FOLDERS = "-exec stat -c '%Y %n' '{}' +"
BUSYBOX_FILES = "-exec stat -c '%Y %s %n' '{}' +"
COMPLAINT = re.compile(r"^[^:/]+: (?:[^/']*)['‘]?(/.*?)['’]?: ([A-Z][^:]*)$")
"""``find: '/a/b': Permission denied``, ``stat: can't stat '/a': No such file or directory``."""
LOOP = "File system loop detected"
"""A link to a folder above itself: find does not go round, and nothing is missing."""
EVERYTHING = "/"
GONE = ("No such file or directory", "Not a directory")
"""What vanished meanwhile, or never was."""


class NoFind(Exception):
    """There is no find, or none that can be told what to print."""


class ShellTree:
    """Raises NoShell where the account has no shell, DeviceError and TimeoutError where the recorder fails."""

    login_worked: bool | None = True

    def __init__(self, session: Session, wish: Wish) -> None:
        self._session = session
        self._told: Answer | None = None  # what came with the greeting
        self._problems: dict[str, str] = {}
        self._named: dict[str, list[str]] = {}  # what lies in a folder
        self._long: Listed | None = None  # where there is no useful find
        self._known: Mapping[str, bytes] = {}
        self._pipes, self._gnu = True, True
        self._limit, self._prefix = BEST
        self._offset: float | None = None
        self._greet(wish)
        self.facts: dict[str, object] = {"access": "shell", "compressed": self._pipes, "time_limit": self._limit}
        if session.outdated:
            self.facts["outdated_crypto"] = session.outdated

    def clock_offset(self) -> float | None:
        return self._offset

    def folders(self, roots: Sequence[str], depth: int) -> Folders:
        if self._told is not None:
            stamps, problems = self._told.stamps, self._problems
        else:
            stamps, problems = self._stamps(roots, depth)
        missing = frozenset(root for root in roots if problems.get(root) in GONE)
        return Folders(stamps, missing, _without_gone(problems))

    def _stamps(self, roots: Sequence[str], depth: int) -> tuple[Mapping[str, str], dict[str, str]]:
        try:
            text, problems = self._find(roots, _folders_at(depth), GNU_FOLDERS, BUSYBOX_FOLDERS)
        except NoFind:
            self._long, problems = self._long_list(roots)
            return self._long.folders(roots, depth), problems
        lines = text.decode("utf-8", "surrogateescape").split("\0")
        return {path: stamp for stamp, _, path in (line.partition(" ") for line in lines if line)}, problems

    def _long_list(self, roots: Sequence[str]) -> tuple[Listed, dict[str, str]]:
        """Everything below the roots each time: ls knows no depth."""
        self.facts["find"] = "ls"
        outputs = [self._walk(command) for command in longlist.commands(roots)]
        problems = {path: why for output in outputs for path, why in _problems(output).items()}
        text = "\n".join(output.stdout.decode("utf-8", "surrogateescape") for output in outputs)
        return longlist.parse(text), problems

    def files(self, folders: Sequence[str], depth: int) -> Listing:
        """What came with the greeting, and what did not."""
        told = self._told
        if told is None:
            return self._files(folders, depth)
        if depth and told.listed >= told.stamps.keys():
            return Listing(told.records)
        rest = self._files(folders if depth else [one for one in folders if one not in told.listed], depth)
        return Listing((b"" if depth else told.records) + rest.records, rest.problems)

    def _files(self, folders: Sequence[str], depth: int) -> Listing:
        if self._long is not None:
            return Listing(self._long.records(list(self._long.folders(folders, depth))))
        depths = f"-mindepth {depth + 1} -maxdepth {depth + 1} -type f"
        records, problems = self._find(folders, depths, FILES, BUSYBOX_FILES)
        return Listing(by_folder(records), _without_gone(problems))

    def names(self, folder: str) -> Sequence[str]:
        if folder not in self._named:
            output = self._ask(f"ls -A {shlex.quote(folder)}")
            if output.status != 0 and not output.stdout:
                raise OSError(_why(output))
            self._named[folder] = output.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]
        return self._named[folder]

    def disks(self, roots: Sequence[str]) -> tuple[Disk, ...] | None:
        return health.disks_of(self._texts, roots)

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Through SFTP on the same connection, else with tail and head."""
        try:
            return self._read_by_sftp(path, offset, length)
        except DeviceError as error:
            if error.outcome is not Outcome.UNSUPPORTED:
                raise
        name = shlex.quote(path)
        output = self._ask(f"tail -c +{offset + 1} {name} | head -c {length}")
        if output.status != 0:
            raise OSError(_why(output))
        return output.stdout

    def _read_by_sftp(self, path: str, offset: int, length: int) -> bytes:
        with self._session.reading() as sftp:
            return contents(sftp, path, offset, length)

    def _greet(self, wish: Wish) -> None:
        try:
            if wish.look_up or not self._greet_at_once(wish):
                self._greet_simply()
                if wish.look_up:
                    wish = replace(wish, roots=wish.look_up(self.names))
                if wish.look_up or self._session.greets:
                    self._greet_at_once(wish)
        except DeviceError as error:
            if error.outcome is not Outcome.UNSUPPORTED:
                raise
            raise NoShell(error.reason) from None

    def _greet_at_once(self, wish: Wish) -> bool:
        """Everything on one journey; False where the account cannot pipe."""
        questions = health.questions(wish.roots)
        if sum(map(len, wish.roots)) > ARGUMENTS:
            return False
        output = self._session.run(greeting.command(wish, questions, QUICK, LISTING), LISTING, gzipped=True)
        told = greeting.parse(output.stdout, wish, questions)
        self._pipes = told is not None
        errors, _, status = output.stderr.rpartition(b"status ")
        if told is None or not status.strip().isdigit():
            return False
        walk = _finished(Output(int(status), b"", errors))
        if walk.status != 0 and not told.stamps and (speaks_otherwise(walk) or not any(told.texts.values())):
            return False
        self._offset, self._known = told.clock - output.begun, told.texts
        # Else this find knows not all we asked of it, or there are links to follow.
        if (walk.status == 0 or told.stamps) and not told.linked:
            self._told, self._problems = told, _problems(walk)
        return True

    def _greet_simply(self) -> None:
        bounds = learn_bounds(self._session, QUICK)
        self._limit, self._prefix, self._offset = bounds.limit, bounds.prefix, bounds.clock_offset

    def _quick(self, command: str) -> str:
        return self._prefix.format(seconds=int(QUICK)) + command

    def _together(self, commands: Sequence[str]) -> str:
        return f"; {SAY_MARK}; ".join(f"{self._quick(command)} 2>/dev/null" for command in commands)

    def _piped(self, command: str) -> str:
        """A pipe reports its last command alone, so the status of the first goes with the errors."""
        return f'{{ {command}; echo "status $?" >&2; }} | gzip -1'

    def _ask(self, command: str) -> Output:
        return self._session.run(self._quick(command), QUICK)

    def _texts(self, commands: Sequence[str]) -> list[str | None]:
        """The outputs of commands that only ask; None where the recorder has one not, or refuses it."""
        if all(command in self._known for command in commands):
            outputs = [self._known[command] for command in commands]
        elif self._pipes:  # one journey for all
            outputs = self._session.run(self._together(commands), QUICK).stdout.split(MARK)
        else:
            outputs = [self._ask(command).stdout for command in commands]
        return [output.decode("utf-8", "replace") if output.strip() else None for output in outputs]

    def _find(self, folders: Sequence[str], depths: str, gnu: str, busybox: str) -> tuple[bytes, dict[str, str]]:
        records, problems = [], {}
        for some in _chunks(folders):
            found, wrong = self._find_some(some, depths, gnu, busybox)
            records.append(found)
            problems.update(wrong)
        return b"".join(records), problems

    def _find_some(self, quoted: str, depths: str, gnu: str, busybox: str) -> tuple[bytes, dict[str, str]]:
        if self._gnu:
            output = self._walk(f"find -L {quoted} {depths} {gnu}")
            if output.status in NOT_THERE:
                raise NoFind
            if b"printf" not in output.stderr:
                return output.stdout, _problems(output)
            self._gnu = False
            self.facts["find"] = "busybox"
        output = self._walk(f"find -L {quoted} {depths} {busybox}")
        problems = _problems(output)
        if not output.stdout and EVERYTHING in problems:
            raise NoFind
        return output.stdout.replace(b"\n", b"\0"), problems

    def _walk(self, command: str) -> Output:
        command = self._prefix.format(seconds=int(LISTING)) + command
        if not self._pipes:
            return _finished(self._session.run(command, LISTING))
        output = self._session.run(self._piped(command), LISTING, gzipped=True)
        errors, _, status = output.stderr.rpartition(b"status ")
        if not status.strip().isdigit():
            raise DeviceError(Outcome.INCOMPLETE, "the listing broke off")
        return _finished(Output(int(status), output.stdout, errors))


def _why(output: Output) -> str:
    return output.stderr.decode("utf-8", "replace").strip()[:200] or f"status {output.status}"


def _folders_at(depth: int) -> str:
    return f"-mindepth {depth} -maxdepth {depth} -type d"


def _finished(output: Output) -> Output:
    if output.status in TIMED_OUT:
        raise TimeoutError
    if output.status < 0:
        raise DeviceError(Outcome.INCOMPLETE, "the listing broke off")
    return output


def _chunks(folders: Sequence[str]) -> Iterator[str]:
    """Quoted paths, as many as one command line takes."""
    some: list[str] = []
    size = 0
    for folder in folders:
        quoted = shlex.quote(folder)
        if some and size + len(quoted) > ARGUMENTS:
            yield " ".join(some)
            some, size = [], 0
        some.append(quoted)
        size += len(quoted) + 1
    if some:
        yield " ".join(some)


def _problems(output: Output) -> dict[str, str]:
    """Paths the command complained about. A failure without a path concerns everything."""
    if output.status == 0:
        return {}
    lines = [line for line in output.stderr.decode("utf-8", "surrogateescape").splitlines() if LOOP not in line]
    if not lines and LOOP.encode() in output.stderr:
        return {}
    found = {match[1]: match[2].strip() for line in lines if (match := COMPLAINT.match(line.strip()))}
    return found or {EVERYTHING: f"the listing ended with status {output.status}: {lines[0] if lines else 'no words'}"}


def _without_gone(problems: Mapping[str, str]) -> dict[str, str]:
    """What vanished during the walk was deleted by the recorder: no problem."""
    return {path: why for path, why in problems.items() if why not in GONE}
