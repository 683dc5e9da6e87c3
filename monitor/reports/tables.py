"""Reports as rows for a spreadsheet: one line a finding or a fault, then the key figures."""

from collections.abc import Iterator
from typing import Any

from monitor import words
from monitor.model import FaultKind, Verdict
from monitor.reports.compare import Document
from monitor.reports.texts import COLUMNS, RATES
from monitor.words import _

Row = list[Any]


def rows(document: Document, translate: words.Translate) -> Iterator[Row]:
    yield [translate(column) for column in COLUMNS]
    yield from _findings(document, translate) if "devices" in document else _faults(document, translate)
    yield []
    yield [translate(_("Key figure")), translate(_("Rate")), translate(_("Sample"))]
    rates = document["now"] if "devices" in document else document["figures"]["all"]
    for name, label in RATES.items():
        yield [translate(label), rates[name]["value"], rates[name]["coverage"]]


def _findings(document: Document, translate: words.Translate) -> Iterator[Row]:
    for device in document["devices"]:
        for one in device["findings"]:
            yield [
                *(document["site"], device["device"], device["name"], _probe(one["probe"], translate), one["aspect"]),
                *(translate(words.VERDICTS[Verdict(one["verdict"])]), _fault(one["fault"], translate), one["reason"]),
                *(one["since"] or "", "", "", one["count"] or "", ""),
            ]


def _faults(document: Document, translate: words.Translate) -> Iterator[Row]:
    for one in document["faults"]:
        state = _("repaired") if one["cleared"] else _("not repaired")
        yield [
            *(document["site"], one["device"], one["name"], _probe(one["probe"], translate), "", translate(state)),
            *(_fault(one["fault"], translate), one["reason"], one["since"], one["cleared"] or ""),
            *(round(one["seconds"] / 3600, 2), one["count"], one["excused"]),
        ]


def _probe(name: str, translate: words.Translate) -> str:
    return translate(words.PROBES.get(name, name))


def _fault(kind: str | None, translate: words.Translate) -> str:
    return translate(words.FAULTS[FaultKind(kind)]) if kind else ""
