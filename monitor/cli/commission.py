"""``cctv commission``: the record of a device on the day it is accepted, and the baseline for later looks."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import exits
from monitor.cli.context import By, fail, person_from
from monitor.reports.compare import Document


def commission(
    device: Annotated[str, typer.Argument(metavar="SITE/DEVICE")],
    by: By = None,
    note: Annotated[str, typer.Option(help="Why, where, under which contract.")] = "",
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
) -> None:
    """Record model, serial, firmware, streams and the reference picture of a camera that works and looks as agreed.

    Takes about half a minute: a reference is the median of several pictures. Of a recorder, the disks it has now:
    one that was taken out for good is not missed any longer. A device with a fault is refused (1).
    """
    from monitor.cli import baseline, visits
    from monitor.cli.terminal import told
    from monitor.reports import commissioning

    settings, target = visits.target_named(device, config)
    person = person_from(by)
    if target.role == "recorder":
        looked = asyncio.run(baseline.learn_recorder(settings, target))
    elif target.role == "camera":
        looked = asyncio.run(baseline.learn(settings, target, lambda line: typer.echo(told(line))))
    else:
        fail(f"{device}: only cameras and recorders are commissioned")
    bad = [finding for finding in looked.findings if finding.verdict.value == "fault"]
    for finding in bad:
        typer.echo(f"  {told(finding.probe)} {finding.fault}: {told(finding.reason)}")
    if bad or not looked.learned:
        typer.echo(told(f"not commissioned: {'a fault was seen' if bad else looked.why}"))
        raise typer.Exit(exits.FAULT if bad else exits.UNJUDGED)
    now = datetime.now(UTC)
    record = commissioning.record(target, looked.evidence, looked.memories, person, note, now)
    baseline.keep(settings, target.key, record, looked.memories, now)
    typer.echo(told(f"commissioned: {device}, {_what(record)}"))


def _what(record: Document) -> str:
    if record["disks"] is not None:
        return f"disks: {', '.join(record['disks']) or 'none named'}"
    stream = record["stream"]
    serial = f", serial {record['serial']}" if record["serial"] else ""
    return f"{stream['codec']} {stream['width']}x{stream['height']}{serial}"
