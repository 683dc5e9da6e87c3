"""Looks on demand: one at a time per device, shared by all who ask meanwhile."""

import asyncio

from monitor.model import Key
from monitor.web.actions import Actions


class Looks:
    """Keeps a reader's impatience from the devices: asking again while a look runs waits for that look."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self._running: dict[Key, asyncio.Task[None]] = {}

    def running(self, key: Key) -> bool:
        return key in self._running

    async def look(self, key: Key, close: bool, seconds: float) -> bool:
        """Look, and wait at most ``seconds`` for the end. True = the board shows the result."""
        task = self._running.get(key) or self._start(key, close)
        done, _ = await asyncio.wait([task], timeout=seconds)
        for ended in done:
            ended.result()
        return bool(done)

    def _start(self, key: Key, close: bool) -> asyncio.Task[None]:
        async def one() -> None:
            try:
                await self._actions.look_now(key, close)
            finally:
                del self._running[key]

        self._running[key] = task = asyncio.create_task(one())
        return task
