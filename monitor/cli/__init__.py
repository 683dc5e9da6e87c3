"""The command ``cctv``: one file per verb, and the only place that prints."""

import signal
from types import FrameType
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    accept_view,
    check,
    commission,
    config,
    demo,
    discover,
    doctor,
    explain,
    inspect,
    leave_site,
    maintenance,
    report,
    retention,
    run,
    simulate,
    status,
    ticket,
    why,
)

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
app.command("doctor")(doctor.doctor)
app.command("status")(status.status)
app.command("why")(why.why)
app.command("inspect")(inspect.inspect)
app.command("leave-site")(leave_site.leave_site)
app.command("report")(report.report)
app.command("accept-view")(accept_view.accept_view)
app.command("commission")(commission.commission)
app.command("explain")(explain.explain)
app.add_typer(ticket.app, name="ticket", help="The repair job book.")
app.add_typer(maintenance.app, name="maintenance", help="Windows in which faults are expected.")
app.command("demo")(demo.demo)
app.command("simulate")(simulate.simulate)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cctv-monitor {__version__}")
        raise typer.Exit


@app.callback()
def cctv(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and end.")
    ] = False,
) -> None:
    """Knows whether a video surveillance system really works."""


def main() -> None:
    """Entry point of the command."""
    signal.signal(signal.SIGTERM, _as_if_interrupted)
    app()


def _as_if_interrupted(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a verb as Ctrl-C does: it hangs up, keeps what it learned of logins and leaves no process."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with a shell's ``&``
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
