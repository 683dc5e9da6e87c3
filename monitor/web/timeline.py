"""A device's past week: lanes of coloured stretches, and the list of what was not ok."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import FaultKind, Subject, Verdict
from monitor.web.actions import Span
from monitor.web.views import rung_order

WEEK = timedelta(days=7)
LASTING = timedelta(minutes=20)
"""A span whose last look is no older than this goes on."""
NARROWEST = 0.3
"""Percent of the week: a short fault must stay visible."""
_RANK = {Verdict.OK: 0, Verdict.UNKNOWN: 1, Verdict.FAULT: 2}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of one lane; left and width are percent of the week."""

    left: float
    width: float
    verdict: Verdict
    fault: FaultKind | None
    reason: str


@dataclass(frozen=True, slots=True)
class Lane:
    probe: str
    stretches: list[Stretch]


@dataclass(frozen=True, slots=True)
class Incident:
    """A stretch that was not ok; ``end`` None = it goes on."""

    probe: str
    verdict: Verdict
    fault: FaultKind | None
    reason: str
    start: datetime
    end: datetime | None


def lanes(spans: Iterable[Span], now: datetime) -> list[Lane]:
    """One lane per probe over the week before ``now``; worse stretches lie on top of better ones."""
    found: dict[str, list[Stretch]] = {}
    for span in spans:
        stretch = _stretch(span, now)
        if stretch:
            found.setdefault(span.subject.probe, []).append(stretch)
    return [
        Lane(probe, sorted(found[probe], key=lambda one: _RANK[one.verdict])) for probe in sorted(found, key=rung_order)
    ]


def incidents(spans: Iterable[Span], now: datetime) -> list[Incident]:
    """What was not ok, newest first."""
    newest: dict[Subject, Span] = {}
    for span in sorted(spans, key=lambda one: one.first):
        newest[span.subject] = span
    bad = [span for span in spans if span.verdict is not Verdict.OK]
    bad.sort(key=lambda span: span.first, reverse=True)
    return [_incident(span, lasting=newest[span.subject] is span and now - span.last < LASTING) for span in bad]


def _incident(span: Span, lasting: bool) -> Incident:
    end = None if lasting else span.last
    return Incident(span.subject.probe, span.verdict, span.fault, span.reason, span.first, end)


def _stretch(span: Span, now: datetime) -> Stretch | None:
    begin = now - WEEK
    start, end = max(span.first, begin), min(span.last, now)
    if span.last < begin:
        return None
    left = min((start - begin) / WEEK * 100, 100 - NARROWEST)
    width = max((end - start) / WEEK * 100, NARROWEST)
    return Stretch(round(left, 3), round(width, 3), span.verdict, span.fault, span.reason)
