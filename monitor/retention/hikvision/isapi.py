"""ISAPI, the HTTP interface of Hikvision recorders: the few questions asked of it, and their answers as plain data."""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from monitor.model import Deadline, Disk, Outcome
from monitor.protocols import markup
from monitor.protocols.errors import DeviceError
from monitor.protocols.http import Http
from monitor.protocols.http_wire import Answer
from monitor.retention.inquiry import LOCK_SECONDS, Locked
from monitor.retention.walls import Told, parse

PAGE = 40
"""Results of one page: the most that every firmware gives (web SDK manual)."""
MIB = 1024**2
LARGEST_MIB = 10**9
"""Capacities above are bytes, as old firmware tells them: a petabyte of disk is none."""
STATUS = {
    "ok": "ok",
    "idle": "ok",
    "sleeping": "ok",
    "unformatted": "failed",
    "unformated": "failed",
    "error": "failed",
    "offline": "failed",
    "mismatch": "failed",
}
"""Words of ``hdd/status`` -> ours; anything else, such as formatting, is unknown."""
KINDS = {"timing": "continuous", "motion": "motion", "alarm": "alarm", "manual": "manual"}


@dataclass(frozen=True, slots=True)
class Track:
    """One recorded stream of one channel."""

    id: str
    channel: str
    enabled: bool | None  # CustomExtension/enableSchedule; Track/Enable is false on every one and means nothing
    cap_days: float | None


