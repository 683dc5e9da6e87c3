"""``cctv explain``: what a fault means, what to ask on the phone, what to do on site, what never to do."""

import difflib
from typing import Annotated

import typer

from monitor import words
from monitor.cli.context import fail
from monitor.cli.terminal import language_of
from monitor.guidance import HEADINGS, Guidance, guidance_for
from monitor.model import FaultKind


def explain(
    fault: Annotated[str, typer.Argument(metavar="FAULT", help="A fault kind as 'cctv check' names it: frozen, …")],
    lang: Annotated[str | None, typer.Option(help="zh or en; none = the language of this terminal.")] = None,
) -> None:
    """Help for the phone and the visit: questions, first steps, what to bring, what never to do."""
    if fault not in tuple(FaultKind):
        fail(f"{fault}: no such fault; {_nearest(fault)}")
    language = language_of(lang)
    typer.echo(_text(guidance_for(FaultKind(fault), language), language))


def _nearest(word: str) -> str:
    kinds = [kind.value for kind in FaultKind]
    close = difflib.get_close_matches(word.lower(), kinds, n=1)
    return f"did you mean {close[0]}?" if close else f"write one of {', '.join(kinds)}"


def _text(help_: Guidance, language: str) -> str:
    translate = words.translations(language).gettext
    lines = [f"{help_.name} ({help_.kind})", "", help_.means]
    for field, heading in HEADINGS.items():
        lines += ["", translate(heading), *_items(field, getattr(help_, field))]
    return "\n".join(lines)


def _items(field: str, said: str | tuple[str, ...]) -> list[str]:
    if isinstance(said, str):
        return [f"  {said}"]
    signs = [f"{number}." for number in range(1, len(said) + 1)] if field in ("ask", "try_first") else ["-"] * len(said)
    return [f"  {sign} {text}" for sign, text in zip(signs, said, strict=True)]
