"""``cctv maintenance``: windows in which faults are expected, each with a reason and a person on record."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from monitor.cli.context import By, fail, person_from, settings_from, state_reader, state_writer
from monitor.cli.listing import Listing
from monitor.cli.moments import moment_from, said_at
from monitor.cli.naming import no_device, no_site
from monitor.cli.rendering import console
from monitor.cli.terminal import say
from monitor.model import Key, Window
from monitor.settings import Settings
from monitor.store import windows
from monitor.words import _

app = typer.Typer(no_args_is_help=True)
EVERYTHING = "all"
Where = Annotated[str, typer.Argument(metavar="SITE", help="A site, SITE/DEVICE, or all: the monitor itself as well.")]
Config = Annotated[Path | None, typer.Option(help="The configuration file.")]


@app.command()
def start(
    where: Where,
    reason: Annotated[str, typer.Option(help="Why; it stands in the record.")],
    until: Annotated[str | None, typer.Option(help="2h, 18:00 or '2026-12-01 09:00', local to the site.")] = None,
    begin: Annotated[str | None, typer.Option("--from", help="When it begins, if not now.")] = None,
    by: By = None,
    config: Config = None,
) -> None:
    """Begin a window: faults that open in it get no ticket until it ends. Without --until it runs until it is ended."""
    settings, now = settings_from(config), datetime.now(UTC)
    key, zone = _key(where, settings), _zone(where, settings)
    if not reason.strip():
        fail("--reason: write why; it stands in the record")
    try:
        first = moment_from(begin, zone, now) if begin else now
        last = moment_from(until, zone, first) if until else None
    except ValueError as wrong:
        fail(str(wrong))
    if last is not None and last <= max(first, now):
        fail(f"--until: {said_at(last, zone)} is over already; write a later time")
    window = Window(key.site, key.device, first, last, reason.strip(), person_from(by))
    with state_writer(settings) as store:
        number = store.write(windows.start, window)
    started = _("maintenance %(number)s: %(place)s until %(time)s")
    typer.echo(say(started, number=number, place=_place(window), time=_until(window, zone)))


@app.command()
def end(
    where: Annotated[str, typer.Argument(metavar="SITE|NUMBER", help="The windows of a site, or one by its number.")],
    by: By = None,
    config: Config = None,
) -> None:
    """End a window now; what still fails is told after one more wait."""
    settings, now, person = settings_from(config), datetime.now(UTC), person_from(by)
    with state_writer(settings) as store:
        found = [one for one in store.read(windows.running, now) if _named(one, where)]
        ended = [one for one in found if store.write(windows.end, one.id, now, person)]
    if not ended:
        fail(f"{where}: no window runs there; 'cctv maintenance list' names them")
    for one in ended:
        typer.echo(say(_("maintenance %(number)s: %(place)s ended"), number=one.id, place=_place(one)))


@app.command("list")
def list_(
    past: Annotated[bool, typer.Option("--all", help="Those of the past year as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    config: Config = None,
) -> None:
    """Show the windows that run or are planned."""
    settings, now = settings_from(config), datetime.now(UTC)
    with state_reader(settings) as store:
        running = store.read(windows.running, now)
        earlier = store.read(windows.between, now - timedelta(days=366), now) if past else []
    found = list({one.id: one for one in [*earlier, *running]}.values())
    if as_json:
        print(json.dumps({"windows": [_row(one, now) for one in found]}, ensure_ascii=False, indent=2))
    else:
        console().print(_table(found, settings) if found else say(_("no maintenance")))


def _key(where: str, settings: Settings) -> Key:
    site, slash, device = where.partition("/")
    sites = [one.id for one in settings.sites]
    if where == EVERYTHING and EVERYTHING not in sites:
        return Key("", "")
    if site not in sites:
        advice = no_site(where, sites)
        fail(advice if advice.endswith("?") else f"{advice}, or write {EVERYTHING}")
    devices = [target.key.device for target in settings.targets() if target.key.site == site]
    devices += [passive.id for one in settings.sites if one.id == site for passive in one.devices]
    if slash and device not in devices:
        fail(no_device(where, devices))
    return Key(site, device)


def _zone(where: str, settings: Settings) -> str:
    return next((one.timezone for one in settings.sites if one.id == where.partition("/")[0]), "UTC")


def _named(window: Window, where: str) -> bool:
    if where.isdigit():
        return window.id == int(where)
    site, _, device = where.partition("/")
    return (window.site, window.device) == (("", "") if where == EVERYTHING else (site, device))


def _place(window: Window) -> str:
    return "/".join(filter(None, (window.site, window.device))) or EVERYTHING


def _until(window: Window, zone: str) -> str:
    return said_at(window.until, zone) if window.until else say(_("it is ended"))


def _table(found: list[Window], settings: Settings) -> Listing:
    heads = _("no."), _("where"), _("from"), _("until"), _("why"), _("who")
    shown = Listing(*heads, sentence="why", lead=2)
    for one in found:
        ended = say(_("%(person)s, ended by %(other)s"), person=one.person, other=one.ended_by)
        who = ended if one.ended_by else one.person
        zone = _zone(one.site, settings)
        begun = said_at(one.start, zone)
        shown.add(str(one.id), escape(_place(one)), begun, _until(one, zone), escape(one.reason), escape(who))
    return shown


def _row(window: Window, now: datetime) -> dict[str, object]:
    return {
        "id": window.id,
        "site": window.site or None,
        "device": window.device or None,
        "start": window.start.isoformat(),
        "until": window.until.isoformat() if window.until else None,
        "reason": window.reason,
        "by": window.person,
        "ended_by": window.ended_by or None,
        "running": window.start <= now and (window.until is None or now < window.until),
    }
