"""What every verb needs: the configuration, a clear refusal, a login for an address."""

import getpass
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from monitor import words
from monitor.cli import exits
from monitor.cli.choose import Configured
from monitor.model import Credentials
from monitor.sentences import said

if TYPE_CHECKING:
    from monitor.settings import ConfigError, Settings
    from monitor.store import Store

KEYED = re.compile(r"(\w+: )?(.*)", re.DOTALL)
"""The key that is wrong, which is no word of any language, and what is wrong with it."""
By = Annotated[str | None, typer.Option("--by", help="Who does it; without it, the name of this account.")]
"""The option of every verb that puts a person on record; see :func:`person_from`."""


def fail(sentence: str) -> NoReturn:
    """Say on stderr, in the language of the terminal, what is wrong, and end with exit code 2."""
    typer.echo(said(sentence, words.of_terminal()), err=True)
    raise typer.Exit(exits.USAGE)


def placed(problem: object) -> str:
    """What is wrong in a file, in the language of the terminal; its place stands before it as editors read it."""
    place, _, message = str(problem).partition(": ")
    key, what = KEYED.fullmatch(message).groups("")  # type: ignore[union-attr]  # it matches every text
    return f"{place}: {key}{said(what, words.of_terminal())}"


def refuse(error: "ConfigError") -> NoReturn:
    """Say everything that is wrong with a configuration on stderr, and end with exit code 2."""
    typer.echo("\n".join(map(placed, error.problems)), err=True)
    raise typer.Exit(exits.USAGE)


def settings_from(config: Path | None) -> "Settings":
    """The whole configuration, or every mistake in it on stderr and exit code 2. Warnings go to stderr."""
    from monitor.settings import ConfigError, find_config, load

    try:
        settings = load(find_config(config))
    except ConfigError as error:
        refuse(error)
    for warning in settings.warnings:
        typer.echo(f"{said('warning', words.of_terminal())}: {placed(warning)}", err=True)
    return settings


def configured(config: Path | None, named: Sequence[str]) -> Configured:
    """What can be named. URLs need no configuration, so one that is not there, or is wrong, is not in their way."""
    if config is None and named and (all("://" in word for word in named) or not _is_configured()):
        return Configured()
    settings = settings_from(config)
    empty = tuple(site.id for site in settings.sites if not (site.cameras or site.recorders))
    return Configured(tuple(settings.targets()), Path(settings.state_dir), settings.poll.deadline, empty)


def _is_configured() -> bool:
    from monitor.settings import find_config

    return find_config(None).is_file()


def login_from(username: str) -> Credentials | None:
    """A login for an address given on the command line. The password never stands in argv."""
    if not username:
        return None
    password = os.environ.get("CCTV_PASSWORD")
    if password is None:
        try:
            password = typer.prompt("Password", hide_input=True)
        except typer.Abort:
            fail("--username: no password was given; type it, or set CCTV_PASSWORD")
    return Credentials(username, password)


@contextmanager
def state_reader(settings: "Settings") -> "Iterator[Store]":
    """The daemon's state, read only; a refusal in words when there is none, or none for this account."""
    from monitor.store import STATE_FILE, Store, StoreError

    path = settings.state_dir / STATE_FILE
    try:
        with closing(Store.reader(path)) as store:
            yield store
    except StoreError as error:
        fail(why_unread(path, error))


def why_unread(path: Path, error: Exception) -> str:
    """Why the state at ``path`` cannot be read, and by whom it could be."""
    try:
        path.stat()
    except PermissionError:
        return f"{path}: this account may not read it; run the verb as root, or as the account of the daemon"
    except OSError:
        return f"no daemon has worked here yet: {error}"
    return str(error)


@contextmanager
def state_writer(settings: "Settings") -> "Iterator[Store]":
    """The daemon's state, for a short transaction beside it; a refusal in words when it cannot be had."""
    from monitor.store import STATE_FILE, Store, StoreError

    try:
        with closing(Store(settings.state_dir / STATE_FILE)) as store:
            yield store
    except StoreError as error:
        fail(str(error))


def person_from(by: str | None) -> str:
    """Who acts: the name given, else that of the account."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        fail("--by is missing: write --by 'NAME'")
