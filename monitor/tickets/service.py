"""The repair desk at work: keeps the job book, runs one worker a sink, and answers the pages."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from monitor.metrics import Metrics
from monitor.model import Job
from monitor.store import Connection, Store, StoreError, jobs, outbox
from monitor.tickets import Sink, alerts, people, summaries
from monitor.tickets.desk import BOOK, Policy, introduce, take_in
from monitor.tickets.record import Detail, detail
from monitor.tickets.text import prepare
from monitor.tickets.worker import Worker

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""How often the book is brought up to date."""
MOST_LISTED = 2000


class TicketService:
    """Lives in one event loop: ``configure``, then ``run``; ``configure`` again with every new configuration."""

    def __init__(self, store: Store, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._store, self._metrics, self._clock = store, metrics, clock
        self._policy = Policy()
        self._sinks: Mapping[str, Sink] = {}
        self._changed = asyncio.Event()

    def configure(self, policy: Policy, sinks: Mapping[str, Sink]) -> None:
        """``sinks`` by name, the same names as in the policy."""
        self._policy, self._sinks = policy, sinks
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled. Messages under way when it is cancelled are sent again at the next start."""
        while True:
            self._changed.clear()
            await asyncio.to_thread(prepare, [site.language for site in self._policy.sites.values()])
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(self._keep_book(), name="job book")]
                for name, sink in self._sinks.items():
                    worker = Worker(name, sink, self._store, self._clock, self._metrics.ticket_request)
                    running.append(tasks.create_task(worker.run(), name=f"desk {name}"))
                await self._changed.wait()
                for task in running:
                    task.cancel()

    async def alerted(self, document: object) -> alerts.Taken:
        """Alertmanager's webhook. Raises ValueError in words, StoreError."""
        told = alerts.parse(document, self._clock())
        return await asyncio.to_thread(self._store.write, alerts.take, told, self._policy, self._clock())

    def listed(self, closed: bool = False) -> list[Job]:
        """Open jobs, oldest first; with ``closed`` the newest jobs of both sorts. Blocks for some milliseconds."""
        return self._store.read(jobs.newest, MOST_LISTED) if closed else self._store.read(jobs.open_jobs)

    def detail(self, name: str) -> Detail | None:
        """A job by its number or key. Blocks for some milliseconds."""
        return self._store.read(detail, name)

    def move(self, key: str, step: people.Step) -> Job:
        """A person takes a step. Blocks until it is durable. Raises people.NotPossible, StoreError."""
        return self._store.write(people.take, key, step)

    async def _keep_book(self) -> None:
        again = True
        while True:
            try:
                await asyncio.to_thread(self._bring_up_to_date, again)
                again = False
            except StoreError as refused:
                log.warning("the job book waits: %s", refused)
            await asyncio.sleep(LOOK_EVERY)

    def _bring_up_to_date(self, first: bool) -> None:
        now = self._clock()
        if first:
            self._store.write(_begin_anew, self._policy, now)
        if self._store.read(_has_work, self._policy, now):
            self._store.write(take_in, self._policy, now)
        self._report()

    def _report(self) -> None:
        backlog = self._store.read(outbox.backlog, [BOOK, *self._policy.sinks])
        self._metrics.outbox(backlog.pending, backlog.oldest, backlog.parked)
        self._metrics.tickets_open(self._store.read(jobs.open_by_site, self._policy.sites))


def _begin_anew(connection: Connection, policy: Policy, now: datetime) -> None:
    """A new configuration or a new start: new desks hear of standing jobs, refused messages get one more chance."""
    introduce(connection, policy, now)
    outbox.retry_parked(connection, policy.sinks, now)


def _has_work(connection: Connection, policy: Policy, now: datetime) -> bool:
    if outbox.due(connection, now, 1, BOOK) or jobs.ripe(connection, now, policy.hold_down):
        return True
    return bool(summaries.due(connection, now))
