"""``cctv ticket``: the repair job book, read and written beside a running daemon."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from monitor.cli import exits
from monitor.cli.context import By, fail, person_from, settings_from, state_reader, state_writer
from monitor.cli.listing import Listing
from monitor.cli.moments import moment_from, said_at
from monitor.cli.naming import no_site
from monitor.cli.rendering import console
from monitor.cli.terminal import age, say, told
from monitor.model import Job, JobLine, JobState
from monitor.settings import Settings
from monitor.store import Connection, jobs
from monitor.tickets import people
from monitor.tickets.labels import HAPPENINGS, STATES
from monitor.tickets.people import Act, NotPossible
from monitor.tickets.record import Detail, as_csv, detail, full, row
from monitor.tickets.setup import policy_of
from monitor.words import _

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NUMBER", help="The number of the ticket, or its key.")]
Config = Annotated[Path | None, typer.Option(help="The configuration file.")]
Text = Annotated[str, typer.Option("--text", help="What is to be said about it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MOST = 2000


@app.command("list")
def list_(
    site: Annotated[str, typer.Argument(help="Only this site.")] = "",
    closed: Annotated[bool, typer.Option("--all", help="Closed ones as well, newest first.")] = False,
    as_json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet.")] = False,
    config: Config = None,
) -> None:
    """Show the open tickets, oldest first."""
    settings = settings_from(config)
    with state_reader(settings) as store:
        found = store.read(jobs.newest, MOST) if closed else store.read(jobs.open_jobs)
    sites = {one.id for one in settings.sites} | {job.site for job in found if job.site}
    if site and site not in sites:
        fail(no_site(site, sites))
    chosen = [job for job in found if site in ("", job.site)]
    if as_json:
        print(json.dumps({"tickets": [row(job) for job in chosen]}, ensure_ascii=False, indent=2))
    elif csv:
        print(as_csv(chosen), end="")
    else:
        console().print(
            _table(chosen, settings) if chosen else say(_("no tickets") if closed else _("no open tickets"))
        )


@app.command()
def show(name: Name, as_json: Json = False, config: Config = None) -> None:
    """Show one ticket: what the technician needs, and what has happened."""
    settings = settings_from(config)
    with state_reader(settings) as store:
        found = store.read(detail, name)
    if found is None:
        fail(f"there is no ticket {name!r}; 'cctv ticket list --all' names them")
    if as_json:
        print(json.dumps(full(found), ensure_ascii=False, indent=2))
    else:
        print(_text(found, _zone(settings, found.job.site)))


@app.command()
def ack(name: Name, by: By = None, text: Text = "", config: Config = None) -> None:
    """Say that somebody takes care of it."""
    _write(settings_from(config), lambda connection, act: people.acknowledge(connection, name, act), by, text)


@app.command()
def schedule(
    name: Name,
    at: Annotated[str, typer.Option(help="2h, 18:00 or '2026-12-01 09:00', local to the site.")],
    with_whom: Annotated[str, typer.Option("--with", help="Whom at the customer it is agreed with.")] = "",
    by: By = None,
    text: Text = "",
    config: Config = None,
) -> None:
    """Note the appointment agreed with the customer."""
    settings = settings_from(config)

    def agree(connection: Connection, act: Act) -> Job:
        job = jobs.find(connection, name)
        when = moment_from(at, _zone(settings, job.site if job else ""), act.at)
        return people.schedule(connection, name, act, when, with_whom)

    _write(settings, agree, by, text)


@app.command()
def repaired(name: Name, by: By = None, text: Text = "", config: Config = None) -> None:
    """Say that it is repaired; it closes when the monitor has seen it for the hold-down time."""
    _write(settings_from(config), lambda connection, act: people.repaired(connection, name, act), by, text)


@app.command()
def note(
    name: Name,
    words: Annotated[str, typer.Argument(metavar="TEXT")],
    by: By = None,
    follow_up: Annotated[bool, typer.Option("--follow-up", help="It is the follow-up call after closing.")] = False,
    config: Config = None,
) -> None:
    """Add a note, or the follow-up call."""
    what = people.follow_up if follow_up else people.note
    _write(settings_from(config), lambda connection, act: what(connection, name, act), by, words)


@app.command()
def close(name: Name, by: By = None, text: Text = "", config: Config = None) -> None:
    """Close it. A fault that still stands is noted as repaired and closes when it is seen to be gone (exit code 1)."""
    settings = settings_from(config)
    policy = policy_of(settings)
    job = _write(settings, lambda connection, act: people.finish(connection, name, act, policy), by, text)
    if job.state is not JobState.CLOSED:
        typer.echo(say(_("the monitor still sees the fault: it closes by itself when it is seen to be gone")), err=True)
        raise typer.Exit(exits.FAULT)


def _write(settings: Settings, what: Callable[[Connection, Act], Job], by: str | None, text: str) -> Job:
    act = Act(person_from(by), datetime.now(UTC), text)
    with state_writer(settings) as store:
        try:
            job = store.write(what, act)
        except (NotPossible, ValueError) as no:
            fail(str(no))
    typer.echo(say(_("ticket %(number)s: %(state)s"), number=job.number, state=say(STATES[job.state])))
    return job


def _zone(settings: Settings, site: str) -> str:
    return next((one.timezone for one in settings.sites if one.id == site), "UTC")


def _table(chosen: list[Job], settings: Settings) -> Listing:
    now = datetime.now(UTC)
    heads = _("no."), _("state"), _("what"), _("since"), _("appointment")
    shown = Listing(*heads, sentence="what", lead=2)
    for job in chosen:
        state = say(STATES[job.state])
        if job.healed and job.state is not JobState.CLOSED:
            state = say(_("%(state)s, seen ok"), state=state)
        at = said_at(job.appointment, _zone(settings, job.site)) if job.appointment else ""
        agreed = f"{at} {job.appointment_with}" if at else ""
        shown.add(str(job.number), state, escape(job.title), age(now - job.since), escape(agreed.strip()))
    return shown


def _text(found: Detail, zone: str) -> str:
    job = found.job
    lines = [f"#{job.number} {job.title}", say(_("%(state)s; key %(key)s"), state=say(STATES[job.state]), key=job.key)]
    lines += [f"{sink}: {known.reference} {known.url}".rstrip() for sink, known in found.references.items()]
    lines += ["", job.text, ""]
    for child in found.children:
        again = f" ({say(_('ok again'))})" if child.cleared else ""
        lines.append(say(_("with it: %(what)s"), what=f"{child.subject.key} {child.kind}{again}"))
    for one in found.members:
        lines.append(say(_("with it: %(what)s"), what=f"#{one.number} {one.title} ({say(STATES[one.state])})"))
    return "\n".join([*lines, *(_happened(line, zone) for line in found.lines)])


def _happened(line: JobLine, zone: str) -> str:
    """One line of the ticket's story; what people wrote stays as they wrote it."""
    what = say(HAPPENINGS[line.action]) if line.action in HAPPENINGS else line.action
    if line.person:
        what = say(_("%(what)s by %(person)s"), what=what, person=line.person)
    text = line.text if line.person else told(line.text)
    return f"{said_at(line.at, zone)} {what}{': ' if text else ''}{text}"
