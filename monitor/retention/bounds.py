"""What ends a command on a recorder that we cannot end ourselves, and lets recording come first."""

from dataclasses import dataclass

from monitor.protocols.ssh import Output, Session
from monitor.retention.greeting import CLOCK, seconds

SH_LIMIT = (
    """sh -c 's=$1; shift; "$@" & p=$!; """
    """(trap "kill \\$z; exit" TERM; sleep $s & z=$!; wait $z; kill $p) >/dev/null 2>&1 & """
    """wait $p; r=$?; kill $!; wait $! 2>/dev/null; exit $r' - {seconds} """
)
"""Where there is no ``timeout``: the shell itself ends the command, and then the sleep that waited for it."""
LIMITS = {"timeout": "timeout {seconds} ", "timeout -t": "timeout -t {seconds} ", "sh": SH_LIMIT}
"""What ends a command that we cannot end; BusyBox before 1.30 wants ``-t``."""
MANNERS = ("env LC_ALL=C nice -n 19 ionice -c3 ", "env LC_ALL=C nice -n 19 ", "env LC_ALL=C ", "")
"""From the most considerate; the first that the recorder knows is used."""
BEST = "timeout", LIMITS["timeout"] + MANNERS[0]
NOT_THERE = (126, 127)
TIMED_OUT = (124, 143)
"""What ``timeout`` says, and what a shell says of a command that was ended."""


class NoShell(Exception):
    """The account runs no commands."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """``prefix`` stands before every command; its ``{seconds}`` are the most that it may take."""

    limit: str  # of LIMITS
    prefix: str
    clock_offset: float  # seconds the recorder's clock is ahead of ours


def learn_bounds(session: Session, quick: float) -> Bounds:
    """Find what limits a command here and the most considerate manner this account knows, by asking for the time.

    Raises NoShell, and what :meth:`Session.run` raises.
    """
    output = Output(0, b"", b"")
    for limit, before in LIMITS.items():
        for manner in MANNERS:
            prefix = before + manner
            output = session.run(prefix.format(seconds=int(quick)) + CLOCK, quick)
            if not session.greets and _after_a_greeting(output.stdout):
                session.greets = True
                output = session.run(prefix.format(seconds=int(quick)) + CLOCK, quick)
            told = seconds(output.stdout)
            if output.status == 0 and told is not None:
                return Bounds(limit, prefix, told - output.begun)
            if not speaks_otherwise(output):
                raise _no_shell(output)
    raise _no_shell(output)


def _after_a_greeting(said: bytes) -> bool:
    """Whether the time stands in the last line: above it is what the login shell says to everybody."""
    greeting, newline, last = said.rstrip().rpartition(b"\n")
    return bool(newline) and seconds(greeting) is None and seconds(last) is not None


def speaks_otherwise(output: Output) -> bool:
    """A command of the line is not there, or means something else by its words."""
    return output.status in NOT_THERE or b"timeout" in output.stderr


def _no_shell(output: Output) -> NoShell:
    return NoShell((output.stderr or output.stdout).decode("utf-8", "replace").strip()[:200])
