"""What keeps the state file true and small while looks go on: windows, signs of life, old history, old pictures."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.model import Window
from monitor.store import Changes, Store, pictures, settings, windows
from monitor.store.committer import Committer
from monitor.store.tidying import tidy

ALIVE = timedelta(seconds=30)
"""How often the daemon writes that it is at work. Ages are taken without their sign: clocks are set back, too."""
TIDY = timedelta(hours=6)


class Housekeeping:
    """``windows``: the maintenance windows that run or are planned, as people left them a moment ago."""

    def __init__(self, store: Store, committer: Committer, clock: Callable[[], datetime]) -> None:
        self._store, self._committer, self._clock = store, committer, clock
        self._tidied: datetime | None = None
        self.alive: datetime | None = None
        self.windows: tuple[Window, ...] = ()

    def load(self) -> None:
        """Raises StoreError."""
        self.alive = self._store.read(settings.alive)
        self.windows = self._running()

    def windows_between(self, first: datetime, last: datetime) -> tuple[Window, ...]:
        """Raises StoreError."""
        return tuple(self._store.read(windows.between, first, last))

    async def once(self) -> None:
        """What is due now. Raises StoreError."""
        now = self._clock()
        self.windows = await asyncio.to_thread(self._running)
        if self.alive is None or abs(now - self.alive) >= ALIVE:
            self.alive = now
            self._committer.soon(Changes(alive=now))
        if self._tidied is None or abs(now - self._tidied) >= TIDY:
            self._tidied = now
            await asyncio.to_thread(self._tidy, now)

    def _tidy(self, now: datetime) -> None:
        while self._store.write(tidy, now):
            pass
        pictures.prune(pictures.folder(self._store.path))

    def _running(self) -> tuple[Window, ...]:
        return tuple(self._store.read(windows.running, self._clock()))
