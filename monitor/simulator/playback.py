"""What a recorder that plays back says of the time it plays: in its answer to PLAY, with every picture, in reports."""

import re
import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from monitor.simulator.requests import Request

PATHS = ("/Streaming/tracks/", "/cam/playback", "/replay/")
"""As recorders play recordings back; here whatever is shown now, at any time that is asked for."""
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""
CLOCK_RATE = 90000
_FRAME = struct.Struct("!BBH")
_RTP = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HHIIBBH")
_REPORT = struct.Struct("!BBHIIIIII")


class Habit(NamedTuple):
    """By how much what is told is off what was asked for, or None where nothing is told."""

    reply: timedelta | None = None
    extension: timedelta | None = None
    report: timedelta | None = None


_AS_ASKED, _EARLIER, _DAY_BEFORE = timedelta(), timedelta(minutes=-65), timedelta(days=-1)
HABITS: Mapping[str, Habit] = {
    "": Habit(),
    "asked": Habit(_AS_ASKED, _AS_ASKED, _AS_ASKED),
    "reply": Habit(_AS_ASKED),
    "reports": Habit(report=_AS_ASKED),
    "another": Habit(_EARLIER, _EARLIER, _EARLIER),
    "another_day": Habit(_AS_ASKED, _DAY_BEFORE, _DAY_BEFORE),
}
"""The extension is sent to those who ask by the rules of ONVIF replay."""


def is_playback(request: Request) -> bool:
    return urlsplit(request.uri).path.startswith(PATHS)


def range_of(request: Request, habit: str) -> str:
    """The Range header of an answer to PLAY."""
    start, off = _asked(request), HABITS[habit].reply
    return "npt=now-" if start is None or off is None else f"clock={start + off:%Y%m%dT%H%M%S}Z-"


def _asked(request: Request) -> datetime | None:
    asked = re.search(r"clock=(\w+)Z", request.headers.get("range", "")) or re.search(r"starttime=(\w+)", request.uri)
    if asked is None:
        return None
    return datetime.strptime("".join(re.findall(r"\d", asked[1])), "%Y%m%d%H%M%S").replace(tzinfo=UTC)


class Teller:
    """Tells one client of the time of what it is shown: a sender report first, and with every packet an extension."""

    def __init__(self, start: datetime, habit: Habit, timestamp: int) -> None:
        self._start, self._first = start, timestamp
        self._extension, self._report = habit.extension, habit.report

    def told(self, unit: bytes) -> bytes:
        """One access unit as interleaved RTP packets, with what is said of it."""
        return b"".join(self._told(unit))

    def _told(self, unit: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(unit):
            _, channel, size = _FRAME.unpack_from(unit, at)
            packet, at = unit[at + 4 : at + 4 + size], at + 4 + size
            flags, kind, sequence, timestamp, ssrc = _RTP.unpack_from(packet)
            if self._report is not None:
                yield _framed(
                    channel + 1, _REPORT.pack(0x80, 200, 6, ssrc, *self._ntp(timestamp, self._report), timestamp, 0, 0)
                )
                self._report = None
            if self._extension is not None:
                header = _RTP.pack(flags | 0x10, kind, sequence, timestamp, ssrc)
                extension = _EXTENSION.pack(0xABAC, 3, *self._ntp(timestamp, self._extension), 0, 0, 0)
                packet = header + extension + packet[12:]
            yield _framed(channel, packet)

    def _ntp(self, timestamp: int, off: timedelta) -> tuple[int, int]:
        """Seconds since 1900, and their fraction."""
        later = timedelta(seconds=(timestamp - self._first & 0xFFFFFFFF) / CLOCK_RATE)
        seconds = (self._start + off + later).timestamp()
        return int(seconds) + NTP_EPOCH, int(seconds % 1 * 2**32)


def teller_of(request: Request, habit: str, timestamp: int) -> Teller | None:
    """For a client whose PLAY this is; ``timestamp``: of RTP, of the first packet it gets."""
    start, words = _asked(request), HABITS[habit]
    if start is None or not is_playback(request):
        return None
    asked = "onvif-replay" in request.headers.get("require", "")
    return Teller(start, words if asked else words._replace(extension=None), timestamp)


def _framed(channel: int, packet: bytes) -> bytes:
    return _FRAME.pack(0x24, channel, len(packet)) + packet
