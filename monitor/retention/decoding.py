"""Decodes what was fetched of a recording, in a worker process, and says whether it is a picture."""

from collections.abc import Callable
from typing import Any

from monitor import workers
from monitor.model import Deadline, Sample


async def decoded(
    channel: str, at: float, deadline: Deadline, objection: Callable[..., str], *arguments: Any
) -> Sample:
    """Good if ``objection(*arguments)`` has none: it returns why it is no picture, as the end of a sentence."""
    try:
        why = await workers.in_process(objection, *arguments, deadline=deadline)
    except (TimeoutError, workers.WorkerDied, MemoryError) as error:
        return Sample(channel, at, None, f"could not be decoded ({type(error).__name__})")
    return Sample(channel, at, not why, why)
