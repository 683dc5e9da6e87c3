"""``cctv accept-view``: how a camera looks now is how it shall look; the reference is learned anew."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import By, fail, person_from, state_writer
from monitor.cli.terminal import told
from monitor.cli.visits import target_named
from monitor.store import events


def accept_view(
    device: Annotated[str, typer.Argument(metavar="SITE/DEVICE", help="The camera.")],
    by: By = None,
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
) -> None:
    """Accept a camera's new view: forget the reference and learn it anew, beside a running daemon or before its start.

    Who did it and when stays on record.
    """
    settings, target = target_named(device, config)
    if not (target.rtsp or target.onvif):
        fail(f"{device}: it has no video stream, so there is no view to accept")
    person = person_from(by)
    with state_writer(settings) as store:
        store.write(events.add, events.Event(target.key, events.VIEW_ACCEPTED, datetime.now(UTC), {"by": person}))
    count, seconds = target.limits.picture.reference_frames, target.limits.picture.reference_seconds
    told_of = (
        f"{device}: accepted by {person}; the reference is learned from {count} looks over {seconds:.0f} s or more"
    )
    typer.echo(told(told_of))
