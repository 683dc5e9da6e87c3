"""``cctv status``: what the daemon knows, read from its state; works while it runs and after it died."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from monitor import words
from monitor.board import as_counted, worst
from monitor.cli import exits
from monitor.cli.context import fail, settings_from, state_reader
from monitor.cli.listing import Listing
from monitor.cli.naming import no_site
from monitor.cli.rendering import console
from monitor.cli.terminal import age, mark, say, told
from monitor.model import Standing, Verdict
from monitor.store import standings
from monitor.words import _


def status(
    site: Annotated[str, typer.Argument(help="Only this site.")] = "",
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the confirmed state of every device, and how old it is."""
    settings = settings_from(config)
    with state_reader(settings) as store:
        known = [row.standing for row in store.read(standings.load)]
    sites = {one.id for one in settings.sites} | {one.subject.key.site for one in known}
    if site and site not in sites:
        fail(no_site(site, sites))
    chosen = sorted((one for one in known if site in ("", one.subject.key.site)), key=_order)
    if as_json:
        print(json.dumps([_row(one) for one in chosen], ensure_ascii=False, indent=2, default=str))
    else:
        console().print(_table(chosen) if chosen else say(_("nothing was looked at yet")))
    raise typer.Exit(exits.code_of([worst(one.verdict for one in chosen)]))


def _order(one: Standing) -> tuple[object, ...]:
    key, probe, aspect = one.subject
    return as_counted(key.site), as_counted(key.device), probe, aspect


def _table(chosen: list[Standing]) -> Listing:
    now = datetime.now(UTC)
    heads = _("device"), _("probe"), _("verdict"), _("since"), _("what was seen"), _("seen")
    shown = Listing(*heads, sentence="what was seen", lead=3)
    for one in chosen:
        probe, reason = told(f"{one.subject.probe} {one.subject.aspect}".strip()), escape(_seen(one))
        key, verdict, seen = escape(str(one.subject.key)), mark(one.verdict, one.fault), age(now - one.last.at)
        shown.add(key, probe, verdict, age(now - one.since), reason, seen)
    return shown


def _seen(one: Standing) -> str:
    """The newest words; of a fault that does not stand yet it is said so, or they would belie the verdict."""
    reason = told(one.last.reason)
    if one.verdict is Verdict.FAULT or not one.last.fault:
        return reason
    suspected = say(_("seen once, not yet confirmed: %(fault)s"), fault=say(words.FAULTS[one.last.fault]))
    return f"{reason} ({suspected})"


def _row(one: Standing) -> dict[str, object]:
    key, probe, aspect = one.subject
    return {
        "site": key.site,
        "device": key.device,
        "probe": probe,
        "aspect": aspect or None,
        "verdict": one.verdict,
        "fault": one.fault,
        "since": one.since.isoformat(),
        "reason": one.last.reason,
        "seen_at": one.last.at.isoformat(),
    }
