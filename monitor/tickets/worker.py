"""Carries the messages of one repair desk out of the outbox: at least once, in order, and never in anybody's way."""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from monitor.model import Deadline, Receipt
from monitor.store import Connection, Store, StoreError, jobs, outbox, pictures
from monitor.store.outbox import Message
from monitor.tickets import Sink
from monitor.tickets.errors import Refused, Unavailable, Unsettled
from monitor.tickets.messages import ticket_of

log = logging.getLogger(__name__)

DEADLINE = 20.0
"""Seconds one message may take, with all its requests."""
LOOK_EVERY = 0.5
"""How often the outbox is looked at for new messages."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""After a failure; doubled each time. One request a minute does not hurt a desk that is away for a day."""
LONGEST_ASKED = outbox.MOST_AHEAD.total_seconds()
"""No desk may ask us to wait longer."""
SETTLE = 60.0
"""So long after an opening without an answer its ticket is only looked for: a slow desk may still make or index it."""
LOOK_AGAIN = 10.0
"""How often, meanwhile."""


class Worker:
    """One desk's own: a slow one holds up no other."""

    def __init__(
        self,
        name: str,
        sink: Sink,
        store: Store,
        clock: Callable[[], datetime],
        report: Callable[[str, str, str], None],
    ) -> None:
        """``report`` hears (sink, action, result) of every try; result is ok, refused, failed or unsettled."""
        self._name, self._sink, self._store, self._clock, self._report = name, sink, store, clock, report
        self._failures = 0
        self._undone: set[int] = set()  # messages whose last try certainly did nothing; a restart only forgets to hurry

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                pause = await self.once()
            except StoreError as refused:
                log.warning("the outbox waits: %s", refused)
                pause = LONGEST_WAIT
            await asyncio.sleep(pause)

    async def once(self) -> float:
        """Send what is due until something fails; returns the seconds to wait."""
        while messages := await asyncio.to_thread(self._store.read, outbox.due, self._clock(), 1, self._name):
            wait = await self._deliver(messages[0])
            if wait:
                return wait
        return LOOK_EVERY

    async def _deliver(self, message: Message) -> float:
        """0, or the seconds this desk shall be left alone."""
        unsure = self._unsure(message)
        known = await asyncio.to_thread(self._store.write, _begin, message, self._clock(), unsure)
        if known is None:
            return 0.0
        self._undone.discard(message.id)
        try:
            receipt = await self._send(message, known, unsure)
        except Refused as refused:
            await self._park(message, str(refused))
        except Unsettled as early:
            await self._look_again(message, str(early))
        except Unavailable as away:
            return await self._postpone(message, away, certain=not (away.may_have_it or unsure))
        else:
            await asyncio.to_thread(self._store.write, _done, message, receipt, self._clock())
            self._report(self._name, message.action, "ok")
        if self._failures:
            log.info("%s is available again after %d failures", self._name, self._failures)
        self._failures = 0
        return 0.0

    def _unsure(self, message: Message) -> bool:
        """Did an opening get no answer a short while ago?"""
        if message.action != "open" or message.begun is None or message.id in self._undone:
            return False
        return abs(self._clock() - message.begun) < timedelta(seconds=SETTLE)  # a clock may be set back

    async def _send(self, message: Message, known: Receipt, unsure: bool) -> Receipt:
        evidence = await asyncio.to_thread(_evidence, pictures.folder(self._store.path), message)
        try:
            async with asyncio.timeout(DEADLINE):
                return await self._sink(ticket_of(message, known, evidence, unsure), Deadline.after(DEADLINE))
        except TimeoutError:
            raise Unavailable(f"no answer within {DEADLINE:.0f} s", may_have_it=True) from None

    async def _park(self, message: Message, reason: str) -> None:
        log.error("%s does not take the %s of ticket %s: %s", self._name, message.action, message.fault, reason)
        await asyncio.to_thread(self._store.write, outbox.park, message.id, reason)
        self._report(self._name, message.action, "refused")

    async def _look_again(self, message: Message, reason: str) -> None:
        """The desk is well, so that no other message waits."""
        log.debug("%s: ticket %s: %s", self._name, message.fault, reason)
        until = self._clock() + timedelta(seconds=LOOK_AGAIN)
        await asyncio.to_thread(self._store.write, outbox.postpone, message.id, until)
        self._report(self._name, message.action, "unsettled")

    async def _postpone(self, message: Message, away: Unavailable, certain: bool) -> float:
        """``certain``: nothing came of this try."""
        if certain:
            self._undone.add(message.id)
        wait = max(_wait(self._failures), min(away.retry_after or 0.0, LONGEST_ASKED))
        level = logging.WARNING if self._failures == 0 else logging.DEBUG
        log.log(level, "%s is not available, ticket messages wait: %s", self._name, away)
        self._failures += 1
        until = self._clock() + timedelta(seconds=max(wait, _wait(message.attempts)))
        await asyncio.to_thread(self._store.write, outbox.postpone, message.id, until)
        self._report(self._name, message.action, "failed")
        return wait


def _wait(failures: int) -> float:
    """Doubling, between half and the whole of it, so that many monitors do not return in step."""
    return min(FIRST_WAIT * 2.0 ** min(failures, 16), LONGEST_WAIT) * random.uniform(0.5, 1.0)  # noqa: S311 -- no secret


def _evidence(folder: Path, message: Message) -> dict[str, bytes]:
    """The picture of the opening, if one was kept."""
    if message.action != "open":
        return {}
    try:
        return {"evidence.jpg": (folder / pictures.opening_name(message.fault)).read_bytes()}
    except OSError:
        return {}  # many faults have none, and an old one may be gone


def _begin(connection: Connection, message: Message, now: datetime, only_look: bool) -> Receipt | None:
    """Note the try before it is made, unless it can make nothing.

    None = nothing is to be said any more: it healed before the desk heard of it."""
    if outbox.cancel_healed(connection, message, now):
        return None
    if not only_look:
        outbox.begin(connection, message.id, now)
    return jobs.references(connection, message.fault).get(message.sink, Receipt(""))


def _done(connection: Connection, message: Message, receipt: Receipt, now: datetime) -> None:
    jobs.refer(connection, message.fault, message.sink, receipt)
    outbox.done(connection, message.id, now)
