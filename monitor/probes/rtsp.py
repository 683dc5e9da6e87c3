"""Looks at the live stream: does it come, how fast, how whole."""

import time
from datetime import UTC, datetime

from monitor.model import Deadline, Evidence, Memory, Outcome, Target
from monitor.protocols.rtsp import SELDOM_KEY_FRAME_SECONDS, look

_CLOSE_FACTOR = 5


async def look_at_stream(target: Target, memory: Memory, deadline: Deadline) -> Evidence:  # noqa: ARG001 - keeps nothing
    """Watch the camera's RTSP stream; facts["stream"] as :func:`monitor.protocols.rtsp.look` gives them."""
    at, began = datetime.now(UTC), time.monotonic()
    if not target.rtsp:
        return Evidence("rtsp", at, 0.0, Outcome.UNSUPPORTED, "no RTSP address is configured")
    limits = target.limits.stream
    seen = await look(
        target.rtsp,
        target.credentials,
        target.login,
        deadline=deadline,
        watch_seconds=limits.watch_seconds * (_CLOSE_FACTOR if target.close else 1),
        packet_age_seconds=limits.packet_age_seconds,
        first_key_frame_seconds=SELDOM_KEY_FRAME_SECONDS if target.close else None,
    )
    too_short = seen.glance_was_too_short and not target.close
    return Evidence(
        probe="rtsp",
        at=at,
        seconds=time.monotonic() - began,
        outcome=seen.outcome,
        reason=seen.reason,
        facts={"stream": seen.facts, "suspect": too_short, "too_short": too_short},
        login_worked=seen.login_worked,
    )
