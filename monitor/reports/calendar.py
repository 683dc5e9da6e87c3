"""Reports by the calendar: which are due, made one at a time, kept, and handed on. Missed ones are caught up."""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Key, Memory, Target
from monitor.reports import inspection, summaries
from monitor.reports.archive import STAMP, Archive, KeptReport
from monitor.reports.commissioning import EVENT
from monitor.reports.compare import Document
from monitor.reports.inspection import Looked
from monitor.reports.material import RECENT, gather
from monitor.reports.periods import Period
from monitor.reports.render import headline, shown
from monitor.reports.site import SiteFile, cron_at
from monitor.schedule import next_after
from monitor.settings.schema import Reports
from monitor.store import Store, StoreError, events, spans

log = logging.getLogger(__name__)

AGAIN = timedelta(hours=1)
"""A report that could not be made is tried again after so long."""
SETTLED = timedelta(minutes=10)
"""A site that was never inspected is inspected when it has been watched for so long, whatever its calendar says."""
TICK = "* * * * *"
"""How often the calendar is looked at: every minute."""

HandOver = Callable[[str, str], Awaitable[None]]
Look = Callable[[Sequence[Target]], Awaitable[list[Looked]]]
Adopt = Callable[[Key, Mapping[str, Memory]], Awaitable[None]]


class Calendar:
    """Lives in the daemon's event loop; ``tick`` is called every minute and never overlaps itself."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        look: Look,
        adopt: Adopt,
        inspected: Callable[[str, datetime], None],
        clock: Callable[[], datetime],
    ) -> None:
        """``look``: every check of these devices, close. ``adopt``: a baseline that was commissioned beside us.

        ``inspected(site, at)`` hears of every completed inspection.
        """
        self._store, self._archive, self._look, self._adopt = store, archive, look, adopt
        self._inspected, self._clock = inspected, clock
        self._known: dict[str, datetime] = {}  # site -> since when this daemon watches it
        self._tried: dict[tuple[str, str], datetime] = {}
        self._adopted = max((one.id for one in store.read(events.of_kind, EVENT)), default=0)
        self.configure({}, Reports(), _nobody)

    def configure(self, sites: Mapping[str, SiteFile], times: Reports, hand_over: HandOver) -> None:
        """Again with every new configuration. ``hand_over(title, line)`` hears of every report."""
        self._sites, self._times, self._hand_over = sites, times, hand_over
        self._known = {site: self._known.get(site, self._clock()) for site in sites}

    async def tick(self) -> None:
        """Take in new baselines, tell of inspections, and make every report that is due."""
        try:
            await self._take_baselines()
        except StoreError as refused:
            log.warning("commissioned baselines wait: %s", refused)
        for site in list(self._sites.values()):
            inspected, due = await asyncio.to_thread(self._due, site)
            if inspected is not None:
                self._inspected(site.id, inspected)
            for kind in due:
                self._tried[site.id, kind] = self._clock()
                await self._make(site, kind)

    def _due(self, site: SiteFile) -> tuple[datetime | None, list[str]]:
        """The last inspection, by hand or by the calendar, and the kinds of report that are due."""
        last = self._last(site)
        crons = self._crons(site)
        return last.get("inspection"), [kind for kind in crons if self._is_due(site, kind, crons[kind], last.get(kind))]

    def _crons(self, site: SiteFile) -> dict[str, str]:
        times = self._times
        return {
            "inspection": site.inspection,
            "day": cron_at(times.daily),
            "week": cron_at(times.weekly.time, weekday=times.weekly.weekday),
            "month": cron_at(times.monthly.time, day=times.monthly.day),
        }

    def _is_due(self, site: SiteFile, kind: str, cron: str, last: datetime | None) -> bool:
        """The first appointment after the last report has come; however long ago that was, it is caught up once."""
        now, tried = self._clock(), self._tried.get((site.id, kind))
        if tried is not None and abs(now - tried) < AGAIN:
            return False
        if kind == "inspection" and not site.targets:
            return False
        if last is None and kind == "inspection":
            return abs(now - self._known.get(site.id, now)) >= SETTLED  # a clock that was set back is no reason to wait
        return next_after(cron, site.timezone, last or self._first_look(site)) <= now

    def _first_look(self, site: SiteFile) -> datetime:
        """Reports begin with the first look at the site, also one of an earlier run of the daemon."""
        try:
            seen = self._store.read(spans.first_look, site.id)
        except StoreError as refused:
            log.warning("reports of %s wait: %s", site.id, refused)
            seen = None
        return seen or self._known.get(site.id, self._clock())

    def _last(self, site: SiteFile) -> dict[str, datetime]:
        """Kind -> when the newest report of it was made; not those of a future that a wrong clock saw."""
        zone = ZoneInfo(site.timezone)
        latest = f"{(self._clock() + AGAIN).astimezone(zone):{STAMP}}"
        newest = {one.kind: one.made for one in reversed(self._archive.kept(site.id)) if one.made <= latest}
        return {kind: datetime.strptime(made, STAMP).replace(tzinfo=zone) for kind, made in newest.items()}

    async def _make(self, site: SiteFile, kind: str) -> None:
        try:
            document = await self._document(site, kind)
            kept = await asyncio.to_thread(self._keep, document, site.language)
        except (OSError, StoreError, ValueError) as refused:
            log.error("the report %s of %s could not be made, it is tried again later: %s", kind, site.id, refused)
            return
        log.info("report kept: %s of %s, %s", kind, site.id, kept.name)
        if kind == "inspection":
            self._inspected(site.id, datetime.fromisoformat(document["made_at"]))
        title, line = headline(document, site.language)
        await self._hand_over(title, f"{line} (reports/{site.id}/{kept.name}.html)")

    async def _document(self, site: SiteFile, kind: str) -> Document:
        if kind != "inspection":
            return await asyncio.to_thread(summaries.make, kind, site, self._store, self._archive, self._clock())
        looked = await self._look(site.targets)
        return await asyncio.to_thread(self._inspection, site, looked)

    def _inspection(self, site: SiteFile, looked: Sequence[Looked]) -> Document:
        now = self._clock()
        period = Period(now - RECENT, now + timedelta(seconds=1), site.timezone)
        material = gather(self._store, site.id, [target.key for target in site.targets], period)
        before = self._archive.newest(site.id, "inspection")
        document = inspection.build(site, looked, material, now, before)
        for device, kind, record in inspection.changes(before, document):
            self._store.write(events.add, events.Event(Key(site.id, device), kind, now, record))
        self._store.write(
            events.add, events.Event(Key(site.id, ""), "inspected", now, {"verdict": document["verdict"]})
        )
        return document

    def _keep(self, document: Document, language: str) -> KeptReport:
        return self._archive.keep(document, shown(document, language))

    async def _take_baselines(self) -> None:
        """``cctv commission`` learned a reference beside the running daemon: it counts from now on."""
        for event in await asyncio.to_thread(self._store.read, events.of_kind, EVENT, self._adopted):
            baseline = {probe: base64.b64decode(text) for probe, text in event.record["baseline"].items()}
            await self._adopt(event.key, baseline)
            self._adopted = event.id


async def _nobody(_title: str, _line: str) -> None:
    """Nobody wants to be told."""
