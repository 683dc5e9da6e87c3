"""What every verb needs: the configuration, a clear refusal, a login for an address."""

import getpass
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from monitor.cli import exits
from monitor.cli.choose import Configured
from monitor.model import Credentials

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor.store import Store

By = Annotated[str | None, typer.Option("--by", help="Who does it; without it, the name of this account.")]
"""The option of every verb that puts a person on record; see :func:`person_from`."""


def fail(message: str) -> NoReturn:
    """Say on stderr what is wrong and end with exit code 2."""
    typer.echo(message, err=True)
    raise typer.Exit(exits.USAGE)


def settings_from(config: Path | None) -> "Settings":
    """The whole configuration, or every mistake in it on stderr and exit code 2. Warnings go to stderr."""
    from monitor.settings import ConfigError, find_config, load

    try:
        settings = load(find_config(config))
    except ConfigError as error:
        fail(str(error))
    for warning in settings.warnings:
        typer.echo(f"warning: {warning}", err=True)
    return settings


def configured(config: Path | None, words: Sequence[str]) -> Configured:
    """What can be named. URLs need no configuration, so one that is not there, or is wrong, is not in their way."""
    if config is None and words and (all("://" in word for word in words) or not _is_configured()):
        return Configured()
    settings = settings_from(config)
    return Configured(tuple(settings.targets()), Path(settings.state_dir), settings.poll.deadline)


def _is_configured() -> bool:
    from monitor.settings import find_config

    return find_config(None).is_file()


def login_from(username: str) -> Credentials | None:
    """A login for an address given on the command line. The password never stands in argv."""
    if not username:
        return None
    password = os.environ.get("CCTV_PASSWORD")
    return Credentials(username, password if password is not None else typer.prompt("Password", hide_input=True))


@contextmanager
def state_reader(config: Path | None) -> "Iterator[Store]":
    """The daemon's state, read only; a refusal in words when there is none."""
    from monitor.store import STATE_FILE, Store, StoreError

    path = settings_from(config).state_dir / STATE_FILE
    try:
        store = Store.reader(path)
    except StoreError as error:
        fail(f"no daemon has worked here yet: {error}")
    with closing(store):
        yield store


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
