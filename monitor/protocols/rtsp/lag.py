"""Measures how late our own event loop runs, so that our slowness is never blamed on a camera."""

import asyncio
from types import TracebackType

_TICK = 0.25


class LagMeter:
    """While entered, ``worst`` is the longest delay of a timer in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None

    def __enter__(self) -> "LagMeter":
        self._arm()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle:
            self._note(self._handle.when())
            self._handle.cancel()

    def _arm(self) -> None:
        when = self._loop.time() + _TICK
        self._handle = self._loop.call_at(when, self._tick, when)

    def _tick(self, due: float) -> None:
        self._note(due)
        self._arm()

    def _note(self, due: float) -> None:
        self.worst = max(self.worst, self._loop.time() - due)