@dataclass(frozen=True, slots=True)
class Item:
    """One recording of a search answer."""

    track: str
    start: Told
    end: Told
    kind: str
    size: int | None
    uri: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search."""

    status: str  # "OK", "MORE", "NO MATCHES"
    items: tuple[Item, ...]
    told: int = 0  # numOfMatches: of the page, or of all pages


class Isapi:
    """Asks one recorder; every method raises DeviceError."""

    def __init__(self, http: Http, deadline: Deadline) -> None:
        self.http, self.deadline = http, deadline

    async def check_user(self) -> None:
        """Log in with the cheapest question there is."""
        root = await self._get("/ISAPI/Security/userCheck")
        if markup.text(root, "statusValue") not in ("", "200"):
            explain_lock(root)
            raise DeviceError(Outcome.FORBIDDEN, "the recorder does not let this account in")

    async def clock(self) -> tuple[Told, float]:
        """Its wall clock, and our instant half-way through the request."""
        began = time.time()
        root = await self._get("/ISAPI/System/time")
        told = parse(markup.text(root, "localTime"))
        if told is None:
            raise DeviceError(Outcome.PROTOCOL, "the recorder tells no usable time")
        return told, (began + time.time()) / 2

    async def disks(self) -> tuple[Disk, ...]:
        """Hard disks and network disks; ghost rows of removed disks have the status "absent"."""
        root = await self._get("/ISAPI/ContentMgmt/Storage")
        return tuple(_disk(row) for row in markup.each(root, "hdd", "nas"))

    async def tracks(self) -> tuple[Track, ...]:
        root = await self._get("/ISAPI/ContentMgmt/record/tracks")
        return tuple(_track(row) for row in markup.each(root, "Track"))

    async def cameras(self) -> Mapping[str, str]:
        """Channel -> serial number of its camera, else its address: what tells cameras apart."""
        root = await self._get("/ISAPI/ContentMgmt/InputProxy/channels")
        rows = markup.each(root, "InputProxyChannel")
        return {
            markup.text(row, "id"): markup.text(row, "serialNumber") or markup.text(row, "ipAddress") for row in rows
        }

    async def online(self) -> Mapping[str, bool]:
        """Channel -> whether the recorder has its camera."""
        root = await self._get("/ISAPI/ContentMgmt/InputProxy/channels/status")
        rows = markup.each(root, "InputProxyChannelStatus")
        return {markup.text(row, "id"): markup.text(row, "online").lower() == "true" for row in rows}

    async def days(self, track: str, year: int, month: int) -> Mapping[int, bool]:
        """Day of the month -> whether there is any recording; a day that is missing is unknown."""
        body = f"<trackDailyParam><year>{year}</year><monthOfYear>{month}</monthOfYear></trackDailyParam>"
        root = await self._post(f"/ISAPI/ContentMgmt/record/tracks/{track}/dailyDistribution", body)
        rows = [
            (markup.text(row, "dayOfMonth"), markup.text(row, "record").lower()) for row in markup.each(root, "day")
        ]
        return {int(day): record == "true" for day, record in rows if day.isdecimal() and record in ("true", "false")}

    async def page(self, search: str, track: str, start: str, end: str, position: int) -> Page:
        """One page of a search. The order of the elements is mandatory, and so is the misspelling."""
        body = (
            f"<CMSearchDescription><searchID>{search}</searchID><trackIDList><trackID>{escape(track)}</trackID>"
            f"</trackIDList><timeSpanList><timeSpan><startTime>{start}</startTime><endTime>{end}</endTime></timeSpan>"
            f"</timeSpanList><maxResults>{PAGE}</maxResults><searchResultPostion>{position}</searchResultPostion>"
            "<metadataList><metadataDescriptor>//recordType.meta.std-cgi.com</metadataDescriptor></metadataList>"
            "</CMSearchDescription>"
        )
        root = await self._post("/ISAPI/ContentMgmt/search", body)
        status = markup.text(root, "responseStatusStrg", "responseStatusStrip").upper().replace("_", " ")
        if status not in ("OK", "MORE", "NO MATCHES"):
            raise DeviceError(Outcome.PROTOCOL, "the recorder's search answers with an unknown status")
        told = markup.text(root, "numOfMatches")
        items = tuple(_item(row, track) for row in markup.each(root, "searchMatchItem"))
        return Page(status, items, int(told) if told.isdecimal() else 0)

    async def _get(self, path: str) -> markup.Element:
        answer = await self.http.ask("GET", path, self.deadline)
        return markup.parse(answer.body, path.rpartition("/")[2])

    async def _post(self, path: str, body: str) -> markup.Element:
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        text = '<?xml version="1.0" encoding="utf-8"?>' + body
        answer = await self.http.ask("POST", path, self.deadline, body=text.encode(), headers=headers)
        return markup.parse(answer.body, path.rpartition("/")[2])


def new_search() -> str:
    """A search id: one for all pages of a search, another for each search."""
    return str(uuid.uuid4()).upper()


def explain_refusal(answer: Answer) -> None:
    """Raises Locked where the body of a 401 says so; the right password fails then too."""
    try:
        root = markup.parse(answer.body, "userCheck")
    except DeviceError:
        return  # an HTML page or nothing at all: it explains nothing
    explain_lock(root)


def explain_lock(root: markup.Element) -> None:
    if markup.text(root, "lockStatus").lower() in ("lock", "locked"):
        seconds = markup.text(root, "unlockTime")
        raise Locked(float(seconds) if seconds.isdecimal() and int(seconds) else LOCK_SECONDS)


def _disk(row: markup.Element) -> Disk:
    word = markup.text(row, "status").lower()
    capacity, free = markup.text(row, "capacity", "size"), markup.text(row, "freeSpace")
    role = markup.text(row, "property").lower()
    notes = [word] if word not in ("ok", "") else []
    return Disk(
        id=f"{markup.name_of(row).lower()}{markup.text(row, 'id')}",
        status="absent" if word == "notexist" else STATUS.get(word, "unknown"),
        # A redundant disk holds copies: with its size the forecast would promise days that do not exist.
        size=None if role == "redundancy" else _bytes(capacity),
        free=_bytes(free),
        read_only={"ro": True, "rw": False}.get(role),
        note=", ".join([*notes, "redundancy"] if role == "redundancy" else notes),
    )


def _bytes(told: str) -> int | None:
    """Capacities are MiB; old firmware tells bytes."""
    if not told.isdecimal():
        return None
    number = int(told)
    return number if number > LARGEST_MIB else number * MIB


def _track(row: markup.Element) -> Track:
    number = markup.text(row, "id")
    channel = str(int(number) // 100) if number.isdecimal() else ""
    enabled = {"true": True, "false": False}.get(markup.text(row, "enableSchedule").lower())
    return Track(number, channel, enabled, duration_days(markup.text(row, "Duration")))


def duration_days(text: str) -> float | None:
    """Days of an expiry such as P10DT0H; None = none is set."""
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:\d+M)?(?:\d+S)?)?", text)
    years, months, days, hours = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    return years * 365 + months * 30 + days + hours / 24 or None


def _item(row: markup.Element, asked: str) -> Item:
    start, end = parse(markup.text(row, "startTime")), parse(markup.text(row, "endTime"))
    if start is None or end is None:
        raise DeviceError(Outcome.PROTOCOL, "the recorder's search names a recording without usable times")
    described = next(markup.each(row, "metadataMatches"), None)
    word = markup.text(described, "metadataDescriptor").rpartition("/")[2].lower() if described is not None else ""
    uri = markup.text(row, "playbackURI")
    return Item(markup.text(row, "trackID") or asked, start, end, KINDS.get(word, "other"), _size(uri), uri)


def _size(uri: str) -> int | None:
    """Bytes, told in the query of the playback address."""
    try:
        told = parse_qs(urlsplit(uri).query).get("size", [""])[0]
    except ValueError:
        return None
    return int(told) if told.isdecimal() else None
