"""Times that recorders write by their wall clock, and what instants they mean: zones, summer time, drift. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """A time as the recorder wrote it."""

    wall: float  # the digits, read as if they were UTC, epoch seconds
    offset: float | None  # seconds east of UTC where it says so; None = "Z" or nothing, which means little


@dataclass(frozen=True, slots=True)
class Dress:
    """How recording times are written: in the wall clock of a zone, by a clock that is ahead by ``drift`` seconds."""

    zone: tzinfo
    drift: float = 0.0

    def write(self, instant: float) -> str:
        """A true instant, UTC epoch seconds, as the recorder would write it."""
        return f"{self.wall(instant):%Y-%m-%dT%H:%M:%SZ}"

    def wall(self, instant: float) -> datetime:
        return datetime.fromtimestamp(instant + self.drift, self.zone)

    def read(self, told: Told, fold: int = 0) -> float:
        """The true instant of a time the recorder wrote; ``fold`` 1 = in the second pass of an hour autumn repeats."""
        if told.offset is not None:
            return told.wall - told.offset - self.drift
        digits = datetime.fromtimestamp(told.wall, UTC).replace(tzinfo=self.zone, fold=fold)
        return digits.timestamp() - self.drift


def parse(text: str) -> Told | None:
    """A time of an answer; None if it is none, such as the 31st of November."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        digits = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return Told(digits.timestamp(), _offset(match[7]))


def to_utc(stretches: Sequence[tuple[Told, Told]], dress: Dress) -> list[tuple[float, float]]:
    """Starts and ends as true instants.

    In the hour that autumn repeats one camera cannot record twice at once: what would lie over another stretch of the
    first pass is of the second.
    """
    made: list[tuple[float, float]] = []
    for start, end in stretches:
        first = _place(start, end, dress, 0)
        second = _place(start, end, dress, 1)
        late = second != first and any(first[0] < other[1] - 1 and other[0] < first[1] - 1 for other in made[-400:])
        made.append(second if late else first)
    return made


def _place(start: Told, end: Told, dress: Dress, fold: int) -> tuple[float, float]:
    begin = dress.read(start, fold)
    over = dress.read(end, fold)
    return begin, over if over >= begin else dress.read(end, 1)


def _offset(zone: str | None) -> float | None:
    """Seconds east of UTC of "+08:00"; None for "Z" and for nothing, which recorders write for local time too."""
    if zone is None or zone in "Zz":
        return None
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return (hours * 3600 + minutes * 60) * (-1.0 if zone[0] == "-" else 1.0)
