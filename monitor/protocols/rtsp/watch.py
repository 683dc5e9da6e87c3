"""How long to go on watching a stream, and when to say that it has none, stalls, or never shows a key frame."""

import asyncio
from dataclasses import dataclass

from monitor.model import FEW_FRAMES, SPACINGS, Deadline, Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp.connection import Connection
from monitor.protocols.rtsp.stream import Stream

_SLOWEST = 5.0
"""Seconds two frames may be apart of a camera that has not shown how slow it is: long exposures and the settings for
seldom pictures leave up to four. What the description says of the frame rate knows nothing of the light."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one look wants, in seconds."""

    deadline: Deadline
    watch_seconds: float
    key_frames: int
    key_frame_seconds: float
    phase_seconds: float
    packet_age_seconds: float
    first_key_frame_seconds: float

    @property
    def clock_seconds(self) -> float:
        """Packets with one timestamp for so long = the RTP clock stands; always shorter than the watch."""
        return min(self.packet_age_seconds, 0.75 * self.watch_seconds)


class Watch:
    """Waits on a playing stream until all wishes are met. Raises DeviceError when they will not be."""

    def __init__(self, stream: Stream, connection: Connection, wishes: Wishes, frame_rate: float | None) -> None:
        self._stream = stream
        self._connection = connection
        self._wishes = wishes
        self._frame_rate = frame_rate
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    async def first_packet(self) -> None:
        """Some servers send nothing before the next key frame, so the limit is that of a key frame."""
        limit = self._wishes.deadline.within(self._wishes.key_frame_seconds)
        while not self._stream.statistics.packets:
            if not await self._changed(limit.expires):
                raise self._no_rtp()

    async def done(self) -> None:
        """Until the watch time has passed and the wanted key frames are there."""
        while (until := self._next_check()) is not None:
            await self._changed(until)

    async def _changed(self, until: float) -> bool:
        """Wait for news of the stream; False at the time limit."""
        if failure := self._connection.failure:
            raise failure
        self._stream.changed.clear()
        try:
            async with asyncio.timeout_at(until):
                await self._stream.changed.wait()
        except TimeoutError:
            return False
        return True

    def _next_check(self) -> float | None:
        """When to look again; None = done."""
        now = self._loop.time()
        seen = self._stream.statistics
        silent_at = seen.last_at + self._longest_silence()
        if now >= silent_at:
            raise DeviceError(Outcome.STALLED, f"the video stopped: no packet for {now - seen.last_at:.1f} s")
        if now >= self._wishes.deadline.expires:
            self._out_of_time(now)
            return None
        watched_at = seen.first_at + self._wishes.watch_seconds
        if now < watched_at:
            return min(watched_at, silent_at, self._wishes.deadline.expires)
        self._refuse_standing_clock()
        wishes, begun = self._wishes, self._stream.key_frames
        key_limit = self._stream.progressed_at() + (
            wishes.key_frame_seconds if begun else wishes.first_key_frame_seconds
        )
        if not self._stream.complete() and now < key_limit:
            return min(key_limit, silent_at, self._wishes.deadline.expires)
        if not self._stream.complete():
            self._no_more_keys()
        if seen.frames > 1 and now - seen.last_at <= SPACINGS * seen.largest_gap:
            return None
        return min(now + 0.1, silent_at)  # a slow camera or a stall: the next packet, or none, will show

    def _longest_silence(self) -> float:
        """Seconds without a packet that mean a stall: never less than some of the camera's own frame spacings."""
        wishes, seen = self._wishes, self._stream.statistics
        told = SPACINGS / self._frame_rate if self._frame_rate else 0.0
        spacings = SPACINGS * seen.largest_gap if seen.frames >= FEW_FRAMES else max(_SLOWEST, told)
        return max(wishes.packet_age_seconds, min(spacings, wishes.key_frame_seconds))

    def _refuse_standing_clock(self) -> None:
        seen = self._stream.statistics
        if not clock_runs(seen.stands_since, seen.last_at, self._wishes.clock_seconds):
            stood = seen.last_at - seen.stands_since
            raise DeviceError(Outcome.STALLED, f"packets come, but the camera's RTP clock has stood for {stood:.1f} s")

    def _out_of_time(self, now: float) -> None:
        """The deadline of the whole look has come before the wishes were met."""
        seen = self._stream.statistics
        if not self._stream.complete() and not self._stream.key_frames:
            if now - seen.first_at < min(self._wishes.key_frame_seconds, self._wishes.phase_seconds):
                raise DeviceError(
                    Outcome.TIMEOUT, "the time for this look was over before a key frame could be awaited"
                )
            self._no_more_keys()
        if now - seen.last_at >= self._longest_silence():
            raise DeviceError(Outcome.STALLED, f"the video stopped: no packet for {now - seen.last_at:.1f} s")
        self._refuse_standing_clock()

    def _no_more_keys(self) -> None:
        """None of the wanted key frames in time is an error; fewer than wanted is not."""
        if self._stream.key_frames:
            return
        seen = self._stream.statistics
        lost = f", {seen.lost} of them lost" if seen.lost else ""
        within = f"within {self._loop.time() - seen.first_at:.1f} s ({seen.expected} packets{lost})"
        if self._stream.codec == "mjpeg" and not self._stream.assembler.size:
            words = "the pictures are wider than MJPEG over RTP can say, and the camera tells their size nowhere else"
            raise DeviceError(Outcome.UNSUPPORTED, words)
        if self._stream.keys.count:
            reason = f"key frames came, but none was complete and decodable {within}"
        elif self._stream.assembler.recovery_points:
            reason = f"the camera refreshes its picture in parts and sent no key frame (IDR) {within}"
            raise DeviceError(Outcome.UNSUPPORTED, reason)  # it shows a picture, to those who watch for longer
        else:
            reason = f"no key frame {within}"
        raise DeviceError(Outcome.NO_KEY_FRAME, reason)

    def _no_rtp(self) -> DeviceError:
        waited = self._loop.time() - self._began
        if waited < min(self._wishes.phase_seconds, self._wishes.key_frame_seconds):
            return DeviceError(Outcome.TIMEOUT, f"the time for this look was over {waited:.1f} s after PLAY")
        if self._connection.over_udp:
            words = f"no packet within {waited:.1f} s: a firewall may stop them"
            return DeviceError(Outcome.UNSUPPORTED, f"the camera sends video over UDP only, and there came {words}")
        foreign = self._stream.foreign
        words = f"{foreign} packets of another stream or format" if foreign else "no packet"
        return DeviceError(Outcome.NO_RTP, f"the camera accepted PLAY, but sent {words} within {waited:.1f} s")


def clock_runs(stands_since: float, last_at: float, limit: float) -> bool:
    """Whether the RTP timestamp still advances while packets keep coming."""
    return last_at - stands_since < limit
