"""WHEN: one job per device and probe, spread by a hash. The only user of APScheduler."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.base import STATE_RUNNING
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from monitor.model import Key, Target
from monitor.plan import CADENCE, probes_of

Poll = Callable[[Key, str], Coroutine[Any, Any, None]]

EACH_SECONDS = 0.5
"""The first looks are so far apart, or closer where that would take longer than the interval: one camera is not kept
waiting for a minute."""
STEP_SECONDS = 5.0
"""The wall clock moved so far against the monotonic one within a second or two: it was set."""
STEP_CHECK = 1.0

log = logging.getLogger(__name__)

# A look that outlasts its interval is counted as a skip; a log line for each would drown the log.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Schedule:
    """Calls ``poll(key, probe)`` for every device and probe, each at its own phase of the interval."""

    def __init__(self, poll: Poll, interval: float, on_skip: Callable[[str], None]) -> None:
        """``on_skip(probe)`` is called when a look is still under way as the next one falls due."""
        self._poll = poll
        self._interval = interval
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        self._on_skip = on_skip
        self._scheduler.add_listener(self._skipped, EVENT_JOB_MAX_INSTANCES)
        self._jobs: dict[str, tuple[Key, str]] = {}
        self._spread = 0.0  # seconds over which the looks are spread
        self._time: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    def start(self) -> None:
        self._scheduler.start()
        self._time = asyncio.create_task(self._keep_time(), name="wall clock")

    async def stop(self, farewell: float) -> None:
        """Call nobody any more; looks under way are cancelled and have ``farewell`` seconds to hang up."""
        self._stopping = True
        if self._time:
            self._time.cancel()
        self._scheduler.remove_all_jobs()
        for look in self._under_way:
            look.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=farewell)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def retarget(self, targets: Iterable[Target], interval: float) -> None:
        """Add what is new, drop what is gone, leave the rest at its phase; another interval moves everything."""
        wanted = {f"{name} {target.key}": (target.key, name) for target in targets for name in probes_of(target)}
        stale = self._jobs.keys() if interval != self._interval else self._jobs.keys() - wanted.keys()
        kept = self._jobs.keys() - stale
        self._interval, self._spread = interval, min(interval, EACH_SECONDS * len(wanted))
        with self._in_one_go():
            for job in stale:
                self._scheduler.remove_job(job)
            for job in wanted.keys() - kept:
                self._add(job, *wanted[job])
        self._jobs = wanted

    def replan(self) -> None:
        """Plan everything from now on: APScheduler goes by the wall clock, and would wait until it is that late again.

        Calendar jobs keep their next date when the clock was set forward, so that none is left out.
        """
        with self._in_one_go():
            for job, (key, name) in self._jobs.items():
                self._scheduler.remove_job(job)
                self._add(job, key, name)
        for job in self._scheduler.get_jobs():
            if job.id not in self._jobs and job.next_run_time > (fresh := job.trigger.get_next_fire_time(None, _now())):
                job.modify(next_run_time=fresh)

    @contextmanager
    def _in_one_go(self) -> Iterator[None]:
        """Every job added would wake the scheduler: with thousands of them the looks would wait for seconds."""
        running = self._scheduler.state == STATE_RUNNING
        if running:
            self._scheduler.pause()
        yield
        if running:
            self._scheduler.resume()

    async def _keep_time(self) -> None:
        """Notice that the wall clock was set."""
        before = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(STEP_CHECK)
            now = time.time() - time.monotonic()
            if abs(now - before) > STEP_SECONDS:
                log.warning("the clock of this machine was set by %+.0f s; all looks are planned anew", now - before)
                self.replan()
            before = now

    def _add(self, job: str, key: Key, name: str) -> None:
        period = self._interval * CADENCE[name]
        # A device slow to change still gets its first look within one poll interval.
        first = _now() + timedelta(seconds=phase(job) * self._spread)
        trigger = IntervalTrigger(seconds=period, start_date=first, timezone=UTC)
        self._scheduler.add_job(self._call, trigger, args=(key, name), id=job)

    async def _call(self, key: Key, name: str) -> None:
        await self._watched(self._poll(key, name))

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that our stop waits for."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        try:
            await task
        except asyncio.CancelledError:
            if not self._stopping:  # only our own stop is no news to the scheduler
                raise
        finally:
            self._under_way.discard(task)

    def _skipped(self, event: Any) -> None:
        if event.job_id in self._jobs:  # a calendar job that outlasts its minute is no look missed
            self._on_skip(str(event.job_id).split()[0])

    def at(self, job: str, cron: str, timezone: str, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Call by the calendar: ``cron`` has the five fields of crontab(5), in the zone's wall clock."""

        async def watched() -> None:
            await self._watched(call())

        self._scheduler.add_job(watched, _trigger(cron, timezone), id=job, replace_existing=True)


def next_after(cron: str, timezone: str, moment: datetime) -> datetime:
    """The first appointment of a crontab(5) line after ``moment``. ValueError for a line without one."""
    after = moment + timedelta(microseconds=1)
    found: datetime | None = _trigger(cron, timezone).get_next_fire_time(None, after)
    if found is None:
        raise ValueError(f"{cron!r} never comes")
    return found


def _trigger(cron: str, timezone: str) -> CronTrigger:
    """APScheduler counts weekdays from Monday = 0, crontab(5) from Sunday = 0: names mean the same to both."""
    *fields, weekdays = cron.split()
    named = ",".join(_weekdays(part) for part in weekdays.split(","))
    return CronTrigger.from_crontab(" ".join((*fields, named)), timezone=ZoneInfo(timezone))


def _weekdays(part: str) -> str:
    """``1-5`` as ``mon,tue,wed,thu,fri``; what is not of numbers alone stays as it is."""
    first, _, last = part.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        return part
    return ",".join(_WEEKDAYS[day % 7] for day in range(int(first), int(last or first) + 1))


_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def _now() -> datetime:
    return datetime.now(UTC)


def phase(name: str) -> float:
    """A fixed place in [0, 1) for a name, so that a fleet's looks spread evenly and a restart keeps them apart."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
