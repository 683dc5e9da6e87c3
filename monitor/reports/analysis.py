"""What a list of faults says when it is looked at as a whole: how often, how long, who again and again. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median
from zoneinfo import ZoneInfo

from monitor.model import Fault, FaultKind, Key

REPEATED = 3
"""So many faults of one kind at one device in the period make a repeat offender."""
PERIODIC_DAYS = 3
"""On at least so many days, ..."""
PERIODIC_SHARE = 0.6
"""... and with at least this share of its faults, ..."""
PERIODIC_MINUTES = 30.0
"""... a device drops out within so many minutes of the same time of day."""
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, over ``count`` faults; None when there was none."""

    count: int
    mean: float | None
    median: float | None
    longest: float | None


@dataclass(frozen=True, slots=True)
class Repeated:
    key: Key
    kind: FaultKind
    count: int


@dataclass(frozen=True, slots=True)
class Periodic:
    """A device that drops out around the same time of day."""

    key: Key
    minute: int  # of the day, local: the middle
    days: int
    count: int  # of its faults that begin then
    of: int  # all its faults


def causes(faults: Iterable[Fault]) -> list[Fault]:
    """The faults that count: not those that follow from another one, not those of agreed maintenance."""
    return [fault for fault in faults if not fault.parent and not fault.excused]


def counted(faults: Iterable[Fault], what: Callable[[Fault], str]) -> list[tuple[str, int]]:
    """How many faults have which ``what``, the most frequent first."""
    numbers = Counter(what(fault) for fault in faults)
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))


def to_notice(faults: Iterable[Fault]) -> Times:
    """From the first bad look to the confirmed fault."""
    return _times([(fault.opened - fault.since).total_seconds() for fault in faults])


def to_repair(faults: Iterable[Fault]) -> Times:
    """From the confirmed fault to the look that saw it gone; open ones are not in it."""
    return _times([(fault.cleared - fault.opened).total_seconds() for fault in faults if fault.cleared])


def repeats(faults: Iterable[Fault]) -> Counter[tuple[Key, FaultKind]]:
    """How often each kind came at each device; a fault that was reopened counts again each time."""
    numbers: Counter[tuple[Key, FaultKind]] = Counter()
    for fault in faults:
        numbers[fault.subject.key, fault.kind] += 1 + fault.reopened
    return numbers


def repeat_offenders(faults: Iterable[Fault]) -> list[Repeated]:
    """The most frequent first."""
    found = [Repeated(key, kind, count) for (key, kind), count in repeats(faults).items() if count >= REPEATED]
    return sorted(found, key=lambda one: (-one.count, one.key, one.kind))


def periodic(faults: Iterable[Fault], timezone: str) -> list[Periodic]:
    """Devices whose faults keep beginning around the same local time of day."""
    begun: dict[Key, list[datetime]] = defaultdict(list)
    for fault in faults:
        starts = fault.raised if len(fault.raised) > 1 else (fault.since,)
        begun[fault.subject.key] += [at.astimezone(ZoneInfo(timezone)) for at in starts]
    found = [_periodic(key, begun[key]) for key in sorted(begun)]
    return [one for one in found if one]


def _periodic(key: Key, starts: Sequence[datetime]) -> Periodic | None:
    best: list[datetime] = []
    for centre in starts:
        near = [at for at in starts if _apart(_minute(at), _minute(centre)) <= PERIODIC_MINUTES]
        best = max(best, near, key=len)
    days = len({at.date() for at in best})
    if days < PERIODIC_DAYS or len(best) < PERIODIC_SHARE * len(starts):
        return None
    return Periodic(key, _middle([_minute(at) for at in best]), days, len(best), len(starts))


def _minute(at: datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60


def _apart(one: float, other: float) -> float:
    """Minutes between two times of day, over midnight if that is shorter."""
    distance = abs(one - other) % DAY_MINUTES
    return min(distance, DAY_MINUTES - distance)


def _middle(minutes: Sequence[float]) -> int:
    """The circular mean: 23:50 and 00:10 meet at midnight, not at noon."""
    angles = [minute / DAY_MINUTES * math.tau for minute in minutes]
    angle = math.atan2(sum(map(math.sin, angles)), sum(map(math.cos, angles)))
    return round(angle / math.tau * DAY_MINUTES) % DAY_MINUTES


def _times(seconds: Sequence[float]) -> Times:
    if not seconds:
        return Times(0, None, None, None)
    return Times(len(seconds), mean(seconds), median(seconds), max(seconds))
