"""Continuous recording as a recorder writes it in local time, read back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.retention.walls import Dress, parse, to_utc


def convert(zone: str, start: str, length: timedelta, seconds: float) -> list[tuple[float, float]]:
    """What an unbroken run of files comes to when its local times, called UTC, are read."""
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()
    dress = Dress(ZoneInfo(zone))
    count = round(length.total_seconds() / seconds)
    written = [(dress.write(begin + n * seconds), dress.write(begin + (n + 1) * seconds)) for n in range(count)]
    return to_utc([(parse(a), parse(b)) for a, b in written], dress)
