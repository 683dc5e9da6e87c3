"""Plays a recorded instant of a ZoneMinder event: its video by ranges of the file, or the JPEG of one frame."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from monitor import workers
from monitor.model import Deadline, KeyFrame, Outcome, Sample
from monitor.protocols.errors import DeviceError
from monitor.protocols.http_wire import Answer
from monitor.protocols.loose import number
from monitor.retention import media, proof
from monitor.retention.closed import Instant
from monitor.retention.decoding import decoded

Fetch = Callable[[str, Mapping[str, Any], Mapping[str, str]], Awaitable[Answer]]
"""(method, query of index.php, headers) -> an answer with status 200, 206 or 404. Raises DeviceError."""


async def play_event(
    fetch: Fetch, event: Mapping[str, Any], channel: str, at: float, start: float, deadline: Deadline
) -> Sample:
    """One picture of an event that began at ``start``, at our instant ``at``. DeviceError where nothing was learnt."""
    if event.get("DefaultVideo"):
        return await _video(fetch, event, channel, at, start, deadline)
    return await _frame(fetch, event, channel, at, start, deadline)


async def _video(
    fetch: Fetch, event: Mapping[str, Any], channel: str, at: float, start: float, deadline: Deadline
) -> Sample:
    query = {"view": "view_video", "eid": event.get("Id")}
    told = await fetch("HEAD", query, {})
    if told.status != 200:
        return Sample(channel, at, False, "is listed, but its file cannot be opened")
    size = int(number(told.headers.get("content-length")) or 0)
    length = number(event.get("Length")) or 0.0
    instant = Instant(channel, str(event["DefaultVideo"]), at, start, length, size)
    loop = asyncio.get_running_loop()

    def read(offset: int, count: int) -> bytes:
        last = min(offset + count, size) - 1
        wanted = fetch("GET", query, {"Range": f"bytes={offset}-{last}"})
        answer = asyncio.run_coroutine_threadsafe(_awaited(wanted), loop).result(max(deadline.left(), 0.01))
        return _part(answer, offset, last - offset + 1)

    try:
        part = await workers.in_thread(proof.part_of, instant, read, deadline=deadline)
    except media.Damaged as damaged:
        return Sample(channel, at, False, str(damaged))
    except TimeoutError:
        raise DeviceError(Outcome.TIMEOUT, "the file did not come in time") from None
    return await proof.decode(replace(part, dated="" if part.dated != "file header" else part.dated), deadline)


async def _awaited(answer: Awaitable[Answer]) -> Answer:
    return await answer


def _part(answer: Answer, offset: int, count: int) -> bytes:
    """A server may send the whole file instead of the range."""
    if answer.status == 206:
        return answer.body
    if answer.status == 200:
        return answer.body[offset : offset + count]
    raise DeviceError(Outcome.NOT_FOUND, "the file of the event is gone")


async def _frame(
    fetch: Fetch, event: Mapping[str, Any], channel: str, at: float, start: float, deadline: Deadline
) -> Sample:
    """Frames count from 1; their number at an instant by the mean rate."""
    from monitor.vision.playback import shows

    frames, length = number(event.get("Frames")) or 0.0, number(event.get("Length")) or 0.0
    share = (at - start) / length if length else 0.0
    chosen = 1 + int(min(max(share, 0.0), 0.99) * frames)
    answer = await fetch("GET", {"view": "image", "eid": event.get("Id"), "fid": chosen}, {})
    if answer.status != 200 or not answer.body:
        return Sample(channel, at, False, f"is listed, but its frame {chosen} cannot be opened")
    return await decoded(channel, at, deadline, shows, KeyFrame("mjpeg", answer.body, 0, 0.0))
