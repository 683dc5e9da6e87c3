"""``cctv inspect``: the weekly inspection of a site, now."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import exits
from monitor.model import Key, Verdict


def inspect(
    site: Annotated[str, typer.Argument(metavar="SITE")],
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    lang: Annotated[str | None, typer.Option(help="zh or en; none = the language of the site.")] = None,
) -> None:
    """Look closely at every camera and recorder of a site and keep the report. Exit code as of 'cctv check'."""
    from monitor.cli import visits
    from monitor.cli.terminal import language_of, say
    from monitor.reports.inspection import changes

    here = visits.visit(site, config)
    language = language_of(lang or here.site.language)
    before = here.archive.newest(site, "inspection")
    document = visits.look_closely(here, "inspection", before)
    kept = visits.keep(here, document, language)
    made = datetime.fromisoformat(document["made_at"])
    visits.note(here, Key(site, ""), "inspected", made, {"verdict": document["verdict"], "report": kept.name})
    for device, kind, record in changes(before, document):
        visits.note(here, Key(site, device), kind, made, record)
    for line in visits.told(document, language):
        typer.echo(line)
    typer.echo(f"{say(document['verdict'], language)}: {here.archive.folder / site / kept.name}.html")
    raise typer.Exit(exits.code_of([Verdict(document["verdict"])]))
