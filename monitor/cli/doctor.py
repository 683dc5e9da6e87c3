"""``cctv doctor``: what is missing on this machine."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from monitor.cli import exits
from monitor.cli.listing import Listing
from monitor.cli.rendering import console
from monitor.cli.terminal import mark, told
from monitor.model import Verdict
from monitor.settings import ConfigError, Settings, find_config, load


def doctor(config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None) -> None:
    """Check this machine: state folder, limits, clock, decoders, name server, address of the status page."""
    from monitor.cli.machine import Check, checks

    settings, found = _configuration(find_config(config))
    results = [Check("configuration", *found), *(check() for check in checks(settings))]
    shown = Listing("subject", "verdict", "words", sentence="words", lead=2, headed=False)
    for result in results:
        shown.add(told(result.subject), mark(result.verdict), escape(told(result.words)))
    console().print(shown)
    refused = found[0] is Verdict.FAULT
    raise typer.Exit(exits.USAGE if refused else exits.code_of(result.verdict for result in results))


def _configuration(path: Path) -> tuple[Settings, tuple[Verdict, str]]:
    """The settings, or the defaults where there are none yet, and what is to be said of them."""
    if not path.exists():
        return Settings(), (Verdict.UNKNOWN, f"{path} is not there yet: cctv config example > {path}")
    try:
        settings = load(path)
    except ConfigError as error:
        return Settings(), (Verdict.FAULT, f"{len(error.problems)} to mend, first: {error.problems[0]}")
    return settings, (Verdict.OK, f"{path}: {len(settings.targets())} devices")
