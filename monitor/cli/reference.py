"""The reference pages that are made from the code: ``python -m monitor.cli.reference docs/reference``."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer
from typer import Context
from typer.core import TyperGroup

from monitor import words
from monitor.guidance import HEADINGS, guidance_for
from monitor.metrics.reference import markdown
from monitor.model import FaultKind
from monitor.settings import RECORDER_OPTIONS, SINK_OPTIONS
from monitor.settings.reference import page


def verbs() -> str:
    """Every verb with its arguments and options, as the program itself explains them."""
    from monitor.cli import app

    root = typer.main.get_command(app)
    parts = ["# Verbs\n", "Made from the program. Exit codes: 0 ok, 1 fault, 2 wrong usage, 3 not judged.\n"]
    return "\n".join([*parts, *_commands(root, "cctv")])


def _commands(command: Any, path: str) -> list[str]:
    if not isinstance(command, TyperGroup):
        return _command(command, path)
    children = ((name, child) for name, child in command.commands.items())
    return [line for name, child in children for line in _commands(child, f"{path} {name}")]


def _command(command: Any, path: str) -> list[str]:
    context = Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## `{path}`\n", f"{(command.help or '').strip()}\n", f"```\n{path} {usage}\n```\n"]
    options = [record for each in command.params if (record := each.get_help_record(context))]
    rows = [f"| `{_cell(name)}` | {_cell(text)} |" for name, text in options if name != "--help"]
    return [*lines, *(["| option | meaning |", "|---|---|", *rows, ""] if rows else [])]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def faults(language: str = "en") -> str:
    """What each fault word means and what a person does about it."""
    say = words.translations(language).gettext
    parts = ["# Faults\n", "The words of metrics, tickets, JSON and `cctv explain`. Made from the program.\n"]
    return "\n".join([*parts, *(line for kind in FaultKind for line in _fault(kind, language, say))])


def _fault(kind: FaultKind, language: str, say: Callable[[str], str]) -> list[str]:
    help_ = guidance_for(kind, language)
    lines = [f"## `{kind}`\n", f"**{help_.name}.** {help_.means}\n"]
    for name, heading in HEADINGS.items():
        told = getattr(help_, name)
        listed = f" {told}\n" if isinstance(told, str) else "\n\n" + "\n".join(f"- {one}" for one in told) + "\n"
        lines.append(f"{say(heading)}:{listed}")
    return lines


PAGES: Mapping[str, Callable[[], str]] = {
    "config.md": lambda: page(RECORDER_OPTIONS, SINK_OPTIONS),
    "metrics.md": markdown,
    "verbs.md": verbs,
    "faults.md": faults,
}


def main(folder: Path) -> None:
    for name, made in PAGES.items():
        (folder / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
