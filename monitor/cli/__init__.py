"""The command ``cctv``: one file per verb, and the only place that prints."""

import errno
import os
import signal
import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn, TextIO

import typer

from monitor import __version__
from monitor.sentences import said
from monitor.words import of_terminal

GROUPS = {
    "config": "Check, show and explain the configuration.",
    "ticket": "The repair job book.",
    "maintenance": "Windows in which faults are expected.",
}
"""Verbs with verbs of their own."""
VERBS = (
    *("run", "check", "retention", "discover", "config", "doctor", "status", "why", "inspect", "leave-site", "report"),
    *("accept-view", "commission", "explain", "ticket", "maintenance", "demo", "simulate"),
)
"""In the order of ``cctv --help``; each is the function, or the group, of the file of its name."""
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended, as shells have it."""
UNDONE = 2
"""The exit code when the machine does not let the verb do its work: whatever it was, it is not 'a fault was seen'."""
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EPIPE)


def assembled(verbs: Iterable[str] = VERBS) -> typer.Typer:
    """The command with these verbs: a file is imported only for a verb that is wanted."""
    made = typer.Typer(
        name="cctv",
        help="Knows whether a video surveillance system really works.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,  # locals hold passwords
    )
    made.callback()(cctv)
    for verb in verbs:
        name = verb.replace("-", "_")
        file = import_module(f"monitor.cli.{name}")
        if verb in GROUPS:
            made.add_typer(file.app, name=verb, help=GROUPS[verb])
        else:
            made.command(verb)(getattr(file, name))
    return made


def __getattr__(name: str) -> Any:
    """``app``: the whole command, made when somebody asks for it."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return assembled()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cctv-monitor {__version__}")
        raise typer.Exit


def cctv(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and end.")
    ] = False,
) -> None:
    """Knows whether a video surveillance system really works."""


def main() -> None:
    """Entry point of the command."""
    signal.signal(signal.SIGTERM, _as_if_interrupted)
    _make_writable()
    try:
        try:
            assembled([verb for verb in sys.argv[1:2] if verb in VERBS] or VERBS)()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:  # while the verb's file is read: the verb itself ends in its own way
        sys.exit(INTERRUPTED)
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # typer ends with 1: the code of a fault that was seen
            _end(f"the output cannot be written: {ended.__context__.strerror}")
        raise
    except PermissionError as refused:
        _end(f"{refused.filename}: {refused.strerror}")
    except Exception as broken:  # noqa: BLE001  # a verb's boundary: an error of ours is not 'a fault was seen' (1)
        if isinstance(broken, OSError) and broken.errno in UNWRITABLE:
            _end(f"the output cannot be written: {broken.strerror}")
        # Where it came from, without its own text: that of a foreign exception may hold a URL with its password.
        sys.stderr.writelines(traceback.format_tb(broken.__traceback__))
        _end(f"the monitor itself failed ({type(broken).__name__}); nothing is said about any device")


def _end(sentence: str) -> NoReturn:
    sys.stdout = _nowhere()  # what is left in it may not be writable
    print(said(sentence, of_terminal()), file=sys.stderr)
    sys.exit(UNDONE)


def _make_writable() -> None:
    """No trace, and no exit code of a fault, for a closed output or one whose encoding lacks a letter."""
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # TextIO does not tell of it


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w")  # open until the process ends, as the stream it stands for


def _as_if_interrupted(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a verb as Ctrl-C does: it hangs up, keeps what it learned of logins and leaves no process."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with a shell's ``&``
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
