"""A device's past week as lanes of coloured stretches, in percent of the width."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import FaultKind, Verdict
from monitor.web.actions import Span
from monitor.web.views import RUNGS

WEEK = timedelta(days=7)


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


def lanes(spans: Iterable[Span], now: datetime) -> list[Lane]:
    """One lane per probe over the week before ``now``; worse stretches lie on top of better ones."""
    found: dict[str, list[Stretch]] = {}
    for span in spans:
        stretch = _stretch(span, now)
        if stretch:
            found.setdefault(span.probe, []).append(stretch)
    order = sorted(found, key=lambda probe: (RUNGS.index(probe) if probe in RUNGS else len(RUNGS), probe))
    rank = {Verdict.OK: 0, Verdict.UNKNOWN: 1, Verdict.FAULT: 2}
    return [Lane(probe, sorted(found[probe], key=lambda one: rank[one.verdict])) for probe in order]


def incidents(spans: Iterable[Span]) -> list[Span]:
    """The stretches that were no ok, newest first."""
    return sorted((span for span in spans if span.verdict is not Verdict.OK), key=lambda span: span.start, reverse=True)


def _stretch(span: Span, now: datetime) -> Stretch | None:
    begin = now - WEEK
    start, end = max(span.start, begin), min(span.end or now, now)
    if end <= start:
        return None
    left, width = (start - begin) / WEEK * 100, (end - start) / WEEK * 100
    return Stretch(round(left, 3), round(max(width, 0.3), 3), span.verdict, span.fault, span.reason)
