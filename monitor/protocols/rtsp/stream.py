"""The receiving end of one video track: counts every packet, and keeps the payloads of wanted key frames only."""

import asyncio
import re
from dataclasses import dataclass
from typing import Protocol

from monitor.model import KeyFrame
from monitor.protocols.rtsp.dated import Dating
from monitor.protocols.rtsp.h264 import H264
from monitor.protocols.rtsp.h265 import H265
from monitor.protocols.rtsp.messages import DOLLAR
from monitor.protocols.rtsp.mjpeg import Mjpeg
from monitor.protocols.rtsp.rtp import FIXED, FRAMED, Statistics, is_late, trim
from monitor.protocols.rtsp.sdp import VideoTrack

_MJPEG_SPACING = 1.0  # every MJPEG picture is a key frame; neighbours would tell nothing about a frozen scene


class Assembler(Protocol):
    """What a codec must offer: see :class:`monitor.protocols.rtsp.nal.Depacketiser`."""

    size: tuple[int, int] | None
    recovery_points: int

    @property
    def opened(self) -> bool: ...

    def goes_on(self, data: bytearray, start: int, stop: int) -> bool: ...

    def packet(
        self, data: bytearray, start: int, stop: int, *, timestamp: int, marker: bool, gap: bool
    ) -> bytes | None: ...

    def is_key(self, data: bytearray, start: int, stop: int) -> bool: ...

    def is_other(self, data: bytearray, start: int, stop: int) -> bool: ...


def assembler_for(track: VideoTrack) -> Assembler:
    if track.codec == "mjpeg":
        return Mjpeg(track.size)
    return H264(track.parameter_sets) if track.codec == "h264" else H265(track.parameter_sets, donl=track.donl)


@dataclass(slots=True)
class KeyCount:
    """Key frames seen, whether kept or not."""

    count: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    timestamp: int = -1

    def spacing(self) -> float | None:
        """Mean seconds between key frames, None below two."""
        return (self.last_at - self.first_at) / (self.count - 1) if self.count > 1 else None


