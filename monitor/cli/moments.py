"""Points in time as people type them, at the place the words are about."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_LENGTH = re.compile(r"(?:\d+(?:\.\d+)?[mhd])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([mhd])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment_from(text: str, timezone: str, now: datetime) -> datetime:
    """``2h``, ``90m``, ``1d`` from now; ``18:00``, the next one; ``2026-12-01 09:00``; anything of RFC 3339.

    What names no zone is local to ``timezone``. Raises ValueError, in words.
    """
    zone = ZoneInfo(timezone)
    clock = _CLOCK.fullmatch(text)
    try:
        if _LENGTH.fullmatch(text):
            lengths = (timedelta(**{_UNITS[unit]: float(count)}) for count, unit in _PART.findall(text))
            return now + sum(lengths, timedelta())
        if clock:
            local = now.astimezone(zone)
            at = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
            return at if at > local else at + timedelta(days=1)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time; write 2h, 18:00 or '2026-12-01 09:00'") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def said_at(at: datetime, timezone: str) -> str:
    """A moment as it is said at that place, with the name or the offset of its zone."""
    return f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M %Z}"
