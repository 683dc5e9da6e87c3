"""What a person does about a fault: questions for the phone, first steps, when to go, what to bring, what to avoid."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from monitor import words
from monitor.model import FaultKind
from monitor.words import _

FOLDER = Path(__file__).parent

HEADINGS = {
    "ask": _("Ask on the phone"),
    "try_first": _("Try first"),
    "send": _("When to send someone"),
    "bring": _("What to bring"),
    "never": _("Never"),
}
"""Field of :class:`Guidance` -> its heading, in the order in which a person needs them."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """The help for one fault kind, in one language."""

    kind: FaultKind
    name: str  # two or three plain words
    means: str
    ask: tuple[str, ...]  # five questions for the phone
    try_first: tuple[str, ...]
    send: str  # when somebody has to go there
    bring: tuple[str, ...]  # tools and spare parts
    never: tuple[str, ...]  # of this fault first, then what holds everywhere


def guidance_for(kind: FaultKind, language: str) -> Guidance:
    """``language`` is one of ``words.LANGUAGES``."""
    entries = _entries(language)
    entry = entries[kind.value]
    return Guidance(
        kind=kind,
        name=words.translations(language).gettext(words.FAULTS[kind]),
        means=entry["means"],
        ask=tuple(entry["ask"]),
        try_first=tuple(entry["try_first"]),
        send=entry["send"],
        bring=tuple(entry["bring"]),
        never=(*entry["never"], *entries["everywhere"]),
    )


@functools.cache
def _entries(language: str) -> dict[str, Any]:
    text = (FOLDER / f"{language}.yaml").read_bytes()
    entries: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return entries