class Stream:
    """Fed by the connection with spans of its buffer; ``changed`` is set when there is something to look at."""

    def __init__(self, track: VideoTrack, channel: int, wanted: int, began: float) -> None:
        self.channel = channel
        self.playing = False
        self.statistics = Statistics()
        self.key_frames: list[KeyFrame] = []
        self.keys = KeyCount()
        self.foreign = 0  # packets of another payload type or source
        self.changed = asyncio.Event()
        self.dating: Dating | None = None  # of a playback
        self.assembler = assembler_for(track)
        self.codec = track.codec
        self._payload_type = track.payload_type
        self._wanted = wanted
        self._began = began
        self._spacing = _MJPEG_SPACING if track.codec == "mjpeg" else 0.0
        self._source: int | None = None
        self._candidate: tuple[int, int] | None = None
        self._next = -1
        self._idle: tuple[int, int, int] | None = None  # how packets begin that nobody needs to look into, ...
        self._opened = False  # ... or that may be taken the short way

    def play(self) -> None:
        """The PLAY reply has come: what is counted begins here. Gaps before it are no loss (shared streams)."""
        self.playing = True

    def packet(self, data: bytearray, start: int, stop: int, now: float) -> None:
        """Take one RTP packet, ``data[start:stop]``."""
        if stop - start < 12:
            self.foreign += 1
            return
        flags, kind, sequence, timestamp, source = FIXED.unpack_from(data, start)
        payload = start + 12
        if flags != 0x80 or kind & 0x7F != self._payload_type or source != self._source:
            span = self._examine(data, start, stop, source)
            if span is None:
                self.foreign += 1
                return
            payload, stop = span
        gap = sequence != self._next
        again = gap and self._next >= 0 and is_late(sequence - self._next)
        if not again:
            self._next = sequence + 1 & 0xFFFF
        if self.playing:
            if not self.statistics.packets:
                self.changed.set()
            self.statistics.count(sequence, timestamp, stop - payload, now)
        if payload < stop and not again:
            self._look_into(data, payload, stop, timestamp, kind >= 0x80, gap, now)

    def skip(self, data: bytearray, position: int, end: int, now: float) -> int:
        """Take in the whole interleaved frames at ``position`` that only go on with an idle picture, or with a unit of
        a key one; returns their end.

        Most packets are of this kind. Whatever differs in more than number and length is left to :meth:`packet`.
        """
        seen = self.statistics
        if self._idle is None or self._next != seen.sequence:
            return position
        lead, kind, picture = self._idle
        begun, packets, expected = position, 0, self._next
        while end - position >= FRAMED.size:
            mark, size, what, sequence, which = FRAMED.unpack_from(data, position)
            stop = position + 4 + size
            if sequence != expected or which != picture or mark != lead or stop > end or size < 12:
                break
            if what & 0xFF7F != kind:
                break
            if self._opened and (what != kind or not self.assembler.goes_on(data, position + FRAMED.size, stop)):
                break
            position, packets, expected = stop, packets + 1, expected + 1 & 0xFFFF
            if what != kind:  # the marker: what comes next is another picture
                break
        if packets:
            self._next = expected
            seen.more(packets, position - begun - packets * FRAMED.size, now)
        return position

    def beginning(self) -> re.Pattern[bytes]:
        """How the interleaved frames of this track begin: $, channel, length, version, payload type."""
        kinds = bytes((self._payload_type, 0x80 | self._payload_type))
        lead = re.escape(bytes((DOLLAR, self.channel)))
        return re.compile(lead + b"..[\x80-\xbf][" + re.escape(kinds) + b"]", re.DOTALL)

    def complete(self) -> bool:
        """Whether all wanted key frames are there."""
        return len(self.key_frames) >= self._wanted

    @property
    def _newest(self) -> int:
        """RTP timestamp of the newest kept key frame, -1 before there is one."""
        return self.key_frames[-1].rtp_time if self.key_frames else -1

    def progressed_at(self) -> float:
        """When the newest kept key frame came, else the first packet; the event loop's clock."""
        return self._began + self.key_frames[-1].arrived if self.key_frames else self.statistics.first_at

    def _look_into(
        self, data: bytearray, payload: int, stop: int, timestamp: int, marker: bool, gap: bool, now: float
    ) -> None:
        if timestamp != self.keys.timestamp and self.assembler.is_key(data, payload, stop):
            self._count_key(timestamp, now)
        key = timestamp == self.keys.timestamp
        open_ended = self._newest == timestamp  # more of the newest picture may come
        if open_ended or not self.complete():
            picture = self.assembler.packet(data, payload, stop, timestamp=timestamp, marker=marker, gap=gap)
            if picture is not None:
                self._keep(picture, timestamp, now)
        idle = (self.complete() and not open_ended) if key else self.assembler.is_other(data, payload, stop)
        self._opened = not idle and self.assembler.opened
        self._idle = self._beginning(timestamp) if (idle or self._opened) and self.playing and not marker else None

    def _beginning(self, timestamp: int) -> tuple[int, int, int]:
        """How the interleaved frames of this picture begin, as FRAMED reads them; the last has the marker too."""
        assert self._source is not None
        return DOLLAR << 8 | self.channel, 0x8000 | self._payload_type, timestamp << 32 | self._source

    def _keep(self, picture: bytes, timestamp: int, now: float) -> None:
        arrived = now - self._began
        if timestamp == self._newest:
            self.key_frames.pop()
        elif timestamp != self.keys.timestamp:  # no header told that it was one
            self._count_key(timestamp, now)
        if self.key_frames and arrived - self.key_frames[-1].arrived < self._spacing:
            return
        self.key_frames.append(KeyFrame(self.codec, picture, timestamp, arrived))
        self.changed.set()

    def _count_key(self, timestamp: int, now: float) -> None:
        keys = self.keys
        keys.timestamp = timestamp
        keys.last_at = now
        keys.first_at = keys.first_at if keys.count else now
        keys.count += 1

    def _examine(self, data: bytearray, start: int, stop: int, source: int) -> tuple[int, int] | None:
        """The payload's span of a packet that is not plainly ours; None when it is not ours."""
        if data[start] & 0xC0 != 0x80 or data[start + 1] & 0x7F != self._payload_type:
            return None
        if source != self._source and not self._adopt(source):
            return None
        if self.dating is not None:
            self.dating.packet(data, start, stop)
        span = trim(data, start, stop)
        if span is not None and data[start] & 0x10 and isinstance(self.assembler, Mjpeg):
            self.assembler.extension(data, start + 12, span[0])
        return span

    def _adopt(self, source: int) -> bool:
        """The first source is ours; another becomes ours when it comes twice in a row (RFC 3550 A.1, probation)."""
        if self._source is None or (source, self._next) == self._candidate:
            self._source, self._candidate, self._next = source, None, -1
            return True
        self._candidate = (source, self._next)  # a packet of ours in between would move _next
        return False
