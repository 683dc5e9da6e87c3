"""The language of the terminal, and what the verbs say in it."""

from datetime import timedelta

from monitor import words
from monitor.cli.context import fail
from monitor.model import FaultKind, Verdict
from monitor.sentences import said
from monitor.words import _

SIGNS = {Verdict.OK: ("green", "✔"), Verdict.FAULT: ("bold red", "✘"), Verdict.UNKNOWN: ("yellow", "?")}
LENGTHS = ((_("%(count)s d"), 86400), (_("%(count)s h"), 3600), (_("%(count)s min"), 60))


def language_of(asked: str | None = None) -> str:
    """The language asked for, or that of the terminal; any other word is refused."""
    if asked is not None and asked not in words.LANGUAGES:
        fail(f"--lang {asked}: write one of {', '.join(words.LANGUAGES)}")
    return asked or words.of_terminal()


def say(text: str, language: str | None = None, **values: object) -> str:
    """A text of the catalogue, in the language of the terminal unless another is named."""
    translated = words.translations(language or language_of()).gettext(text) if text else ""  # "" is the header
    return translated % values if values else translated


def told(sentence: str, language: str | None = None) -> str:
    """A sentence as it was written and kept, or the names of a probe and its aspect."""
    return said(sentence, language or language_of())


def doubted(reason: str, suspected: FaultKind | None) -> str:
    """The words of a look; of a fault that does not stand yet it is said so, or they would belie the verdict."""
    if suspected is None:
        return told(reason)
    doubt = say(_("seen once, not yet confirmed: %(fault)s"), fault=say(words.FAULTS[suspected]))
    return f"{told(reason)} ({doubt})"


def mark(verdict: Verdict, fault: FaultKind | str | None = None) -> str:
    """Sign and word for a table; the fault with its word, for that is what ``cctv explain`` wants to hear."""
    colour, sign = SIGNS[verdict]
    shown = f"[{colour}]{sign} {say(words.VERDICTS[verdict])}[/]"
    if not fault:
        return shown
    name = "" if language_of() == words.SOURCE else f"{say(words.FAULTS[FaultKind(fault)])} "
    return f"{shown} [bold]{name}{fault}[/]"


def age(span: timedelta) -> str:
    """A stretch of time as people say it: 12 s, 5 min, 3 h, 2 d."""
    seconds = max(0.0, span.total_seconds())
    for text, length in LENGTHS:
        if seconds >= 2 * length:
            return say(text, count=f"{seconds / length:.0f}")
    return say(_("%(count)s s"), count=f"{seconds:.0f}")
