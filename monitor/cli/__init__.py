"""The command ``cctv``: one file per verb, and the only place that prints."""

from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import check, config, demo, discover, explain, retention, run, simulate, status, why

app = typer.Typer(
    name="cctv",
    help="Knows whether a video surveillance system really works.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals hold passwords
)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("retention")(retention.retention)
app.command("discover")(discover.discover)
app.add_typer(config.app, name="config", help="Check, show and explain the configuration.")
app.command("status")(status.status)
app.command("why")(why.why)
app.command("explain")(explain.explain)
app.command("demo")(demo.demo)
app.command("simulate")(simulate.simulate)


@app.callback()
def cctv(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and end.")] = False,
) -> None:
    """Knows whether a video surveillance system really works."""
    if version:
        typer.echo(f"cctv-monitor {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the command."""
    app()
