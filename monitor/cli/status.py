"""``cctv status``: what the daemon knows, read from its state; works while it runs and after it died."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.markup import escape

from monitor.board import as_counted, worst
from monitor.cli import exits
from monitor.cli.context import fail, settings_from, state_reader
from monitor.cli.listing import Listing
from monitor.cli.naming import no_site
from monitor.cli.rendering import console
from monitor.cli.terminal import age, doubted, mark, say, told
from monitor.model import Fault, FaultKind, Key, Standing, Verdict
from monitor.store import faults, standings
from monitor.words import _


class Row(NamedTuple):
    """What stands of one device, or of what many share; ``suspected``: a fault that is not confirmed yet."""

    site: str
    device: str
    probe: str
    aspect: str | None
    verdict: Verdict
    fault: FaultKind | None
    suspected: FaultKind | None
    since: datetime
    reason: str
    seen_at: datetime | None


def status(
    site: Annotated[str, typer.Argument(help="Only this site.")] = "",
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the confirmed state of every device, and how old it is."""
    settings = settings_from(config)
    with state_reader(settings) as store:
        known = [row.standing for row in store.read(standings.load)]
        causes = store.read(faults.standing)
    sites = {one.id for one in settings.sites} | {one.subject.key.site for one in known}
    if site and site not in sites:
        fail(no_site(site, sites))
    told_of = {one.subject for one in known}
    rows = [*map(_seen_at_device, known), *(_seen_of_many(one) for one in causes if one.subject not in told_of)]
    chosen = sorted((row for row in rows if site in ("", row.site) or not row.site), key=_order)
    if as_json:
        print(json.dumps([row._asdict() for row in chosen], ensure_ascii=False, indent=2, default=datetime.isoformat))
    else:
        console().print(_table(chosen) if chosen else say(_("nothing was looked at yet")))
    raise typer.Exit(exits.code_of([worst(row.verdict for row in chosen)]))


def _order(row: Row) -> tuple[object, ...]:
    return as_counted(row.site), as_counted(row.device), row.probe, row.aspect or ""


def _table(chosen: list[Row]) -> Listing:
    now = datetime.now(UTC)
    heads = _("device"), _("probe"), _("verdict"), _("since"), _("what was seen"), _("seen")
    shown = Listing(*heads, sentence="what was seen", lead=3)
    for row in chosen:
        key, probe = escape(str(Key(row.site, row.device))), told(f"{row.probe} {row.aspect or ''}".strip())
        seen = age(now - row.seen_at) if row.seen_at else ""
        shown.add(
            key,
            probe,
            mark(row.verdict, row.fault),
            age(now - row.since),
            escape(doubted(row.reason, row.suspected)),
            seen,
        )
    return shown


def _seen_at_device(one: Standing) -> Row:
    key, probe, aspect = one.subject
    suspected = None if one.verdict is Verdict.FAULT else one.last.fault
    return Row(*key, probe, aspect or None, one.verdict, one.fault, suspected, one.since, one.last.reason, one.last.at)


def _seen_of_many(cause: Fault) -> Row:
    """A site, a switch or the monitor itself: no look sees it, what many looks saw together does."""
    key, probe, aspect = cause.subject
    return Row(*key, probe, aspect or None, Verdict.FAULT, cause.kind, None, cause.since, cause.reason, None)
