"""When what a recorder plays was recorded, by its own word; asked for in playback only, live looks pay nothing."""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.protocols.rtsp.messages import Reply

EXTENSION, PLAY_REPLY, SENDER_REPORT = "replay extension", "PLAY reply", "sender report"
"""Who tells it. A sender report of a playing recorder may as well tell what time it is now."""
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""
REPLAY = 0xABAC
"""Profile of the RTP header extension that carries the time of every frame (ONVIF Streaming, 6.3)."""
REPORT = 200
"""RTCP packet type (RFC 3550, 6.4.1)."""
MOST = 4096
_CLOCK = re.compile(r"clock *= *(\d{8}T\d{6})(\.\d{1,6})?Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording is wanted. ``start``: UTC epoch seconds by the recorder's clock; None = the URL says when."""

    start: float | None = None
    onvif: bool = False  # by the rules of ONVIF replay

    def requirements(self) -> dict[str, str]:
        return {"Require": "onvif-replay"} if self.onvif else {}

    def range(self) -> str:
        """RFC 2326 3.7."""
        if self.start is None:
            return "npt=0.000-"
        return f"clock={datetime.fromtimestamp(self.start, UTC):%Y%m%dT%H%M%S}Z-"


class Dating:
    """Collects what is told of times during one playback."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._report: tuple[float, int] | None = None  # wall clock and RTP timestamp
        self._frames: dict[int, float] = {}  # by RTP timestamp

    def reply(self, reply: Reply) -> None:
        """Of PLAY: where the recorder begins."""
        found = _CLOCK.search(reply.header("range"))
        if found is None:
            return
        try:
            begins = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        except ValueError:  # the 31st of November
            return
        self._began = begins.timestamp() + float(found[2] or 0)

    def packet(self, data: bytearray, start: int, stop: int) -> None:
        """An RTP packet that may have a header extension."""
        at = start + 12 + 4 * (data[start] & 0x0F)
        if not data[start] & 0x10 or at + 12 > stop or len(self._frames) >= MOST:
            return
        profile, _, seconds, fraction = struct.unpack_from(">HHII", data, at)
        if profile == REPLAY and seconds:
            timestamp = struct.unpack_from(">I", data, start + 4)[0]
            self._frames[timestamp] = seconds - NTP_EPOCH + fraction / 2**32

    def report(self, data: bytearray, start: int, stop: int) -> None:
        """An RTCP packet; a sender report comes first in it."""
        if stop - start < 20 or data[start] & 0xC0 != 0x80 or data[start + 1] != REPORT:
            return
        seconds, fraction, timestamp = struct.unpack_from(">III", data, start + 8)
        if seconds:
            self._report = seconds - NTP_EPOCH + fraction / 2**32, timestamp

    def told(self, timestamp: int, clock_rate: int) -> dict[str, float]:
        """By whose word, the surest first, -> when the picture with that RTP timestamp was recorded, epoch seconds."""
        made: dict[str, float] = {}
        if timestamp in self._frames:
            made[EXTENSION] = self._frames[timestamp]
        if self._began is not None:
            made[PLAY_REPLY] = self._began
        if self._report is not None:
            wall, reported = self._report
            ticks = (timestamp - reported + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            made[SENDER_REPORT] = wall + ticks / clock_rate
        return made
