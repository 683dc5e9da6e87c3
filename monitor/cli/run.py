"""``cctv run``: the daemon."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import fail, refuse, settings_from
from monitor.cli.logs import log_to_stderr
from monitor.settings import ConfigError, find_config


def run(
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Log every step.")] = False,
) -> None:
    """Watch everything in the configuration until told to stop."""
    log_to_stderr(logging.DEBUG if debug else logging.INFO)
    asyncio.run(watch(config))


async def watch(config: Path | None) -> None:
    """Run the daemon; wrong configuration, an address in use or an unusable state folder ends with exit code 2."""
    from monitor.daemon import Daemon
    from monitor.store import StoreError
    from monitor.web.server import bind

    settings = settings_from(config)
    try:
        bind(settings.listen).close()  # before anything else is begun
    except OSError as refused:
        why = os.strerror(refused.errno) if refused.errno else str(refused)
        fail(f"listen: {settings.listen} cannot be had: {why}; write another address or end what uses it")
    try:
        daemon = Daemon(find_config(config), settings, lambda url: typer.echo(f"status page: {url}"))
    except ConfigError as error:  # of the file that web_config names
        refuse(error)
    except StoreError as error:
        fail(str(error))
    await daemon.run()
