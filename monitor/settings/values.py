"""The scalar types of the configuration: each parses one way of writing, or says what to write instead."""

import difflib
import re
import zoneinfo
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.model import ScheduleBlock

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_PLAIN_ADDRESS = re.compile(r"(?:[a-z]+://)?([A-Za-z0-9.-]+)(?::([1-9][0-9]{0,4}))?(?:/[^@]*)?")  # saves most urlsplits
_CRON_FIELD = re.compile(r"[0-9a-z*,/-]+", re.IGNORECASE)


def wrong(text: str) -> PydanticCustomError:
    """A validation error whose whole message is ours: what is wrong; what to write instead. It repeats no secret."""
    return PydanticCustomError("config", "{text}", {"text": text})


def nearest(word: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?``, or the known words when none is near."""
    choices = sorted(known)
    close = difflib.get_close_matches(word.lower(), choices, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(choices) or 'none'}"


def _digits_are_text(value: Any) -> Any:
    return str(value) if type(value) is int else value


def _identifier(value: str) -> str:
    if not _ID.fullmatch(value):
        raise wrong(
            f"{value!r} is not an id; write 1 to 64 of a-z 0-9 . _ - beginning with a letter or digit, "
            f"for example {_as_identifier(value)!r}"
        )
    return value


def _as_identifier(value: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", value.lower()).strip("-._")[:64] or "gate"


def _duration(value: Any) -> Any:
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, str):
        if _DURATION.fullmatch(value):
            return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
        if not re.fullmatch(r"\d+(\.\d+)?", value):
            raise wrong(f"{value!r} is not a duration; write for example 60s, 5m, 2h, 1d, or plain seconds")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        close = difflib.get_close_matches(value, sorted(zoneinfo.available_timezones()), n=1, cutoff=0.5)
        example = close[0] if close else "Asia/Shanghai"
        raise wrong(f"there is no time zone {value!r}; write an IANA name, for example {example}") from None
    return value


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value) or value.zfill(5) > "24:00":
        raise wrong(f"{value!r} is not a time of day; write HH:MM, for example '08:30'")
    return value.zfill(5)


def _weekday(value: str) -> str:
    days = [day for day in WEEKDAYS if len(value) >= 3 and day.startswith(value.lower())]
    if not days:
        raise wrong(f"{value!r} is not a weekday; write one of {', '.join(WEEKDAYS)}")
    return days[0]


def _cron(value: str) -> str:
    fields = value.split()
    if len(fields) != 5 or not all(map(_CRON_FIELD.fullmatch, fields)):
        raise wrong(f"{value!r} is not a cron line; write minute hour day month weekday, for example '0 9 * * mon'")
    return value


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (colon and host and port.isdigit() and int(port) <= 65535):
        raise wrong(f"{value!r} is not an address to listen at; write host:port, for example 127.0.0.1:9108")
    return value


def _host(value: str) -> str:
    if not value or any(character in value for character in "/@[] ") or value.count(":") == 1:
        raise wrong("is not a host; write a name or an address alone, for example 192.0.2.10, and the port as port")
    return value


def _rtsp(value: str) -> str:
    """Its messages never repeat the URL: it may hold a password."""
    example = "rtsp://192.0.2.21/…"
    scheme, colon, _ = value.partition("://")
    if not colon or scheme.lower() not in ("rtsp", "rtsps"):
        raise wrong(f"must begin with rtsp:// or rtsps://; write for example {example}")
    _check_authority(value, example)
    return value


def host_of(address: str) -> str:
    """The host of a URL or of host:port; "" when there is none."""
    plain = _PLAIN_ADDRESS.fullmatch(address)
    return plain[1].lower() if plain else urlsplit(address if "://" in address else f"//{address}").hostname or ""


def _check_authority(value: str, example: str) -> None:
    plain = _PLAIN_ADDRESS.fullmatch(value)
    if plain and int(plain[2] or 80) <= 65535:
        return
    try:
        parts = urlsplit(value)
        readable = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        readable = False
    if not readable:
        raise wrong(
            f"is not a readable address; write for example {example}, and a login beside it as username and password"
        )
    if "@" in value.partition(parts.netloc)[2]:  # perhaps the end of a login whose password holds / ? or #
        raise wrong("has an @ behind its host; write %40 for it there, and a login beside it as username and password")


def split_login(value: str) -> tuple[str, str | None, str | None]:
    """A URL without its login, and the login: ``rtsp://u:p@h/s`` -> (``rtsp://h/s``, ``u``, ``p``)."""
    parts = urlsplit(value)
    login, at, address = parts.netloc.rpartition("@")
    if not at:
        return value, None, None
    username, colon, password = login.partition(":")
    return parts._replace(netloc=address).geturl(), unquote(username), unquote(password) if colon else None


def _onvif(value: str) -> str:
    _check_authority(value if "://" in value else f"http://{value}", "192.0.2.21:80")
    scheme, there, _ = value.partition("://")
    if not there and "@" in value:
        raise wrong("holds a login; write for example 192.0.2.21:80, and the login beside it as username and password")
    if there and scheme not in ("http", "https"):
        raise wrong("must be host:port, or a URL that begins with http:// or https://; write for example 192.0.2.21:80")
    return value


def _mask(value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = value
    if left >= right or top >= bottom:
        raise wrong("the rectangle is empty; write [x0, y0, x1, y1] with x0 < x1 and y0 < y1")
    return value


def _schedule(value: str) -> str:
    schedule_blocks(value)
    return value


def schedule_blocks(value: str) -> list[ScheduleBlock]:
    """``mon-fri 08:00-18:00`` as one block a day; a span over midnight is cut there."""
    days, _, span = value.partition(" ")
    first, _, last = days.partition("-")
    begin, _, end = span.strip().partition("-")
    if not all((first, begin, end)):
        raise wrong(
            f"{value!r} is not a recording time; write for example 'mon-fri 08:00-18:00' or 'daily 22:00-06:00'"
        )
    if first == "daily":
        first, last = "mon", "sun"
    begin_day, end_day = WEEKDAYS.index(_weekday(first)), WEEKDAYS.index(_weekday(last or first))
    count = (end_day - begin_day) % 7 + 1
    return [
        block for day in range(count) for block in _day_blocks((begin_day + day) % 7, _minutes(begin), _minutes(end))
    ]


def _day_blocks(day: int, begin: int, end: int) -> list[ScheduleBlock]:
    if begin < end:
        return [ScheduleBlock(day, begin, end)]
    return [ScheduleBlock(day, begin, 1440), *([ScheduleBlock((day + 1) % 7, 0, end)] if end else [])]


def _minutes(value: str) -> int:
    hours, _, minutes = _clock(value).partition(":")
    return int(hours) * 60 + int(minutes)


Text = Annotated[str, BeforeValidator(_digits_are_text)]
Identifier = Annotated[Text, AfterValidator(_identifier)]
Duration = Annotated[
    float,
    BeforeValidator(_duration),
    Field(ge=0),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_DURATION.pattern}$"}]}),
]
Timezone = Annotated[str, AfterValidator(_timezone)]
TimeOfDay = Annotated[str, AfterValidator(_clock)]
Weekday = Annotated[str, AfterValidator(_weekday)]
Cron = Annotated[str, AfterValidator(_cron)]
Listen = Annotated[str, AfterValidator(_listen)]
Host = Annotated[Text, AfterValidator(_host)]
RtspUrl = Annotated[str, AfterValidator(_rtsp)]
OnvifAddress = Annotated[str, AfterValidator(_onvif)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Mask = Annotated[tuple[Fraction, Fraction, Fraction, Fraction], AfterValidator(_mask)]
RecordingTime = Annotated[str, AfterValidator(_schedule)]
