"""``cctv why``: the last good and the last bad evidence of a device, its streaks, and the cause ladder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from monitor.board import worst
from monitor.cli import exits
from monitor.cli.context import fail, settings_from, state_reader
from monitor.cli.naming import meant
from monitor.cli.rendering import console
from monitor.cli.terminal import age, doubted, mark, say, told
from monitor.model import Finding, Key, Standing, Subject, Verdict
from monitor.store import standings
from monitor.words import _

Evidences = dict[Subject, dict[Verdict, Finding]]


def why(
    target: Annotated[str, typer.Argument(metavar="SITE/DEVICE", help="Or SITE: every device of it.")],
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
) -> None:
    """Explain a verdict: rung by rung, with the last good and the last bad look beside each other."""
    with state_reader(settings_from(config)) as store:
        known = [row.standing for row in store.read(standings.load)]
        ladders = {key: _ladder(key, known) for key in _named(target, known)}
        evidence: dict[Key, Evidences] = {key: store.read(standings.evidence, key) for key in ladders}
    if not ladders:
        near = meant(target, {name for one in known for name in (str(one.subject.key), one.subject.key.site)})
        fail(f"{target}: the daemon has never looked at it; write SITE/DEVICE as 'cctv status' shows them{near}")
    out = console()
    for key, ladder in ladders.items():
        if key.device != target.partition("/")[2]:
            out.print(escape(str(key)), style="bold underline")
        for one in ladder:
            _explain(out, one, evidence[key].get(one.subject, {}))
    raise typer.Exit(exits.code_of([worst(one.verdict for ladder in ladders.values() for one in ladder)]))


def _named(target: str, known: list[Standing]) -> list[Key]:
    """The devices that were meant: the one, or all of a site; none when nothing of that name was ever looked at."""
    site, _, device = target.partition("/")
    keys = {one.subject.key for one in known if one.subject.key.site == site}
    return sorted(key for key in keys if device in ("", key.device))


def _ladder(key: Key, known: list[Standing]) -> list[Standing]:
    return sorted((one for one in known if one.subject.key == key), key=lambda one: one.subject)


def _explain(out: Console, one: Standing, evidence: dict[Verdict, Finding]) -> None:
    now = datetime.now(UTC)
    name, verdict = told(f"{one.subject.probe} {one.subject.aspect}".strip()), mark(one.verdict, one.fault)
    since = say(_("since %(time)s"), time=age(now - one.since))
    out.print(f"[bold]{name}[/]  {verdict} {since}: {escape(told(one.reason))}")
    newest = say(_("newest look %(age)s ago"), age=age(now - one.last.at))
    seen = doubted(one.last.reason, None if one.verdict is Verdict.FAULT else one.last.fault)
    out.print(f"   {newest}: {say(one.last.verdict)}, {escape(seen)}")
    out.print(f"   {say(_('in a row: %(bad)s bad, %(good)s good'), bad=one.bad, good=one.good)}")
    for verdict in (Verdict.OK, Verdict.FAULT, Verdict.UNKNOWN):
        if verdict in evidence:
            _show(out, verdict, evidence[verdict], now)


def _show(out: Console, verdict: Verdict, finding: Finding, now: datetime) -> None:
    last = say(_("last %(verdict)s %(age)s ago"), verdict=say(verdict), age=age(now - finding.at))
    out.print(f"   {last}: {escape(told(finding.reason))}")
    numbers = [f"{name} {value:g}" for name, value in finding.facts.items() if isinstance(value, int | float)]
    if numbers:
        out.print("      " + escape(", ".join(numbers)), style="dim")
