"""Batches changes into few durable transactions, in one writing thread, and keeps them when the disk refuses."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from monitor.store.changes import Changes, apply
from monitor.store.database import Store, StoreError

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.03
"""How long a change may wait for company; a flush to disk costs some milliseconds however much is in it."""
LAZY_SECONDS = 15.0
"""How long a finding that changed nothing may stay in memory only."""
RETRY_SECONDS = 2.0
MOST_SPANS = 100_000
"""While the disk refuses, history beyond this is given up, oldest first; faults and messages never are."""


class Committer:
    """Lives in one event loop. ``errors`` counts refused transactions; ``failing`` is why the last one was, or ""."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._soon, self._lazy = Changes(), Changes()
        self._work = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self.task: asyncio.Task[None] | None = None
        self._closing = False
        self.errors = 0
        self.failing = ""

    def start(self) -> None:
        self.task = asyncio.create_task(self._run(), name="store writer")

    def later(self, changes: Changes) -> None:
        """Write within LAZY_SECONDS."""
        self._lazy.update(changes)

    def soon(self, changes: Changes) -> None:
        """Write with the next batch."""
        self._lazy.drop(changes)
        self._soon.update(changes)
        self._work.set()

    async def durable(self, changes: Changes) -> None:
        """Write with the next batch and wait for it. Raises StoreError when refused; it is tried again all the same."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(written)
        self.soon(changes)
        await written

    async def close(self) -> None:
        """Write everything that waits, and stop. Raises StoreError when the last batch was refused."""
        self._closing = True
        self._work.set()
        if self.task is not None:
            await self.task
        self._thread.shutdown()
        if self._soon:
            raise StoreError(self.failing)

    async def _run(self) -> None:
        flushed = asyncio.get_running_loop().time()
        while not self._closing:
            await self._sleep(LAZY_SECONDS if not self.failing else RETRY_SECONDS)
            now = asyncio.get_running_loop().time()
            if now - flushed >= LAZY_SECONDS:
                flushed = now
                self._take_lazy()
            await self._commit()
        self._take_lazy()
        await self._commit()

    async def _sleep(self, seconds: float) -> None:
        """Until there is work, or so many seconds at most; then a moment more, for others to join the batch."""
        try:
            await asyncio.wait_for(self._work.wait(), seconds)
            if not self._closing:
                await asyncio.sleep(RETRY_SECONDS if self.failing else BATCH_SECONDS)
        except TimeoutError:
            pass  # nothing came: time to write what is lazy, or to try again what was refused
        self._work.clear()

    def _take_lazy(self) -> None:
        self._soon.update(self._lazy)
        self._lazy = Changes()

    async def _commit(self) -> None:
        batch, waiting = self._soon, self._waiting
        self._soon, self._waiting = Changes(), []
        if not batch:
            return
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._store.write, apply, batch)
        except StoreError as refused:
            self._keep(batch, refused)
            _tell(waiting, refused)
        except BaseException as broken:
            _tell(waiting, broken)  # nobody may wait for a writer that is gone
            raise
        else:
            if self.failing:
                log.warning("%s can be written again", self._store.path)
            self.failing = ""
            _tell(waiting, None)

    def _keep(self, batch: Changes, refused: StoreError) -> None:
        self.errors += 1
        if str(refused) != self.failing:
            log.error("changes are kept in memory until the disk takes them: %s", refused)
        self.failing = str(refused)
        batch.update(self._soon)
        del batch.spans[:-MOST_SPANS]
        self._soon = batch


def _tell(waiting: list[asyncio.Future[None]], refused: BaseException | None) -> None:
    for written in waiting:
        if written.done():  # its caller was cancelled
            continue
        if refused is None:
            written.set_result(None)
        else:
            written.set_exception(refused)
