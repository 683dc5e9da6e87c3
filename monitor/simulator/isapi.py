"""A Hikvision-like recorder: ISAPI with paging, disks, channels and a lock on wrong passwords, wrong on command.

Written from what is known of the interface (see docs/reference/recorders.md); no real recorder was at hand.
"""

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from monitor.simulator import isapi_search
from monitor.simulator.web import Reply, Request, WebServer

NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"
FAULTS: Mapping[str, str] = {
    "more_for_ever": "every search page says MORE and begins again after the last",
    "more_and_empty": "the page after the last says MORE and is empty",
    "repeated_page": "every page is the first one",
    "wide_500": "searches wider than a day are answered 500",
    "search_500": "every search is answered 500",
    "foreign_track": "searches are answered with recordings of another track",
    "cap_4000": "no search tells more than so many recordings (see most)",
    "ok_for_ever": "every search page says OK; only numOfMatches, the total, tells that there is more",
    "first_page_only": "every search page says OK, numOfMatches is the total, and only the first page has recordings",
    "dialect": "another namespace, other capitals, no blanks; matches have no list around them and no track",
    "total": "numOfMatches is the total, not the number on the page",
    "impossible_times": "recordings end on the 31st of November",
    "no_index": "the day index is not known (404)",
    "index_lies": "the day index says that every day is recorded",
    "old_firmware": "channels and their states are not known (404)",
    "busy": "everything but the login check is answered 503",
    "doctype": "answers declare entities",
    "html": "answers are an HTML page",
}


@dataclass
class IsapiChannel:
    """One channel. ``segments``: (start, end) of its files, UTC epoch seconds by a right clock, oldest first."""

    number: int
    segments: Sequence[tuple[float, float]] = ()
    name: str = "Camera"
    serial: str = ""
    online: bool = True
    kind: str = "timing"
    size: int = 200_000_000  # bytes of one whole file
    duration: str = "P0DT0H"  # age at which recordings are deleted
    scheduled: bool = True

    @property
    def file_seconds(self) -> float:
        return max((end - start for start, end in self.segments[:9]), default=1.0)

    @property
    def track(self) -> str:
        return f"{self.number}01"


@dataclass
class IsapiDisk:
    """Capacity and free space in MiB, as the interface tells them."""

    number: int = 1
    status: str = "ok"
    capacity: int = 7630885
    free: int = 0
    property: str = "RW"


@dataclass(kw_only=True)
class IsapiRecorder(WebServer):
    """State of one recorder; change any field while it runs. ``fault``: a word of FAULTS, "" = healthy.

    ``times``: recordings are written in "local" time, called UTC, or in "utc". ``clock_offset``: its clock is ahead by
    so many seconds, and so are its recordings.
    """

    channels: list[IsapiChannel] = field(default_factory=list)
    disks: list[IsapiDisk] = field(default_factory=lambda: [IsapiDisk()])
    timezone: str = "Asia/Shanghai"
    times: str = "local"
    clock_offset: float = 0.0
    fault: str = ""
    most: int = 4000
    lock_after: int = 5
    lock_seconds: float = 1800.0
    locked_until: float = 0.0

    def locked(self) -> bool:
        return time.time() < self.locked_until

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)

    def written(self, instant: float) -> datetime:
        """A true instant as this recorder writes it, without a zone."""
        zone = UTC if self.times == "utc" else self.zone
        return datetime.fromtimestamp(instant + self.clock_offset, zone).replace(tzinfo=None)

    def refuse(self, request: Request, challenge: str) -> Reply:
        """401, with what the recorder tells of the lock if somebody tried to log in."""
        headers = {"WWW-Authenticate": challenge}
        if "authorization" not in request.headers:
            return Reply(status=401, headers=headers)
        if self.refused_logins % self.lock_after == 0 and not self.locked():
            self.locked_until = time.time() + self.lock_seconds
        word, left = (
            ("lock", 0) if self.locked() else ("unlock", self.lock_after - self.refused_logins % self.lock_after)
        )
        seconds = max(0, math.ceil(self.locked_until - time.time()))
        body = (
            f"<statusValue>401</statusValue><statusString>Unauthorized</statusString><lockStatus>{word}</lockStatus>"
            f"<unlockTime>{seconds}</unlockTime><retryLoginTime>{left}</retryLoginTime>"
        )
        return self._wrapped("userCheck", body, 401, headers)

    async def answer(self, request: Request) -> Reply:
        if self.fault == "html":
            return Reply("<html><body>Document Error: Page not found<br></body></html>", kind="text/html")
        if self.fault == "busy" and not request.path.endswith("/userCheck"):
            return self.error(503, 2, "Device Busy", "deviceBusy")
        handler = HANDLERS.get(request.path)
        if handler is not None:
            return handler(self, request)
        if request.path.endswith("/dailyDistribution"):
            return isapi_search.distribution(self, request)
        return self.error(404, 4, "Invalid Operation", "notSupport")

    def error(self, status: int, code: int, words: str, sub: str) -> Reply:
        body = (
            f"<statusCode>{code}</statusCode><statusString>{words}</statusString><subStatusCode>{sub}</subStatusCode>"
        )
        return self._wrapped("ResponseStatus", body, status)

    def _wrapped(self, root: str, body: str, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
        declared = '<!DOCTYPE x [<!ENTITY e "entity">]>' if self.fault == "doctype" else ""
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>{declared}<{root} version="2.0" xmlns="{NAMESPACE}">{body}</{root}>'
        )
        return Reply(_in_dialect(text) if self.fault == "dialect" else text, status, headers=headers or {})

    def wrapped(self, root: str, body: str) -> Reply:
        return self._wrapped(root, body)


