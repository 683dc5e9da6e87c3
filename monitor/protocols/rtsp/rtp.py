"""RTP (RFC 3550): what the header of each packet says, and the figures that come from it alone."""

import struct

FIXED = struct.Struct(">BBHII")
"""Version, padding, extension and CSRC count; marker and payload type; sequence; timestamp; SSRC."""
FRAMED = struct.Struct(">HHHHQ")
"""The same behind the header of an interleaved frame (RFC 2326 10.12), in fewer pieces: $ and channel; length; flags,
marker and payload type; sequence; timestamp and SSRC."""
_MAX_DROPOUT = 3000  # RFC 3550 A.1: a greater jump is a restart of the source, not a loss
_PAUSE = 1.0
"""Seconds of silence that is no standing of the clock: a slow camera may send the end of a picture with the next."""
_MAX_MISORDER = 100  # the same: a packet no further behind is merely late


def is_late(ahead: int) -> bool:
    """Whether a sequence number so far ahead of the expected one is of a packet that comes late, or again."""
    return (ahead & 0xFFFF) >= 0x10000 - _MAX_MISORDER


def trim(data: bytearray, start: int, stop: int) -> tuple[int, int] | None:
    """The payload's span in a packet with CSRCs, an extension or padding; None when it does not fit (RFC 3550 5.1)."""
    first = data[start]
    payload = start + 12 + 4 * (first & 0x0F)
    if first & 0x10:
        if payload + 4 > stop:
            return None
        payload += 4 + 4 * (data[payload + 2] << 8 | data[payload + 3])
    if first & 0x20:
        stop -= data[stop - 1]
    return (payload, stop) if payload <= stop else None


class Statistics:
    """Figures of one watch; times are seconds of the event loop's clock."""

    __slots__ = (
        "bytes",
        "clock_moved_at",
        "first_at",
        "first_timestamp",
        "frames",
        "jitter",
        "largest_gap",
        "last_at",
        "last_timestamp",
        "late",
        "lost",
        "packets",
        "restarts",
        "sequence",
        "stands_since",
    )

    def __init__(self) -> None:
        self.packets = self.bytes = self.frames = self.lost = self.late = self.restarts = 0
        self.first_at = self.last_at = self.clock_moved_at = self.stands_since = self.largest_gap = self.jitter = 0.0
        self.first_timestamp = self.last_timestamp = self.sequence = 0

    def count(self, sequence: int, timestamp: int, size: int, now: float) -> None:
        """Take in one packet of ``size`` payload bytes."""
        if not self.packets:
            self.first_at = self.clock_moved_at = self.stands_since = now
            self.first_timestamp = self.last_timestamp = timestamp
            self.frames = 1
        elif sequence != self.sequence:
            sequence = self._jump(sequence)
        self.sequence = sequence + 1 & 0xFFFF
        if timestamp != self.last_timestamp:
            self._frame(timestamp, now)
        elif now - self.last_at > _PAUSE:
            self.stands_since = now
        self.packets += 1
        self.bytes += size
        self.last_at = now

    def more(self, packets: int, size: int, now: float) -> None:
        """Take in packets that follow in sequence and belong to the same frame; ``size`` of all payloads."""
        self.sequence = self.sequence + packets & 0xFFFF
        self.packets += packets
        self.bytes += size
        self.last_at = now

    def _jump(self, sequence: int) -> int:
        """Sort out an unexpected number; returns the one to go on from."""
        ahead = sequence - self.sequence & 0xFFFF
        if ahead < _MAX_DROPOUT:
            self.lost += ahead
        elif ahead < 0x10000 - _MAX_MISORDER:
            self.restarts += 1
        else:  # a packet that comes late was counted as lost before
            self.lost = max(0, self.lost - 1)
            self.late += 1
            return self.sequence - 1
        return sequence

    def _frame(self, timestamp: int, now: float) -> None:
        waited = now - self.clock_moved_at
        ticks = (timestamp - self.last_timestamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        # RFC 3550 6.4.1, over each frame's first packet: the packets of one frame share a timestamp.
        self.jitter += (abs(waited * 90000 - ticks) - self.jitter) / 16
        self.largest_gap = max(self.largest_gap, waited)
        self.clock_moved_at = self.stands_since = now
        self.last_timestamp = timestamp
        self.frames += 1

    @property
    def expected(self) -> int:
        return self.packets + self.lost

    def frames_per_second(self) -> float | None:
        """By arrival, between the first and the last frame's first packets; None below two frames."""
        elapsed = self.clock_moved_at - self.first_at
        return (self.frames - 1) / elapsed if self.frames > 1 and elapsed > 0 else None

    def frames_per_second_rtp(self, clock_rate: int) -> float | None:
        """By the camera's own clock; unlike arrival it does not suffer when we ourselves are slow."""
        ticks = (self.last_timestamp - self.first_timestamp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return (self.frames - 1) * clock_rate / ticks if self.frames > 1 and ticks > 0 else None
