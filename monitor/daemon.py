"""The life of the daemon: its parts are started, given new configurations, and ended."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor import heap, systemd, workers
from monitor.blame import Rules
from monitor.model import Key
from monitor.parts import build, clock
from monitor.plan import CADENCE, probes_of
from monitor.reports import calendar
from monitor.reports.device_file import device_file
from monitor.reports.site import site_files
from monitor.settings import ConfigError, Settings, load
from monitor.store import StoreError, pictures
from monitor.store.spans import Span
from monitor.tickets import notify
from monitor.tickets.record import row
from monitor.tickets.setup import policy_of, sinks_of
from monitor.vision import reference_of
from monitor.web import Actions, create_app, serve
from monitor.web.access import WebConfig, load_web_config

log = logging.getLogger(__name__)

IDLE_ROUNDS = 3
"""When no look has ended for so many poll intervals (or deadlines, if longer) we hang, and systemd must restart us."""
HISTORY = timedelta(days=7)
"""What the device page shows of the past."""
FIXED = ("listen", "web_config", "state_dir", "patience")
"""Settings that are taken at the start only; of ``poll`` the interval follows a reload, the rest does not."""
GIVE_BACK_SECONDS = 10.0
"""How often freed memory is given back; it takes a millisecond or two."""
FAREWELL = 6.0
"""Seconds that looks under way have to say TEARDOWN when the daemon ends."""


class Daemon:
    """Runs until told to stop."""

    def __init__(self, config: Path, settings: Settings, announce: Callable[[str], None]) -> None:
        """``announce`` hears the address of the status page once it answers. Raises StoreError, ConfigError."""
        self._config, self._settings, self._announce = config, settings, announce
        self._web = load_web_config(settings.web_config) if settings.web_config else WebConfig()
        self._parts = build(settings)
        self._parts.ledger.load(settings.targets())
        self._begun_with = settings
        self._stop, self._reload_wanted, self._reloading = asyncio.Event(), asyncio.Event(), asyncio.Lock()

    async def run(self) -> None:
        """Watch until SIGTERM or SIGINT; SIGHUP reads the configuration anew."""
        heap.give_back_freed_memory()
        self._listen_to_signals()
        parts = self._parts
        await parts.metrics.prepare(parts.board)
        gc.collect()
        gc.freeze()  # what lives as long as the daemon need not be searched again: it held the loop for 100 ms
        await parts.ledger.start()
        await workers.warm_up()
        await self._watch(self._settings)
        async with self._background():
            parts.schedule.start()
            parts.schedule.at("reports", calendar.TICK, "UTC", parts.calendar.tick)
            parts.metrics.reloaded(True, clock())
            systemd.notify("READY=1")
            await self._stop.wait()
            systemd.notify("STOPPING=1")
        await self._end()

    async def reload(self) -> str | None:
        """Take the new configuration whole, or keep the old one and say why."""
        async with self._reloading:  # two at once would leave devices of the one and the schedule of the other
            systemd.reloading()
            refused = await self._read_anew()
            self._parts.metrics.reloaded(refused is None, clock())
            systemd.notify("READY=1")
            return refused

    async def _read_anew(self) -> str | None:
        try:
            settings = await asyncio.to_thread(load, self._config)  # ten thousand cameras take seconds
        except ConfigError as error:
            log.error("the new configuration was refused, the old one stands:\n%s", error)
            return str(error)
        await self._watch(settings)
        log.info("the configuration was read anew")
        for warning in (*settings.warnings, *_for_the_next_start(self._begun_with, settings)):
            log.warning("%s", warning)
        return None

    async def _watch(self, settings: Settings) -> None:
        """Make these the devices that are watched."""
        targets = {target.key: target for target in settings.targets()}
        self._settings = settings
        self._parts.tickets.configure(policy_of(settings), sinks_of(settings))
        self._parts.rounds.targets, self._parts.rounds.interval = targets, settings.poll.interval
        await self._parts.ledger.retarget(targets.values(), Rules.for_polls(settings.poll.interval))
        people = partial(notify.tell, [address.get_secret_value() for address in settings.notify])
        self._parts.calendar.configure(site_files(settings), settings.reports, people)
        self._parts.schedule.retarget(targets.values(), settings.poll.interval)
        self._parts.metrics.probe_intervals({name: settings.poll.interval * times for name, times in CADENCE.items()})

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload_wanted.set)

    async def _obey_reloads(self) -> None:
        while True:
            await self._reload_wanted.wait()
            self._reload_wanted.clear()
            await self.reload()

    @asynccontextmanager
    async def _background(self) -> AsyncIterator[None]:
        """What runs beside the looks; if one of these fails, the daemon ends and says so."""
        parts = self._parts
        page = create_app(parts.board, parts.metrics, self._actions())
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(self._obey_reloads()),
                tasks.create_task(parts.eyes.watch()),
                tasks.create_task(parts.ledger.watched()),
                tasks.create_task(self._feed_watchdog()),
                tasks.create_task(_stay_small()),
                tasks.create_task(parts.metrics.keep_ready(parts.board)),
                tasks.create_task(parts.tickets.run()),
                tasks.create_task(serve(page, self._settings.listen, self._web, announce=self._announce)),
            ]
            yield
            for task in running:
                task.cancel()

    def _actions(self) -> Actions:
        """What the pages may ask for."""
        tickets = self._parts.tickets
        return Actions(
            reload=self.reload,
            look_now=self._look_now,
            site_names=self._site_names,
            ready=self._ready,
            history=self._history,
            picture=self._picture,
            accept_view=self._parts.ledger.accept_view,
            tickets=lambda: [row(job) for job in tickets.listed()],
            jobs=tickets.listed,
            job=tickets.detail,
            alerted=tickets.alerted,
            move=tickets.move,
            reports=self._parts.archive.kept,
            device_file=self._device_file,
            report_file=self._parts.archive.file,
        )

    async def _look_now(self, key: Key, close: bool) -> None:
        for name in probes_of(self._parts.board.devices[key].target):
            await self._parts.rounds.look(key, name, close=close)

    def _history(self, key: Key) -> list[Span]:
        return self._parts.ledger.history(key, clock() - HISTORY)

    def _picture(self, key: Key, name: str) -> bytes | None:
        """The learned reference, the last close look explained, or the picture a fault of the device carries."""
        if name == "reference":
            return reference_of(self._parts.ledger.memory(key, "picture"))
        folder = pictures.folder(self._parts.store.path)
        known = {fault.picture for fault in self._parts.board.faults.values() if fault.subject.key == key}
        path = pictures.close(folder, key) if name == "close" else folder / name
        return path.read_bytes() if name in known | {"close"} and path.is_file() else None

    def _device_file(self, key: Key) -> dict[str, Any] | None:
        target = self._parts.rounds.targets.get(key)
        name = self._site_names().get(key.site) or key.site
        return device_file(self._parts.store, target, name, clock()) if target else None

    def _site_names(self) -> dict[str, str]:
        return {site.id: site.name for site in self._settings.sites}

    def _ready(self) -> str | None:
        return self._parts.ledger.store_failing or None

    async def _feed_watchdog(self) -> None:
        """Tell systemd we live, but only while looks really end (or nothing is there to look at)."""
        parts = self._parts
        while True:
            parts.metrics.loop_lag(parts.eyes.lag)
            parts.metrics.store_errors(parts.ledger.store_errors)
            parts.metrics.decoder_restarts(workers.deaths())
            parts.metrics.maintenance(parts.ledger.under_maintenance)
            poll = self._settings.poll
            if not parts.rounds.targets or parts.rounds.idle() < IDLE_ROUNDS * max(poll.interval, poll.deadline):
                systemd.notify("WATCHDOG=1")
            await asyncio.sleep(min((systemd.watchdog_seconds() or 15.0) / 3, 5.0))

    async def _end(self) -> None:
        """No new looks; those under way say goodbye; everything durable; no process left behind."""
        parts = self._parts
        await parts.schedule.stop(FAREWELL)
        try:
            await parts.ledger.close()
        except StoreError:
            pass  # why is said below, as it is for a state that is whole, but not where it belongs
        if parts.ledger.store_failing:
            log.error("what could not be written is lost: %s", parts.ledger.store_failing)
        parts.store.close()
        workers.close()


async def _stay_small() -> None:
    while True:
        await asyncio.sleep(GIVE_BACK_SECONDS)
        heap.give_back_now()


def _for_the_next_start(begun_with: Settings, now: Settings) -> list[str]:
    """What was changed and cannot be taken while we run, in words."""
    before, after = begun_with.poll.model_copy(update={"interval": now.poll.interval}), now.poll
    changed = [name for name in FIXED if getattr(begun_with, name) != getattr(now, name)]
    changed += ["poll"] if before != after else []
    return [f"{name} was changed: restart the daemon for that" for name in changed]
