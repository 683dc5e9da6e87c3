"""The stretches of time that reports speak of: whole days on the wall clock of the site. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to ``end``, both midnights at the site."""

    start: datetime
    end: datetime
    timezone: str

    @property
    def first_day(self) -> date:
        return self.start.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(microseconds=1)).astimezone(ZoneInfo(self.timezone)).date()

    def days(self) -> Iterator["Period"]:
        """One after another; a day is 23 or 25 hours long when the clocks change."""
        day = self.first_day
        while (begin := midnight(day, self.timezone)) < self.end:
            day += timedelta(days=1)
            yield Period(begin, midnight(day, self.timezone), self.timezone)


def midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone))


def day_before(now: datetime, timezone: str) -> Period:
    """Yesterday."""
    return _up_to_today(now, timezone, 1)


def week_before(now: datetime, timezone: str) -> Period:
    """The seven days before today."""
    return _up_to_today(now, timezone, 7)


def month_before(now: datetime, timezone: str) -> Period:
    """The calendar month before this one."""
    first = now.astimezone(ZoneInfo(timezone)).date().replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return Period(midnight(before, timezone), midnight(first, timezone), timezone)


def _up_to_today(now: datetime, timezone: str, days: int) -> Period:
    today = now.astimezone(ZoneInfo(timezone)).date()
    return Period(midnight(today - timedelta(days=days), timezone), midnight(today, timezone), timezone)


PERIODS: dict[str, Callable[[datetime, str], Period]] = {"day": day_before, "week": week_before, "month": month_before}
