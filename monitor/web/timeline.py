"""A device's past week: lanes of coloured stretches, and the list of what was not ok."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    """What was not ok, newest first; short looks that could not judge a fault which went on are part of it."""
    by_subject: dict[Subject, list[Span]] = {}
    for span in sorted(spans, key=lambda one: one.first):
        by_subject.setdefault(span.subject, []).append(span)
    bad = [one for series in by_subject.values() for one in _joined(series, now) if one.verdict is not Verdict.OK]
    return sorted(bad, key=lambda one: one.start, reverse=True)


def _joined(series: Sequence[Span], now: datetime) -> list[Incident]:
    """The stretches of one aspect in order of time, each fault in one piece."""
    made: list[Incident] = []
    for number, span in enumerate(series):
        following = series[number + 1] if number + 1 < len(series) else None
        end = None if following is None and now - span.last < LASTING else span.last
        if made and _goes_on(made[-1], span, following):
            made[-1] = replace(made[-1], end=end)
        else:
            made.append(Incident(span.subject.probe, span.verdict, span.fault, span.reason, span.first, end))
    return made


def _goes_on(fault: Incident, span: Span, following: Span | None) -> bool:
    """The same fault again, or a short time of doubt after which it is there again or nothing is known yet."""
    if fault.verdict is not Verdict.FAULT or (fault.end and span.first - fault.end > LASTING):
        return False
    if span.verdict is Verdict.UNKNOWN and span.last - span.first < LASTING:
        return following is None or following.fault is fault.fault
    return span.fault is fault.fault


def _stretch(span: Span, now: datetime) -> Stretch | None:
    begin = now - WEEK
    start, end = max(span.first, begin), min(span.last, now)
    if span.last < begin:
        return None
    left = min((start - begin) / WEEK * 100, 100 - NARROWEST)
    width = max((end - start) / WEEK * 100, NARROWEST)
    return Stretch(round(left, 3), round(width, 3), span.verdict, span.fault, span.reason)
