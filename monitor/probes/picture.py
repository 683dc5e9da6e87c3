"""Look at the picture: stream, key frames, analysis in a worker process, evidence."""

from datetime import UTC, datetime
from typing import Any

from monitor import vision, workers
from monitor.model import Deadline, Evidence, Memory, Outcome, Target
from monitor.protocols.rtsp import SELDOM_KEY_FRAME_SECONDS, StreamLook, look

CLOSE_SECONDS = 10.0
"""A close look spans at least so long; a glance lasts as long as the stream's timing needs."""
CLOSE_KEY_FRAMES = 8
ANALYSIS_SECONDS = 3.0
"""Kept free at the end of the deadline for the worker."""


async def look_at_picture(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """One key frame at a glance, eight over at least ten seconds on a close look (``target.close``)."""
    at = datetime.now(UTC)
    started = deadline.left()
    seen = await _stream(target, deadline)
    outcome, reason, answer = seen.outcome, seen.reason, vision.Answer({})
    if seen.key_frames:
        question = _question(target, at)
        outcome, reason, answer = await _analysed(seen, memory, question, deadline)
    too_short = seen.glance_was_too_short and not target.close
    suspect = bool(answer.facts.get("suspect")) or too_short
    facts = {"stream": dict(seen.facts), "picture": dict(answer.facts), "suspect": suspect, "too_short": too_short}
    return Evidence(
        "picture",
        at,
        started - deadline.left(),
        outcome,
        reason,
        facts,
        answer.pictures,
        answer.memory or None,
        seen.login_worked,
    )


async def _stream(target: Target, deadline: Deadline) -> StreamLook:
    limits = target.limits.stream
    return await look(
        target.rtsp,
        target.credentials,
        target.login,
        deadline=Deadline(deadline.expires - min(ANALYSIS_SECONDS, deadline.left() / 4)),
        watch_seconds=max(CLOSE_SECONDS, limits.watch_seconds) if target.close else limits.watch_seconds,
        key_frames=CLOSE_KEY_FRAMES if target.close else 1,
        packet_age_seconds=limits.packet_age_seconds,
        first_key_frame_seconds=SELDOM_KEY_FRAME_SECONDS if target.close else None,
    )


async def _analysed(
    seen: StreamLook, memory: Memory, question: vision.Question, deadline: Deadline
) -> tuple[Outcome, str, vision.Answer]:
    """A hostile bitstream costs this one look: the worker's death is an outcome, and what was remembered stays."""
    try:
        answer = await workers.in_process(vision.analyse, seen.key_frames, memory, question, deadline=deadline)
    except (workers.WorkerDied, TimeoutError, MemoryError) as died:
        return Outcome.CRASHED, f"the picture could not be analysed: {died or type(died).__name__}", vision.Answer({})
    return seen.outcome, seen.reason, answer


def _question(target: Target, at: datetime) -> vision.Question:
    options: dict[str, Any] = dict(target.options)
    return vision.Question(
        at=at,
        limits=target.limits.picture,
        close=target.close,
        masks=tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in options.get("masks") or ()),
        accept_view=bool(options.get("accept_view")),
        accepted_at=float(options.get("accepted_at") or 0.0),
        preset=str(options.get("mode") or ""),
    )
