"""``cctv config``: is the configuration right, what does it come to, and what may stand in it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import refuse, settings_from
from monitor.cli.terminal import told
from monitor.settings import RECORDER_OPTIONS, SINK_OPTIONS, ConfigError, show

app = typer.Typer(no_args_is_help=True)
File = Annotated[Path | None, typer.Argument(metavar="FILE", help="The configuration file.")]
Config = Annotated[Path | None, typer.Option(help="The same, as with the other verbs.")]


@app.command()
def check(file: File = None, config: Config = None) -> None:
    """Say whether the configuration loads, or everything that is wrong with it. Exit code: 0 right, 2 wrong."""
    settings = settings_from(file or config)
    if settings.web_config:
        _check_web(settings.web_config)
    sites = settings.sites
    cameras, recorders = sum(len(site.cameras) for site in sites), sum(len(site.recorders) for site in sites)
    typer.echo(told(f"ok; sites: {len(sites)}, cameras: {cameras}, recorders: {recorders}"))


def _check_web(file: Path) -> None:
    from monitor.web.access import load_web_config

    try:
        load_web_config(file)
    except ConfigError as error:
        refuse(error)


@app.command("show")
def show_(file: File = None, config: Config = None) -> None:
    """Print the configuration as it takes effect, defaults and environment included, secrets masked."""
    import yaml

    effective = show.effective(settings_from(file or config))
    typer.echo(yaml.safe_dump(effective, allow_unicode=True, sort_keys=False), nl=False)


@app.command()
def example() -> None:
    """Print a commented example to begin with."""
    typer.echo(show.example(), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON schema, for editors."""
    typer.echo(json.dumps(show.json_schema(RECORDER_OPTIONS, SINK_OPTIONS), indent=2, ensure_ascii=False))


@app.command()
def reference() -> None:
    """Print the reference page of every key, as Markdown."""
    from monitor.settings.reference import page

    typer.echo(page(RECORDER_OPTIONS, SINK_OPTIONS), nl=False)
