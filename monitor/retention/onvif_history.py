"""From what a Profile G device tells of its recordings to stretches of recording. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Segment


@dataclass(frozen=True, slots=True)
class Recording:
    """What the device says of one recording."""

    token: str
    name: str
    video: frozenset[str]  # tokens of its video tracks
    first: float | None  # UTC epoch seconds, our time
    last: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """Recording began or ended; ``at`` in our time."""

    at: float
    present: bool
    at_start: bool  # the state at the point the search began


def stretches(changes: Sequence[Change], first: float, last: float) -> list[Segment]:
    """From changes of state to recordings between ``first`` and ``last``, the dates of the oldest and newest data."""
    made: list[Segment] = []
    begun = first if changes and not changes[0].present and not changes[0].at_start else None
    for change in changes:
        if change.present and begun is None:
            begun = max(change.at, first)
        elif not change.present and begun is not None:
            made.append(Segment(begun, min(change.at, last)))
            begun = None
    if begun is not None:
        made.append(Segment(begun, last))
    return [one for one in made if one.end is not None and one.end > one.start]
