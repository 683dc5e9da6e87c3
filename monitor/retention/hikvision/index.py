"""The recorder's own calendar of days with recordings: shows what was deleted, and what a search hides."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from monitor.model import Channel, Outcome, Segment
from monitor.protocols.errors import DeviceError
from monitor.retention.hikvision.isapi import Isapi, Track
from monitor.retention.listing import DAY, SETTLED, Days
from monitor.retention.walls import Dress

NOT_EVERYWHERE = (Outcome.NOT_FOUND, Outcome.UNSUPPORTED, Outcome.SERVER_ERROR, Outcome.FORBIDDEN)
OVER_MIDNIGHT = 3600.0
"""No file is longer than this."""
Calendar = Mapping[tuple[float, float], bool]
"""A day as start and end, UTC epoch seconds -> whether it has any second of recording; unknown days are left out."""


class Index:
    """Asks one recorder. With times in UTC its calendar, in local days, cannot be held against a search: not asked."""

    def __init__(self, isapi: Isapi, dress: Dress, now: float) -> None:
        self._isapi, self._dress, self._now = isapi, dress, now

    async def forget_deleted(self, track: Track, channel: Channel, days: Days) -> Calendar:
        """The calendar; remembered days that it no longer has are dropped, so that they are read again."""
        if self._dress.zone is UTC:
            return {}
        last = self._dress.wall(self._now).date()
        first = last - timedelta(days=channel.limits.recording.retention_days + 1)
        try:
            told = await self._days(track, first, last)
        except DeviceError as failed:
            if failed.outcome in NOT_EVERYWHERE:  # it proves nothing by itself
                return {}
            raise
        calendar = {self._bounds(day): has for day, has in told.items()}
        for (start, end), has in calendar.items():
            if not has:
                _drop(days, start, end)
        return calendar

    def contradiction(self, calendar: Calendar, segments: Sequence[Segment]) -> str:
        """A day that the calendar knows recordings of and the search does not, in words; "" = none.

        The oldest day is being deleted and the newest just begins: neither is held against the search.
        """
        full = sorted(stretch for stretch, has in calendar.items() if has)
        for start, end in full[1:]:
            if end > self._now - SETTLED or any(one.start < end and (one.end or end) > start for one in segments):
                continue
            day = self._dress.wall((start + end) / 2).date()
            return f"the recorder's day index has recordings of {day}, its search gives none"
        return ""

    async def _days(self, track: Track, first: date, last: date) -> dict[date, bool]:
        made: dict[date, bool] = {}
        month = first.replace(day=1)
        while month <= last:
            following = (month + timedelta(days=31)).replace(day=1)
            told = await self._isapi.days(track.id, month.year, month.month)
            length = (following - month).days
            made |= {month.replace(day=day): has for day, has in told.items() if 1 <= day <= length}
            month = following
        return {day: has for day, has in made.items() if first <= day <= last}

    def _bounds(self, day: date) -> tuple[float, float]:
        begin, over = (
            datetime(each.year, each.month, each.day, tzinfo=self._dress.zone).timestamp() - self._dress.drift
            for each in (day, day + timedelta(days=1))
        )
        return begin, over


def _drop(days: Days, start: float, end: float) -> None:
    """A recording that merely reaches over midnight is no reason."""
    for number in range(int(start // DAY), int((end - 1) // DAY) + 1):
        pieces = days[number].pieces if number in days else ()
        if any(min(piece.end, end) - max(piece.start, start) > OVER_MIDNIGHT for piece in pieces):
            del days[number]
