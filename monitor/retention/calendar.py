"""What should have been recorded: a weekly schedule on the wall clock of the site, summer time included. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import ScheduleBlock
from monitor.retention.intervals import Stretches, clip, of_pairs


def local_days(start: float, end: float, timezone: str) -> list[tuple[date, float, float]]:
    """Every local day that touches [start, end): its date, first and last instant (23, 24 or 25 h apart)."""
    zone = ZoneInfo(timezone)
    return [(day, _instant(day, 0, zone), _instant(day, 1440, zone)) for day in _dates(start, end, zone)]


def expected(schedule: Sequence[ScheduleBlock], start: float, end: float, timezone: str) -> Stretches:
    """The stretches of [start, end) in which the schedule wants recording; an empty schedule wants all of it."""
    if end <= start:
        return of_pairs([])
    if not schedule:
        return of_pairs([(start, end)])
    zone = ZoneInfo(timezone)
    blocks = [
        (_instant(day, block.start, zone), _instant(day, block.end, zone))
        for day in _dates(start, end, zone)
        for block in schedule
        if block.weekday == day.weekday()
    ]
    return clip(of_pairs(blocks), start, end)


def _dates(start: float, end: float, zone: ZoneInfo) -> Iterator[date]:
    day = datetime.fromtimestamp(start, zone).date()
    last = datetime.fromtimestamp(end, zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _instant(day: date, minute: int, zone: ZoneInfo) -> float:
    """Epoch seconds of a minute of a local day; the hour that summer time skips counts as the one after it."""
    wall = datetime.combine(day, time(), zone) + timedelta(minutes=minute)  # wall clock arithmetic, not elapsed time
    return wall.astimezone(UTC).timestamp()
