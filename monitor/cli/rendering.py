"""How results of looks are shown: a table, JSON, a progress bar, pictures in a folder."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from monitor.board import worst
from monitor.cli.inventory import inventory_table
from monitor.cli.listing import Listing
from monitor.cli.looking import Result
from monitor.cli.terminal import mark, say, told
from monitor.model import Finding, Verdict
from monitor.words import _

UNFOLDED = 4096
"""Columns of what is not a terminal: a program that reads lines must find every word whole."""


def console() -> Console:
    """Standard output: as wide as the terminal (or $COLUMNS); in a pipe or a file no line is folded."""
    free = not sys.stdout.isatty() and not os.environ.get("COLUMNS")
    return Console(width=UNFOLDED if free else None)


def table(results: Iterable[Result]) -> Listing:
    heads = _("device"), _("probe"), _("verdict"), _("what was seen"), _("s")
    shown = Listing(*heads, sentence="what was seen", lead=3, right={"s"}, spare=["s"])
    for result in results:
        for finding in _telling(result.findings):
            shown.add(*_cells(finding))
    return shown


def _telling(findings: tuple[Finding, ...]) -> list[Finding]:
    """Without the unknowns that a fault of the same look explains: a dead stream has no picture."""
    faulty = any(finding.verdict is Verdict.FAULT for finding in findings)
    return [finding for finding in findings if not faulty or finding.verdict is not Verdict.UNKNOWN]


def print_table(results: list[Result]) -> None:
    out = console()
    out.print(table(results))
    for result in results:
        if not result.target.key.site and result.evidence.facts.get("onvif"):
            out.print(inventory_table(result.evidence.facts["onvif"]))


def as_json(results: Iterable[Result]) -> dict[str, Any]:
    """The shape promised to scripts: see ``cctv check --json`` in the reference."""
    findings = [finding for result in results for finding in result.findings]
    return {
        "verdict": worst(finding.verdict for finding in findings),
        "results": [_row(finding) for finding in findings],
    }


def print_json(results: list[Result]) -> None:
    print(json.dumps(as_json(results), ensure_ascii=False, indent=2, default=str))


def save_frames(results: Iterable[Result], folder: Path) -> None:
    """Write every picture of every look as DEVICE.NAME.jpg into a folder that is there."""
    for result in results:
        stem = "".join(c if c.isalnum() or c in "._-" else "_" for c in str(result.target.key))
        for name, jpeg in result.evidence.pictures.items():
            (folder / f"{stem}.{name}.jpg").write_bytes(jpeg)


def progress(total: int, *, quiet: bool) -> tuple[Progress, Callable[[Result], None]]:
    """A bar on a terminal, nothing elsewhere; call the function with every result."""
    bar = Progress(console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty())
    task = bar.add_task(say(_("looking")), total=total)
    return bar, lambda _result: bar.advance(task)


def _cells(finding: Finding) -> tuple[str, ...]:
    probe, seen = told(f"{finding.probe} {finding.aspect}".strip()), escape(told(finding.reason))
    return escape(str(finding.key)), probe, mark(finding.verdict, finding.fault), seen, f"{finding.seconds:.1f}"


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "site": finding.key.site or None,
        "device": finding.key.device,
        "probe": finding.probe,
        "aspect": finding.aspect or None,
        "verdict": finding.verdict,
        "fault": finding.fault,
        "reason": finding.reason,
        "seconds": round(finding.seconds, 3),
        "evidence": dict(finding.facts),
    }
