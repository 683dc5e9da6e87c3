"""Reports as rows for a spreadsheet: one line a finding or a fault, then the key figures."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from monitor import words
from monitor.model import FaultKind, Verdict
from monitor.reports.compare import Document
from monitor.reports.texts import COLUMNS, RATES
from monitor.sentences import said_there
from monitor.words import _

Row = list[Any]


def rows(document: Document, language: str) -> Iterator[Row]:
    translate = words.translations(language).gettext
    yield [translate(column) for column in COLUMNS]
    yield from _findings(document, language) if "devices" in document else _faults(document, language)
    yield []
    yield [translate(_("Key figure")), translate(_("Rate")), translate(_("Sample"))]
    rates = document["now"] if "devices" in document else document["figures"]["all"]
    for name, label in RATES.items():
        yield [translate(label), rates[name]["value"], rates[name]["coverage"]]
    if "trend" in document:
        yield from _reliability(document["reliability"], translate)
        yield from _trend(document["trend"], translate)


def _reliability(told: Document, translate: words.Translate) -> Iterator[Row]:
    heads = (_("Model"), _("Devices"), _("Failures"), _("Days between failures"), _("Hours to repair"))
    yield []
    yield [translate(head) for head in heads]
    for row in ({"model": translate(_("Whole site"))} | told["all"], *told["models"]):
        yield [row["model"], row["devices"], *_times(row)]


def _trend(months: Sequence[Document], translate: words.Translate) -> Iterator[Row]:
    heads = (_("Month"), *RATES.values(), _("Sample"), _("Failures"), _("Days between failures"), _("Hours to repair"))
    yield []
    yield [translate(head) for head in heads]
    for row in months:
        yield [row["month"][:7], *(row[name]["value"] for name in RATES), row["online"]["coverage"], *_times(row)]


def _times(row: Document) -> Row:
    return [row["failures"], _in(86400, row["mtbf_seconds"]), _in(3600, row["repair_seconds"])]


def _in(unit: int, seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / unit, 2)


def _findings(document: Document, language: str) -> Iterator[Row]:
    translate, zone = words.translations(language).gettext, document["timezone"]
    say = partial(said_there, language=language, timezone=zone)
    for device in document["devices"]:
        for one in device["findings"]:
            yield [
                *(document["site"], device["device"], device["name"], _probe(one["probe"], translate)),
                *(say(one["aspect"]), translate(words.VERDICTS[Verdict(one["verdict"])])),
                *(_fault(one["fault"], translate), say(one["reason"])),
                *(_local(one["since"], zone), "", "", one["count"] or "", ""),
            ]


def _faults(document: Document, language: str) -> Iterator[Row]:
    translate, zone = words.translations(language).gettext, document["timezone"]
    say = partial(said_there, language=language, timezone=zone)
    for one in document["faults"]:
        state = _("repaired") if one["cleared"] else _("not repaired")
        yield [
            *(document["site"], one["device"], one["name"], _probe(one["probe"], translate), "", translate(state)),
            *(_fault(one["fault"], translate), say(one["reason"])),
            *(_local(one["since"], zone), _local(one["cleared"], zone)),
            *(round(one["seconds"] / 3600, 2), one["count"], one["excused"]),
        ]


def _local(moment: str | None, zone: str) -> str:
    """By the clock of the site, with its offset: who opens a table looks for the hour of the wall."""
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds") if moment else ""


def _probe(name: str, translate: words.Translate) -> str:
    return translate(words.PROBES.get(name, name))


def _fault(kind: str | None, translate: words.Translate) -> str:
    return translate(words.FAULTS[FaultKind(kind)]) if kind else ""