def _in_dialect(xml: str) -> str:
    """The same, as another firmware might have written it."""
    xml = re.sub(r"</?matchList>|<trackID>[^<]*</trackID>", "", xml.replace(NAMESPACE, "urn:psialliance-org"))
    for plain, odd in (
        (">true<", ">True<"),
        ("NO MATCHES", "No_Matches"),
        ("responseStatusStrg", "ResponseStatusStrg"),
    ):
        xml = xml.replace(plain, odd)
    return re.sub(r"<(/?)(?=\w)", r"<\1x:", xml).replace(" xmlns=", " xmlns:x=")


def _check(recorder: IsapiRecorder, _: Request) -> Reply:
    return recorder.wrapped("userCheck", "<statusValue>200</statusValue><statusString>OK</statusString>")


def _time(recorder: IsapiRecorder, _: Request) -> Reply:
    local = datetime.fromtimestamp(time.time() + recorder.clock_offset, recorder.zone)
    offset = local.utcoffset()
    assert offset is not None
    hours = offset.total_seconds() / 3600
    return recorder.wrapped(
        "Time",
        f"<timeMode>NTP</timeMode><localTime>{local.isoformat(timespec='seconds')}</localTime>"
        f"<timeZone>CST{-hours:+.0f}:00:00</timeZone>",
    )


def _storage(recorder: IsapiRecorder, _: Request) -> Reply:
    rows = "".join(
        f"<hdd><id>{disk.number}</id><hddName>hdd{disk.number}</hddName><hddPath/><hddType>SATA</hddType>"
        f"<status>{disk.status}</status><capacity>{disk.capacity}</capacity><freeSpace>{disk.free}</freeSpace>"
        f"<property>{disk.property}</property></hdd>"
        for disk in recorder.disks
    )
    return recorder.wrapped("storage", f"<hddList>{rows}</hddList><nasList/><workMode>quota</workMode>")


def _tracks(recorder: IsapiRecorder, _: Request) -> Reply:
    return recorder.wrapped("TrackList", "".join(_track_rows(recorder)))


def _track_rows(recorder: IsapiRecorder) -> Iterator[str]:
    for channel in recorder.channels:
        for stream in (1, 2):
            yield (
                f"<Track><id>{channel.number}{stream:02}</id><Channel>{channel.number}{stream:02}</Channel>"
                f"<Enable>false</Enable><Description>track</Description><Duration>{channel.duration}</Duration>"
                "<TrackSchedule><ScheduleBlockList><ScheduleBlock><ScheduleAction><id>1</id><ScheduleActionStartTime>"
                "<DayOfWeek>Monday</DayOfWeek><TimeOfDay>00:00:00</TimeOfDay></ScheduleActionStartTime><Actions><Record>"
                "true</Record><ActionRecordingMode>CMR</ActionRecordingMode></Actions></ScheduleAction></ScheduleBlock>"
                "</ScheduleBlockList></TrackSchedule><CustomExtensionList><CustomExtension>"
                f"<enableSchedule>{str(channel.scheduled).lower()}</enableSchedule></CustomExtension>"
                "</CustomExtensionList></Track>"
            )


def _channels(recorder: IsapiRecorder, _: Request) -> Reply:
    if recorder.fault == "old_firmware":
        return recorder.error(404, 4, "Invalid Operation", "notSupport")
    rows = "".join(
        f"<InputProxyChannel><id>{channel.number}</id><name>{escape(channel.name)}</name><sourceInputPortDescriptor>"
        f"<proxyProtocol>HIKVISION</proxyProtocol><ipAddress>192.0.2.{channel.number}</ipAddress><model>DS-2CD</model>"
        f"<serialNumber>{channel.serial}</serialNumber></sourceInputPortDescriptor></InputProxyChannel>"
        for channel in recorder.channels
    )
    return recorder.wrapped("InputProxyChannelList", rows)


def _states(recorder: IsapiRecorder, _: Request) -> Reply:
    if recorder.fault == "old_firmware":
        return recorder.error(404, 4, "Invalid Operation", "notSupport")
    rows = "".join(
        f"<InputProxyChannelStatus><id>{channel.number}</id><online>{str(channel.online).lower()}</online>"
        f"<chanDetectResult>{'connect' if channel.online else 'netUnreachable'}</chanDetectResult>"
        "</InputProxyChannelStatus>"
        for channel in recorder.channels
    )
    return recorder.wrapped("InputProxyChannelStatusList", rows)


HANDLERS: Mapping[str, Callable[[IsapiRecorder, Request], Reply]] = {
    "/ISAPI/Security/userCheck": _check,
    "/ISAPI/System/time": _time,
    "/ISAPI/ContentMgmt/Storage": _storage,
    "/ISAPI/ContentMgmt/record/tracks": _tracks,
    "/ISAPI/ContentMgmt/InputProxy/channels": _channels,
    "/ISAPI/ContentMgmt/InputProxy/channels/status": _states,
    "/ISAPI/ContentMgmt/search": isapi_search.search,
}


def files(
    now: float, days: float = 16.0, seconds: float = 900.0, holes: Sequence[tuple[float, float]] = ()
) -> list[tuple[float, float]]:
    """Files without a break up to now, but for the holes, at whose edges they are cut. UTC epoch seconds."""
    made: list[tuple[float, float]] = []
    start = now - days * 86400.0
    while start < now:
        end = min(start + seconds, now)
        made += _outside(start, end, holes)
        start = end
    return made


def _outside(start: float, end: float, holes: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    left = [(start, end)]
    for begin, over in holes:
        left = [part for a, b in left for part in ((a, min(b, begin)), (max(a, over), b)) if part[1] > part[0]]
    return left
