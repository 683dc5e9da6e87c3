"""``cctv check --watch``: look again and again, on a small terminal, while somebody turns a lens."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from monitor import workers
from monitor.cli import exits
from monitor.cli.looking import Plan, Result, one_round
from monitor.cli.rendering import as_json, console, table
from monitor.cli.terminal import say
from monitor.words import _

PAUSE = 1.0
"""Seconds between two rounds: a camera's session from the last one must be gone."""
Show = Callable[[list[Result]], None]


def watch(plan: Plan, *, in_json: bool, also: Show) -> NoReturn:
    """Show the newest results until Ctrl-C; the exit code is that of the last round.

    In JSON, one document a line for every round; ``also`` is called with every round too.
    """
    last: list[Result] = []
    try:
        with _shown(in_json) as show:
            asyncio.run(_rounds(plan, last, (show, also)))
    except KeyboardInterrupt:
        pass  # the way out that the help text promises
    raise typer.Exit(exits.code_of(finding.verdict for result in last for finding in result.findings))


async def _rounds(plan: Plan, last: list[Result], shows: tuple[Show, Show]) -> None:
    try:
        while True:
            last[:] = await one_round(plan, lambda _result: None)
            for show in shows:
                show(last)
            await asyncio.sleep(PAUSE)
    finally:
        workers.close()


@contextmanager
def _shown(in_json: bool) -> Iterator[Show]:
    """On a terminal the newest round stays in its place; what reads a pipe or a file gets one after the other."""
    if in_json:
        yield lambda results: print(json.dumps(as_json(results), ensure_ascii=False, default=str), flush=True)
    elif sys.stdout.isatty():
        with Live(Text(say(_("looking …"))), auto_refresh=False) as live:
            yield lambda results: live.update(_page(results), refresh=True)
    else:
        yield lambda results: console().print(_page(results))


def _page(results: list[Result]) -> Group:
    seen = datetime.now().astimezone()
    return Group(table(results), Text(say(_("seen %(time)s · Ctrl-C ends"), time=f"{seen:%H:%M:%S}"), style="dim"))
