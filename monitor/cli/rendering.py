"""How results of looks are shown: a table, JSON, a progress bar, pictures in a folder."""

import json
import os
import sys
from collections.abc import Callable, Container, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from monitor.board import worst
from monitor.cli.inventory import inventory_table
from monitor.cli.looking import Result
from monitor.model import Finding, Verdict

MARKS = {Verdict.OK: "[green]✔ ok[/]", Verdict.FAULT: "[bold red]✘ fault[/]", Verdict.UNKNOWN: "[yellow]? unknown[/]"}

UNFOLDED = 4096
"""Columns of what is not a terminal: a program that reads lines must find every word whole."""


def console() -> Console:
    """Standard output: as wide as the terminal (or $COLUMNS); in a pipe or a file no line is folded."""
    free = not sys.stdout.isatty() and not os.environ.get("COLUMNS")
    return Console(width=UNFOLDED if free else None)


def columns(shown: Table, *names: str, right: Container[str] = ()) -> None:
    """Columns that fold when the terminal is narrow, except the one that holds the fault word."""
    for name in names:
        shown.add_column(name, overflow="fold", no_wrap=name == "verdict", justify="right" if name in right else "left")


def table(results: Iterable[Result]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    columns(shown, "device", "probe", "verdict", "what was seen", "s", right={"s"})
    for result in results:
        for finding in _telling(result.findings):
            shown.add_row(*_cells(finding))
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
    """Write every picture of every look as DEVICE.NAME.jpg."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        stem = "".join(c if c.isalnum() or c in "._-" else "_" for c in str(result.target.key))
        for name, jpeg in result.evidence.pictures.items():
            (folder / f"{stem}.{name}.jpg").write_bytes(jpeg)


def progress(total: int, *, quiet: bool) -> tuple[Progress, Callable[[Result], None]]:
    """A bar on a terminal, nothing elsewhere; call the function with every result."""
    bar = Progress(console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty())
    task = bar.add_task("looking", total=total)
    return bar, lambda _result: bar.advance(task)


def _cells(finding: Finding) -> tuple[str, ...]:
    probe = f"{finding.probe} {finding.aspect}".strip()
    verdict = MARKS[finding.verdict] + (f" [bold]{finding.fault}[/]" if finding.fault else "")
    return escape(str(finding.key)), probe, verdict, escape(finding.reason), f"{finding.seconds:.1f}"


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


def age(span: timedelta) -> str:
    """A stretch of time as people say it: 12 s, 5 min, 3 h, 2 d."""
    seconds = max(0.0, span.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
