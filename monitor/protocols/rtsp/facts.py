"""The JSON-ready figures of one look at a stream."""

from collections.abc import Mapping
from typing import Any

from monitor.protocols.rtsp.rtp import Statistics
from monitor.protocols.rtsp.sdp import VideoTrack
from monitor.protocols.rtsp.stream import Stream
from monitor.protocols.rtsp.watch import clock_runs

_NAMES = {"h264": "H.264", "hevc": "H.265", "mjpeg": "MJPEG"}


def stream_facts(track: VideoTrack, stream: Stream | None, clock_seconds: float, now: float) -> dict[str, Any]:
    """Everything that was measured; what could not be is None."""
    facts: dict[str, Any] = {"codec": track.codec, "width": None, "height": None}
    if stream is None:
        return facts
    size = stream.assembler.size or track.size
    if size:
        facts["width"], facts["height"] = size
    return facts | _figures(stream, track.clock_rate, clock_seconds, now)


def _figures(stream: Stream, clock_rate: int, clock_seconds: float, now: float) -> dict[str, Any]:
    seen, keys = stream.statistics, stream.keys
    watched = max(now, seen.last_at) - seen.first_at if seen.packets else 0.0
    return {
        "watched_seconds": round(watched, 3),
        "frames": seen.frames,
        "frames_per_second": _rounded(seen.frames_per_second()),
        "frames_per_second_rtp": _rounded(seen.frames_per_second_rtp(clock_rate)),
        "bytes_per_second": _rounded(seen.bytes / watched) if watched > 0 else None,
        "packets": seen.packets,
        "lost": seen.lost,
        "expected": seen.expected,
        "late_packets": seen.late,
        "loss_ratio": round(seen.lost / seen.expected, 6) if seen.expected else None,
        "sequence_restarts": seen.restarts,
        "foreign_packets": stream.foreign,
        "last_packet_age": round(now - seen.last_at, 3) if seen.packets else None,
        "rtp_clock_running": _running(seen, clock_seconds),
        "largest_gap": _rounded(seen.largest_gap) if seen.frames > 1 else None,
        "jitter": round(seen.jitter / 90000, 6) if seen.frames > 2 else None,
        "key_frame_count": keys.count,
        "key_frame_spacing": _rounded(keys.spacing()),
    }


def _running(seen: Statistics, limit: float) -> bool | None:
    """None when too little was seen to tell."""
    if not clock_runs(seen.stands_since, seen.last_at, limit):
        return False
    return True if seen.frames > 1 else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def seen_in_words(facts: Mapping[str, Any]) -> str:
    """A sentence for a technician about a stream that was seen."""
    size = f" {facts['width']}x{facts['height']}" if facts["width"] else ""
    rate = facts["frames_per_second"]
    speed = f", {rate:.1f} frames/s" if rate is not None else ""
    loss = f", {facts['lost']} of {facts['expected']} packets lost" if facts["lost"] else ""
    return f"{_NAMES[facts['codec']]}{size}{speed}{loss}"
