"""The composition root: every object of the daemon, built once and connected."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from monitor.blame import Rules
from monitor.board import Board
from monitor.descriptors import affordable
from monitor.eyes import Eyes
from monitor.inspecting import look_closely
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.lookers import LOOKERS
from monitor.metrics import Metrics
from monitor.protocols.logins import LoginEntry, LoginGuard
from monitor.reports import calendar
from monitor.reports.archive import Archive
from monitor.rounds import Rounds
from monitor.runner import Runner
from monitor.schedule import Schedule
from monitor.settings import Settings
from monitor.store import STATE_FILE, Store, StoreError, open_somewhere
from monitor.tickets.desk import BOOK
from monitor.tickets.service import TicketService

log = logging.getLogger(__name__)


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Parts:
    """What the daemon is made of."""

    store: Store
    board: Board
    metrics: Metrics
    ledger: Ledger
    eyes: Eyes
    rounds: Rounds
    schedule: Schedule
    tickets: TicketService
    archive: Archive
    calendar: calendar.Calendar


def build(settings: Settings) -> Parts:
    """Every object, connected; nothing runs yet. Raises StoreError when the state folder cannot be used."""
    store = open_somewhere(settings.state_dir / STATE_FILE)
    board, metrics, eyes = Board(), Metrics(), Eyes()
    ledger = Ledger(
        store,
        board,
        settings.patience.raise_after,
        settings.patience.clear_after,
        clock,
        Rules.for_polls(settings.poll.interval),
        (BOOK,),
    )
    runner = Runner(
        LOOKERS,
        judge,
        LoginGuard(*store.logins()),
        slots=affordable(settings.poll.concurrency),
        seconds=settings.poll.deadline,
        on_failure=metrics.look_failed,
        keep_login=partial(_keep_login, ledger),
    )
    rounds = Rounds(runner, ledger, board, eyes, settings.poll.interval, metrics.look_done)
    schedule = Schedule(rounds.poll, settings.poll.interval, lambda _probe: metrics.look_skipped("overdue"))
    tickets = TicketService(store, metrics, clock)
    archive = Archive(settings.state_dir)
    reports = calendar.Calendar(
        store,
        archive,
        partial(look_closely, rounds),
        ledger.adopt,
        metrics.inspected,
        clock,
    )
    return Parts(store, board, metrics, ledger, eyes, rounds, schedule, tickets, archive, reports)


async def _keep_login(ledger: Ledger, entry: LoginEntry) -> None:
    try:
        await ledger.save_logins([entry])
    except StoreError as refused:
        log.warning("a login's state is kept in memory until the disk takes it: %s", refused)
