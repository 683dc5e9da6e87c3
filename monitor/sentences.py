"""A sentence that was written and kept in English, said in the language of the reader.

English is what the code writes and what state, logs, JSON and metrics keep. ``sentences.po`` holds each sentence as a
pattern with holes ("no packet for {seconds} s"; ``{count:n}`` takes numbers only). A kept sentence is recognised by the
words around its holes, and what is in the holes is said in turn; ``{name:v}`` stays as it was written. What matches
nothing stays as it is: a server's own words, names, addresses.
"""

import functools
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from monitor import words

CATALOGUE = "sentences.po"
LONGEST = 1000
"""Characters. Our own sentences are shorter; a device's words are not worth the search."""
DEEPEST = 8
"""So many colons or brackets may stand in one sentence; a device could send a thousand."""
IN_BRACKETS = re.compile(r"(.*) \(([^()]*)\)", re.DOTALL)
HOLE = re.compile(r"\{(\w+)(:[nv])?\}")
IN_UTC = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC")
NUMBER = r"[-+]?\d[\d.,:-]*%?"


class Pattern(NamedTuple):
    words: str  # the longest piece without a hole: looked for first, since that is quick
    form: re.Pattern[str]
    meaning: str
    verbatim: frozenset[str]  # holes


def said(sentence: str, language: str) -> str:
    """``language`` is one of ``words.LANGUAGES``."""
    return sentence if language == words.SOURCE or len(sentence) > LONGEST else _said(sentence, language)


def said_there(sentence: str, language: str, timezone: str) -> str:
    """The same, its moments by the clock on the wall there: what is kept names them in UTC."""
    if timezone == "UTC":
        return said(sentence, language)

    def local(found: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(f"{found[1]}+00:00")
            return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"
        except (ValueError, OverflowError):  # a device's words may name a day that never was
            return found[0]

    return IN_UTC.sub(local, said(sentence, language))


@functools.lru_cache(maxsize=8192)
def _said(sentence: str, language: str) -> str:
    known = _plain(language)
    found = known.get(sentence) or known.get(sentence.lower())
    return found or _filled(sentence, language) or _joined(sentence, language)


def _filled(sentence: str, language: str) -> str | None:
    """By the pattern with the most words of its own; None when there is none."""
    for pattern in _patterns(language):
        if pattern.words in sentence and (found := pattern.form.fullmatch(sentence)):
            holes = found.groupdict().items()
            told = {name: text if name in pattern.verbatim else said(text, language) for name, text in holes}
            return pattern.meaning.format_map(told)
    return None


def _joined(sentence: str, language: str) -> str:
    """Part by part, if any part is ours: the loosest joint first."""
    if "; " in sentence:
        return _together(sentence, sentence.split("; "), "；", language)
    if (inner := IN_BRACKETS.fullmatch(sentence)) and sentence.count(" (") <= DEEPEST:
        told = _together(sentence, list(inner.groups()), "（", language)
        return sentence if told == sentence else f"{told}）"
    if ", " in sentence:
        return _together(sentence, sentence.split(", "), "，", language)
    first, colon, rest = sentence.partition(": ")
    if colon and sentence.count(colon) <= DEEPEST:
        return _together(sentence, [first, rest], "：", language)
    return _word_by_word(sentence, language)


def _word_by_word(sentence: str, language: str) -> str:
    """A rung of the cause ladder names probe, aspect and answer; a text of which one word is not ours is not ours."""
    parts = sentence.split(" ")
    told = [said(part, language) for part in parts] if len(parts) > 1 else parts
    return sentence if any(one == part for one, part in zip(told, parts, strict=True)) else " ".join(told)


def _together(sentence: str, parts: list[str], sign: str, language: str) -> str:
    told = [said(part, language) for part in parts]
    return sentence if told == parts else sign.join(told)


@functools.cache
def _plain(language: str) -> Mapping[str, str]:
    """Sentences without holes, and the words of the house that stand in the holes of others."""
    translate = words.translations(language).gettext
    kinds = {spelt: translate(text) for kind, text in words.FAULTS.items() for spelt in (kind, kind.replace("_", " "))}
    others = {str(word): translate(text) for word, text in (*words.VERDICTS.items(), *words.PROBES.items())}
    whole = {text: meaning for text, meaning in words.entries(language, CATALOGUE) if not HOLE.search(text)}
    return {**kinds, **others, **whole}


@functools.cache
def _patterns(language: str) -> list[Pattern]:
    entries = [(text, meaning) for text, meaning in words.entries(language, CATALOGUE) if HOLE.search(text)]
    entries.sort(key=lambda one: len(HOLE.sub("", one[0])), reverse=True)
    return [_pattern(text, meaning) for text, meaning in entries]


def _pattern(text: str, meaning: str) -> Pattern:
    """Each hole ends where the words after it first occur and is never tried again: a match takes linear time."""
    first, *rest = HOLE.split(text)
    form, opened, pieces = re.escape(first), False, [first, *rest[2::3]]
    verbatim = frozenset(name for name, kind in zip(rest[::3], rest[1::3], strict=True) if kind == ":v")
    for name, kind, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        number = kind == ":n"
        if not number:
            form, opened = f"{form}{')' if opened else ''}(?>", True
        form += f"(?P<{name}>{NUMBER if number else '.*?'}){re.escape(after)}"
    return Pattern(max(pieces, key=len), re.compile(form + (r"\Z)" if opened else ""), re.DOTALL), meaning, verbatim)
