"""What keeps the state file true and small while looks go on: windows, signs of life, old history, old pictures."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.model import Key, Window
from monitor.store import Changes, Store, StoreError, events, move_home, notice_loss, pictures, settings, windows
from monitor.store.committer import Committer
from monitor.store.tidying import tidy

log = logging.getLogger(__name__)

ALIVE = timedelta(seconds=30)
"""How often the daemon writes that it is at work. Ages are taken without their sign: clocks are set back, too."""
TIDY = 6 * 3600.0
"""Seconds between two tidyings, and before the first."""
SET_SECONDS = 60.0
"""The wall clock moved so far against the monotonic one: it was set."""
HOME = timedelta(seconds=5)
"""How often a state that could not be written at the start tries to move in again."""


class Housekeeping:
    """What people ordered, as of a moment ago, whichever program they told it.

    ``windows``: the maintenance that runs or is planned. ``accepted``: when a camera's view was last accepted as it is.
    """

    def __init__(self, store: Store, committer: Committer, clock: Callable[[], datetime]) -> None:
        self._store, self._committer, self._clock = store, committer, clock
        self._clock_ahead, self._tidied = float("-inf"), 0.0  # of the monotonic clock; by that clock
        self._tried_home: datetime | None = None
        self.alive: datetime | None = None
        self.windows: tuple[Window, ...] = ()
        self.accepted: dict[Key, datetime] = {}
        self.refused = 0  # attempts to write the state where it belongs
        self._last_accepted = 0

    def load(self) -> None:
        """Raises StoreError."""
        self.alive = self._store.read(settings.alive)
        self.windows = self._running()
        self._read_accepted()

    def windows_between(self, first: datetime, last: datetime) -> tuple[Window, ...]:
        """Raises StoreError."""
        return tuple(self._store.read(windows.between, first, last))

    async def once(self) -> None:
        """What is due now. Raises StoreError."""
        now = self._clock()
        await asyncio.to_thread(notice_loss, self._store)
        if self._store.away and (self._tried_home is None or abs(now - self._tried_home) >= HOME):
            self._tried_home = now
            await self._move_home()
        self.windows = await asyncio.to_thread(self._running)
        await asyncio.to_thread(self._read_accepted)
        if self.alive is None or abs(now - self.alive) >= ALIVE:
            self.alive = now
            self._committer.soon(Changes(alive=now))
        if self._untidied(now) >= TIDY:
            self._tidied = time.monotonic()
            await asyncio.to_thread(self._tidy, now)

    def _untidied(self, now: datetime) -> float:
        """Seconds since the last tidying, or since our clock was set: what a wrong one takes for old would be gone."""
        ticks = time.monotonic()
        if abs(now.timestamp() - ticks - self._clock_ahead) > SET_SECONDS:
            self._clock_ahead, self._tidied = now.timestamp() - ticks, ticks
        return ticks - self._tidied

    async def _move_home(self) -> None:
        before = self._store.away
        try:
            await asyncio.to_thread(move_home, self._store)
        except StoreError as refused:
            self.refused += 1
            if str(refused) != before:
                log.error("the state is still not where it belongs: %s", refused)

    async def accept_view(self, key: Key, by: str) -> None:
        """Durable when this returns; the next look at the picture learns anew. Raises StoreError."""
        event = events.Event(key, events.VIEW_ACCEPTED, self._clock(), {"by": by})
        await asyncio.to_thread(self._store.write, events.add, event)
        await asyncio.to_thread(self._read_accepted)

    def _read_accepted(self) -> None:
        for event in self._store.read(events.of_kind, events.VIEW_ACCEPTED, self._last_accepted):
            self.accepted[event.key] = event.at
            self._last_accepted = event.id

    def _tidy(self, now: datetime) -> None:
        while self._store.write(tidy, now):
            pass
        pictures.prune(pictures.folder(self._store.path))

    def _running(self) -> tuple[Window, ...]:
        return tuple(self._store.read(windows.running, self._clock()))
