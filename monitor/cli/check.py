"""``cctv check``: look now, no daemon needed."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import exits
from monitor.cli.choose import UnknownTarget, choose
from monitor.cli.context import configured, fail, login_from

if TYPE_CHECKING:
    from monitor.cli.looking import Result


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="TARGET", help="SITE, SITE/DEVICE, rtsp://… or HOST:PORT; none = all"),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    probe: Annotated[str | None, typer.Option(help="Only this probe: tcp, rtsp, picture, onvif, recorder.")] = None,
    close: Annotated[bool, typer.Option("--close", help="The long look: several key frames.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; with --watch, a line for every round.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again until Ctrl-C.")] = False,
    save_frames: Annotated[Path | None, typer.Option(metavar="DIR", help="Save the pictures there.")] = None,
    username: Annotated[str, typer.Option(help="For an address; password from $CCTV_PASSWORD or asked.")] = "",
) -> None:
    """Look now at cameras and recorders. Exit code: 0 ok, 1 fault, 2 wrong usage, 3 something could not be judged."""
    from monitor.cli import looking, rendering, watching

    known = configured(config, targets or [])
    try:
        chosen = choose(targets or [], known, login_from(username))
    except UnknownTarget as error:
        fail(str(error))
    if probe and probe not in looking.known_probes():
        fail(f"--probe {probe}: no such probe; write one of {', '.join(looking.known_probes())}")
    plan = looking.Plan(tuple(chosen), known, probe, close)
    if not plan.count():
        fail("there is nothing to look at: no device of these has what that probe needs")
    if save_frames:
        _ready(save_frames)
    if watch:
        watching.watch(plan, in_json=as_json, also=lambda results: _saved(results, save_frames))
    bar, advance = rendering.progress(plan.count(), quiet=as_json)
    with bar:
        results = asyncio.run(looking.look_at_all(plan, advance))
    _saved(results, save_frames)
    (rendering.print_json if as_json else rendering.print_table)(results)
    raise typer.Exit(exits.code_of(finding.verdict for result in results for finding in result.findings))


def _ready(folder: Path) -> None:
    """Before any look, which may take minutes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        fail(f"--save-frames {folder}: {refused.strerror or refused}")


def _saved(results: list["Result"], folder: Path | None) -> None:
    from monitor.cli.rendering import save_frames

    if folder:
        save_frames(results, folder)
