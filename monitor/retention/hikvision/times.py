"""A Hikvision recorder's times: wall clock dressed as UTC on most, true UTC on some; found out, never assumed. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.retention.clock import NETWORK, NOW_SLACK
from monitor.retention.walls import Dress, Told

HALF_SECOND = 0.5
"""Whole seconds, rounded down, are half a second behind on average."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest recording of a camera that records."""

    end: Told
    length: float  # seconds of its file


@dataclass(frozen=True, slots=True)
class Clock:
    """How the recorder's wall clock stands to ours."""

    zone: tzinfo
    drift: float  # seconds it is ahead of the true time of that zone
    note: str = ""


def read_clock(told: Told, at: float, site: str) -> Clock:
    """The recorder's clock, told at our instant ``at``.

    Some keep the standard offset in ``localTime`` while the digits follow summer time, so the digits are held against
    the site's own zone first, and the offset is believed only where it fits better.
    """
    home = ZoneInfo(site)
    at_home = datetime.fromtimestamp(at, home).utcoffset() or timedelta()
    drift = told.wall + HALF_SECOND - at_home.total_seconds() - at
    if told.offset is None or abs(drift) <= abs(told.wall + HALF_SECOND - told.offset - at) + 1.0:
        return Clock(home, _still(drift))
    own = timezone(timedelta(seconds=told.offset))
    drift = told.wall + HALF_SECOND - told.offset - at
    return Clock(own, _still(drift), f"the recorder keeps the zone {own}, the site {site}")


def choose(clock: Clock, newest: Newest | None, at: float, kept: str) -> tuple[str, str]:
    """Whether recordings are written in "local" time or "utc", and why it cannot be told ("" = it can).

    The newest recording may not end after now, and of a camera that records it ends about now. ``kept``: what was
    found earlier, "" = nothing.
    """
    if newest is None:
        return kept or "local", ""
    ahead = {name: dress_of(name, clock).read(newest.end) - at for name in ("local", "utc")}
    possible = [name for name, seconds in ahead.items() if seconds <= NOW_SLACK]
    if not possible:
        seconds = min(ahead.values())
        return kept or "local", f"recordings end {seconds:.0f} s after the recorder's own clock"
    if kept in possible:
        return kept, ""
    fitting = [name for name in possible if -ahead[name] <= 2 * newest.length + NOW_SLACK]
    return (fitting or possible)[0], ""


def dress_of(times: str, clock: Clock) -> Dress:
    return Dress(clock.zone if times == "local" else UTC, clock.drift)


def _still(drift: float) -> float:
    """A drift within what the network may feign is none."""
    return 0.0 if abs(drift) <= NETWORK else drift
