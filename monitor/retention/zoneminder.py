"""Kind ``zoneminder``: a ZoneMinder server (1.36 and later), asked over its HTTP API."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from monitor.model import (
    Channel,
    ChannelRecordings,
    Credentials,
    Deadline,
    Disk,
    Evidence,
    Memory,
    Outcome,
    Sample,
    Segment,
    Target,
)
from monitor.protocols.errors import DeviceError
from monitor.protocols.http_wire import Answer
from monitor.protocols.loose import mapping, number, sequence
from monitor.retention.clock import NETWORK
from monitor.retention.inquiry import HttpOptions, Inquiry, Seen, inquire
from monitor.retention.listing import Days, read_channel, read_channels
from monitor.retention.options import options_of
from monitor.retention.sampling import prove
from monitor.retention.walls import Dress, parse, to_utc
from monitor.retention.zoneminder_play import play_event

PAGE = 100
"""Events of one page, however many are asked for."""
PAGES = 400
OPEN_SECONDS = 3600.0
"""An event without an end that began longer ago was never closed: the capture died over it."""
FORM = "application/x-www-form-urlencoded"


class ZoneminderOptions(HttpOptions):
    """A ZoneMinder server."""

    path: Annotated[str, Field(pattern=r"^(/[\w.-]+)*$")] = "/zm"
    """Where ZoneMinder is on the web server."""


async def read_zoneminder(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Ask for monitors and events."""
    options = options_of(ZoneminderOptions, target)

    async def ask(inquiry: Inquiry) -> Seen:
        return await _Server(inquiry, options.path).see()

    return await inquire(target, options.place(target.host), options.request_pause, ask, memory, deadline, _explain)


def _explain(answer: Answer) -> None:
    """Debian's first user may not use the API: the answer is 401, and the password is right."""
    if b"API disabled" in answer.body or b"API is disabled" in answer.body:
        words = "the API is switched off for this user: Options, Users, API Enabled"
        raise DeviceError(Outcome.FORBIDDEN, words)


