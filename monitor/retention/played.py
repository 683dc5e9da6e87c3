"""The samples of many looks: what was played in the last days, so that certainty grows from day to day. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from monitor.model import ChannelRecordings, Sample
from monitor.retention import intervals
from monitor.retention.coverage import columns

MOST = 200
"""So many samples of a camera are kept: 60 find a rot of 5 % with 95 % certainty, 200 one of 1.5 %."""


class Played(NamedTuple):
    """A sample that was judged."""

    channel: str
    at: float  # the instant, our time
    good: bool
    reason: str = ""
    dated: str = ""


Held = Callable[[str, float], bool]
"""Whether a channel still has a recording of an instant."""


def load(kept: Iterable[Sequence[Any]]) -> list[Played]:
    return [Played(*one) for one in kept]


def with_new(known: Sequence[Played], new: Iterable[Sample], held: Held) -> list[Played]:
    """The newest outcome of every instant that is still recorded; what nobody could judge changes nothing.

    A bad one stays bad until it plays or is gone.
    """
    latest = {(one.channel, one.at): one for one in known}
    for sample in new:
        if sample.good is not None:
            latest.pop((sample.channel, sample.at), None)
            made = Played(sample.channel, sample.at, sample.good, sample.reason, sample.dated)
            latest[sample.channel, sample.at] = made
    return _newest([one for one in latest.values() if held(one.channel, one.at)])


def _newest(played: Sequence[Played]) -> list[Played]:
    """Of each channel the newest MOST, in the order they were played."""
    left: dict[str, int] = {}
    made = []
    for one in reversed(played):
        left[one.channel] = left.get(one.channel, MOST) - 1
        if left[one.channel] >= 0:
            made.append(one)
    return made[::-1]


def samples_of(played: Iterable[Played], new: Iterable[Sample]) -> tuple[Sample, ...]:
    """All that is known, with those of this look that could not be judged."""
    undecided = [one for one in new if one.good is None]
    return (*(Sample(one.channel, one.at, one.good, one.reason, one.dated) for one in played), *undecided)


def held_in(channels: Iterable[ChannelRecordings], now: float) -> Held:
    """By what was read; of a channel that could not be read nothing is known to be gone."""
    stretches = {}
    for one in channels:
        if one.segments is not None:
            starts, ends, _ = columns(one.segments, now)
            stretches[one.channel] = intervals.merge(starts, ends)

    def held(channel: str, at: float) -> bool:
        found = stretches.get(channel)
        if found is None:
            return True
        index = int(np.searchsorted(found[:, 0], at, "right")) - 1
        return index >= 0 and at < float(found[index, 1])

    return held
