"""``cctv report day|week|month [SITE]``: summaries of a period from the daemon's state."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import fail

PERIODS = ("day", "week", "month")
FORMATS = ("html", "csv", "json")


def report(
    period: Annotated[str, typer.Argument(metavar="day|week|month")],
    site: Annotated[str, typer.Argument(metavar="SITE", help="None = every site.")] = "",
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    form: Annotated[str, typer.Option("--format", help="html, csv or json.")] = "html",
    lang: Annotated[str | None, typer.Option(help="zh or en; none = the language of the site.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write there; none = standard output. Many sites: a folder.")
    ] = None,
) -> None:
    """Make a report of yesterday, of the past seven days, or of the past month. Always ends with 0 when it was made."""
    if period not in PERIODS:
        fail(f"{period}: write one of {', '.join(PERIODS)}")
    if form not in FORMATS:
        fail(f"--format {form}: write one of {', '.join(FORMATS)}")
    made = _made(period, site, config, form, lang)
    if output is None:
        for _, content in made:
            sys.stdout.buffer.write(content)
    else:
        _write(output, made, f"{period}.{form}")


def _made(period: str, site: str, config: Path | None, form: str, lang: str | None) -> list[tuple[str, bytes]]:
    """Site id and the report, one by one."""
    from monitor.cli.context import settings_from, state_reader
    from monitor.cli.naming import no_site
    from monitor.cli.terminal import language_of
    from monitor.reports import summaries
    from monitor.reports.archive import Archive
    from monitor.reports.render import rendered
    from monitor.reports.site import site_files

    settings = settings_from(config)
    files = site_files(settings)
    chosen = [one for one in files.values() if site in ("", one.id)]
    if not chosen:
        fail(no_site(site, files))
    archive, now = Archive(Path(settings.state_dir)), datetime.now(UTC)
    with state_reader(settings) as store:
        documents = [(one, summaries.make(period, one, store, archive, now)) for one in chosen]
    return [(one.id, rendered(document, form, language_of(lang or one.language))) for one, document in documents]


def _write(output: Path, made: Sequence[tuple[str, bytes]], ending: str) -> None:
    try:
        if len(made) == 1 and not output.is_dir():
            output.write_bytes(made[0][1])
            return
        output.mkdir(parents=True, exist_ok=True)
        for site, content in made:
            (output / f"{site}-{ending}").write_bytes(content)
    except OSError as refused:
        fail(f"--output {output}: {refused.strerror or refused}")
