"""``cctv why``: the last good and the last bad evidence of a device, its streaks, and the cause ladder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from monitor.board import worst
from monitor.cli import exits
from monitor.cli.context import fail, state_reader
from monitor.cli.rendering import MARKS, age
from monitor.model import Finding, Key, Standing, Subject, Verdict
from monitor.store import standings

Evidences = dict[Subject, dict[Verdict, Finding]]


def why(
    target: Annotated[str, typer.Argument(metavar="SITE/DEVICE")],
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
) -> None:
    """Explain a verdict: rung by rung, with the last good and the last bad look beside each other."""
    key = Key(*target.partition("/")[::2])
    with state_reader(config) as store:
        ladder = [row.standing for row in store.read(standings.load) if row.standing.subject.key == key]
        evidence: Evidences = store.read(standings.evidence, key)
    if not ladder:
        fail(f"{target}: the daemon has never looked at it; write SITE/DEVICE as 'cctv status' shows them")
    for one in sorted(ladder, key=lambda one: one.subject):
        _explain(Console(), one, evidence.get(one.subject, {}))
    raise typer.Exit(exits.code_of([worst(one.verdict for one in ladder)]))


def _explain(console: Console, one: Standing, evidence: dict[Verdict, Finding]) -> None:
    now = datetime.now(UTC)
    name = f"{one.subject.probe} {one.subject.aspect}".strip()
    fault = f" {one.fault}" if one.fault else ""
    console.print(f"[bold]{name}[/]  {MARKS[one.verdict]}{fault} since {age(now - one.since)}: {escape(one.reason)}")
    console.print(f"   newest look {age(now - one.last.at)} ago: {one.last.verdict}, {escape(one.last.reason)}")
    console.print(f"   in a row: {one.bad} bad, {one.good} good")
    for verdict in (Verdict.OK, Verdict.FAULT, Verdict.UNKNOWN):
        if verdict in evidence:
            _show(console, verdict, evidence[verdict], now)


def _show(console: Console, verdict: Verdict, finding: Finding, now: datetime) -> None:
    console.print(f"   last {verdict} {age(now - finding.at)} ago: {escape(finding.reason)}")
    numbers = [f"{name} {value:g}" for name, value in finding.facts.items() if isinstance(value, int | float)]
    if numbers:
        console.print("      " + escape(", ".join(numbers)), style="dim")
