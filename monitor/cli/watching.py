"""``cctv check --watch``: look again and again, on a small terminal, while somebody turns a lens."""

import asyncio
from datetime import datetime
from typing import NoReturn

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from monitor.cli import exits
from monitor.cli.looking import Plan, Result, look_at_all
from monitor.cli.rendering import table
from monitor.cli.terminal import say
from monitor.words import _

PAUSE = 1.0
"""Seconds between two rounds: a camera's session from the last one must be gone."""


def watch(plan: Plan) -> NoReturn:
    """Show the newest results until Ctrl-C; the exit code is that of the last round."""
    last: list[Result] = []
    try:
        with Live(Text(say(_("looking …"))), auto_refresh=False) as live:
            asyncio.run(_rounds(plan, live, last))
    except KeyboardInterrupt:
        pass  # the way out that the help text promises
    raise typer.Exit(exits.code_of(finding.verdict for result in last for finding in result.findings))


async def _rounds(plan: Plan, live: Live, last: list[Result]) -> None:
    while True:
        last[:] = await look_at_all(plan, lambda _result: None)
        seen = datetime.now().astimezone()
        live.update(
            Group(table(last), Text(say(_("seen %(time)s · Ctrl-C ends"), time=f"{seen:%H:%M:%S}"), style="dim")),
            refresh=True,
        )
        await asyncio.sleep(PAUSE)