class _Server:
    """One look at one server; a source of recordings."""

    def __init__(self, inquiry: Inquiry, root: str) -> None:
        self._inquiry, self._root, self._base = inquiry, root, root + "/api"
        self._token = ""
        self._monitors: dict[str, Mapping[str, Any]] = {}
        self._dress = Dress(ZoneInfo(inquiry.target.timezone))

    @property
    def shift(self) -> float:
        return self._dress.drift

    async def see(self) -> Seen:
        target = self._inquiry.target
        if target.credentials is not None:
            await self._log_in()
        answer = await self._ask("/host/getTimeZone.json")
        note = self._learn_times(answer)
        self._monitors = _by_channel((await self._ask("/monitors.json")).json("monitors"))
        disks = await self._disks()
        read, first = partial(self.read, now=answer.at), not self._inquiry.known.channels
        channels = await read_channels(read, target.channels, self._inquiry.known, self._inquiry.deadline)
        offset = answer.clock_offset()
        return Seen(
            channels=tuple(self._described(one) for one in channels),
            disks=disks,
            samples=await prove(self._inquiry.proving, self.play, channels, first),
            clock_offset=None if offset is None else round(offset, 1),
            clock_note=note,
            facts={"not_recording": [one.channel for one in target.channels if self._is_off(one.channel)]},
        )

    async def _log_in(self) -> None:
        path = f"{self._base}/host/login.json"
        answer = await self._inquiry.http.log_in(path, _form, FORM, self._inquiry.deadline)
        token = mapping(answer.json("login")).get("access_token")
        if not isinstance(token, str) or not token:
            raise DeviceError(Outcome.PROTOCOL, "the login gives no access token")
        self._token = token

    async def _disks(self) -> tuple[Disk, ...] | None:
        """The storage areas. Without the right System: View the answer is 401, which is no refused login."""
        answer = await self._ask("/storage.json", accept=(200, 401, 404))
        if answer.status != 200:
            return None
        rows = [
            mapping(mapping(row).get("Storage")) for row in sequence(mapping(answer.json("storage")).get("storage"))
        ]
        return tuple(_disk(row) for row in rows) or None

    async def play(self, channel: str, at: float, deadline: Deadline) -> Sample:
        """Raises DeviceError where nothing was learnt."""
        monitor = mapping(self._monitors[channel].get("Monitor")).get("Id")
        moment = self._time(at)
        conditions = (f"MonitorId:{monitor}", f"StartDateTime <=:{moment}", f"EndDateTime >:{moment}")
        rows, _ = await self._page(_index(conditions), 1)
        start = parse(str(rows[0].get("StartDateTime"))) if rows else None
        if start is None:
            return Sample(channel, at, None, "is no longer listed")
        return await play_event(self._fetch, rows[0], channel, at, self._dress.read(start), deadline)

    async def _fetch(self, method: str, query: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        whole = f"{self._root}/index.php?{urlencode({**query, **self._key()})}"
        return await self._inquiry.http.ask(
            method, whole, self._inquiry.deadline, headers=headers, accept=(200, 206, 404)
        )

    def _learn_times(self, answer: Answer) -> str:
        """Events are dated in the server's own zone. Returns what is remarkable about its clock."""
        offset = answer.clock_offset() or 0.0
        told, home = str(mapping(answer.json("time zone")).get("tz") or ""), self._inquiry.target.timezone
        try:
            zone, note = ZoneInfo(told or home), ""
        except (ZoneInfoNotFoundError, ValueError, OSError):
            zone, note = ZoneInfo(home), "the server's time zone is not known here; the site's is used"
        self._dress = Dress(zone, offset if abs(offset) > NETWORK else 0.0)
        return note

    async def read(self, channel: Channel, days: Days, now: float) -> tuple[Segment, ...]:
        if channel.channel not in self._monitors:
            raise DeviceError(Outcome.NOT_FOUND, f"the server has no monitor {channel.channel!r}")
        return await read_channel(self, channel, days, now)

    async def segments(self, channel: str, start: float, end: float) -> Sequence[Segment]:
        """Page after page, until the last one or one past the end (404)."""
        monitor = mapping(self._monitors[channel].get("Monitor")).get("Id")
        window = [f"MonitorId:{monitor}", f"StartDateTime >=:{self._time(start)}", f"StartDateTime <:{self._time(end)}"]
        path = _index(window)
        seen: dict[str, Mapping[str, Any]] = {}
        for page in count(1):
            rows, more = await self._page(path, page)
            fresh = {str(row.get("Id")): row for row in rows if str(row.get("Id")) not in seen}
            seen |= fresh
            if not more:
                break
            if not fresh or page == PAGES:
                raise DeviceError(Outcome.INCOMPLETE, "the server's pages of events do not end")
        return self._segments(list(seen.values()))

    async def _page(self, path: str, page: int) -> tuple[list[Mapping[str, Any]], bool]:
        """Events, and whether more follow. Servers differ in how many they give, whatever is asked for."""
        order = {"sort": "StartDateTime", "direction": "asc", "page": page, "limit": PAGE}
        answer = await self._ask(path, order, (200, 404) if page > 1 else (200,))
        if answer.status == 404:
            return [], False
        told = mapping(answer.json("events"))
        rows = [mapping(mapping(row).get("Event")) for row in sequence(told.get("events"))]
        pages = number(mapping(told.get("pagination")).get("pageCount"))
        return rows, bool(rows) and (page < pages if pages else len(rows) >= PAGE)

    def _segments(self, rows: Sequence[Mapping[str, Any]]) -> list[Segment]:
        starts = [parse(str(row.get("StartDateTime"))) for row in rows]
        ends = [parse(str(row.get("EndDateTime"))) for row in rows]
        known = [start for start in starts if start is not None]
        if len(known) < len(rows):
            raise DeviceError(Outcome.PROTOCOL, "an event has no usable start")
        pairs = to_utc([(start, end or start) for start, end in zip(known, ends, strict=True)], self._dress)
        newest = max((start for start, _ in pairs), default=0.0)
        return [
            Segment(start, _end(row, start, over if end else None, newest), _size(row))
            for row, end, (start, over) in zip(rows, ends, pairs, strict=True)
        ]

    def _time(self, instant: float) -> str:
        return f"{self._dress.wall(instant):%Y-%m-%d %H:%M:%S}"

    async def _ask(self, path: str, query: Mapping[str, Any] | None = None, accept: tuple[int, ...] = (200,)) -> Answer:
        """The token goes into the query, as the API wants it."""
        asked = {**(query or {}), **self._key()}
        whole = self._base + path + (f"?{urlencode(asked)}" if asked else "")
        return await self._inquiry.http.ask("GET", whole, self._inquiry.deadline, accept=accept)

    def _key(self) -> dict[str, str]:
        return {"token": self._token} if self._token else {}

    def _described(self, read: ChannelRecordings) -> ChannelRecordings:
        status = mapping(self._monitors.get(read.channel, {}).get("Monitor_Status")).get("Status")
        online = None if status is None else status == "Connected"
        return ChannelRecordings(read.channel, read.segments, read.unread, online=online)

    def _is_off(self, channel: str) -> bool:
        monitor = mapping(self._monitors.get(channel, {}).get("Monitor"))
        return monitor.get("Function") in ("None", "Monitor") or monitor.get("Recording") == "None"


def _end(row: Mapping[str, Any], start: float, end: float | None, newest: float) -> float | None:
    """The newest event may still be open; an older one without an end lasted as long as was counted."""
    if end is not None:
        return end
    is_open = start == newest and time.time() - start < OPEN_SECONDS
    return None if is_open else start + (number(row.get("Length")) or 0.0)


def _form(credentials: Credentials) -> bytes:
    return urlencode({"user": credentials.username, "pass": credentials.password}).encode()


def _by_channel(answer: Any) -> dict[str, Mapping[str, Any]]:
    """Monitors by their number and by their name; a number wins."""
    rows = [mapping(row) for row in sequence(mapping(answer).get("monitors"))]
    named = {str(mapping(row.get("Monitor")).get("Name")): row for row in rows}
    return named | {str(mapping(row.get("Monitor")).get("Id")): row for row in rows}


def _index(conditions: Sequence[str]) -> str:
    return "/events/index/" + "/".join(quote(part, safe=":") for part in conditions) + ".json"


def _disk(row: Mapping[str, Any]) -> Disk:
    """A storage area; ZoneMinder itself deletes long before it is full."""
    total, used = number(row.get("DiskTotalSpace")), number(row.get("DiskUsedSpace"))
    name = str(row.get("Path") or row.get("Name") or "storage")
    if not total or used is None:
        return Disk(name, "unknown", note=str(row.get("Name") or "")[:40])
    free = max(0, int(total - used))
    return Disk(name, "ok" if free else "full", int(total), free, note=str(row.get("Name") or "")[:40])


def _size(row: Mapping[str, Any]) -> int | None:
    """Bytes; not told until the server has counted them."""
    size = number(row.get("DiskSpace"))
    return None if size is None else int(size)
