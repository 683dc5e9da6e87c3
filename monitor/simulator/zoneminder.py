"""A ZoneMinder-like server: the questions about monitors and events of its HTTP API, with its habits."""

import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from time import time
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from monitor.simulator.recorders import make_clip
from monitor.simulator.web import Reply, Request, WebServer

PAGE = 100
MOST_APART = 86400.0
"""No zone and no clock offset of a test moves a time farther, seconds."""


@dataclass
class Monitor:
    """One camera. ``segments``: (start, end) of its events, UTC by a right clock, oldest first; None = never closed."""

    number: int
    name: str = "gate"
    segments: Sequence[tuple[float, float | None]] = ()
    status: str = "Connected"
    function: str = "Record"
    size: int | None = 20_000_000
    video: bytes | None = None  # what stands in every event's file; None = a clip made here
    jpegs: bool = False  # events are kept as single pictures, without a video


@dataclass(kw_only=True)
class ZoneminderServer(WebServer):
    """State of one server; change any field while it runs.

    ``fault``: "" = healthy, "api_disabled", "endless_pages", "no_times", "no_files".
    """

    monitors: list[Monitor] = field(default_factory=list)
    auth: str = ""
    login: bool = True
    timezone: str = "Asia/Shanghai"
    tz: str | None = None  # what it says its zone is; None = the truth
    clock_offset: float = 0.0
    fault: str = ""
    storage: tuple[tuple[str, int, int], ...] = (
        ("/var/cache/zoneminder/events", 10**12, 9 * 10**11),
    )  # path, size, used
    page_size: int = PAGE  # Options, Web: events per page
    sees_system: bool = True  # the user has the right System: View
    token: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)

    async def answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/zm/api")
        if path == "/host/login.json":
            return self._log_in(request)
        if self.login and request.query.get("token") != self.token:
            return self._said({"success": False, "data": {"name": "Unauthorized"}}, 401)
        if path.startswith("/events/index/"):
            return self._events(path, int(request.query.get("page", "1")))
        known: dict[str, Callable[[], Reply]] = {
            "/host/getTimeZone.json": lambda: self._said({"tz": self.timezone if self.tz is None else self.tz}),
            "/monitors.json": lambda: self._said({"monitors": [_described(monitor) for monitor in self.monitors]}),
            "/storage.json": self._storage,
            "/zm/index.php": lambda: self._media(request),
        }
        return known[path]() if path in known else self._said({"success": False, "data": {"name": "Not Found"}}, 404)

    def _log_in(self, request: Request) -> Reply:
        given = parse_qs(request.body.decode())
        if (given.get("user"), given.get("pass")) != ([self.username], [self.password]):
            self.refused_logins += 1
            return self._said({"success": False, "data": {"name": "Login denied"}}, 401)
        if self.fault == "api_disabled":
            return self._said({"success": False, "data": {"name": f"API disabled for: {self.username}"}}, 401)
        return self._said({"access_token": self.token, "access_token_expires": 7200, "version": "1.36.33"})

    def _events(self, path: str, page: int) -> Reply:
        """At most 100 a page, or fewer, whatever the limit; 404 past the last page."""
        at = re.fullmatch(r".*MonitorId:(\d+)/StartDateTime <=:(.{19})/EndDateTime >:(.{19})\.json", path)
        if at is not None:
            return self._event_at(int(at[1]), at[2])
        found = re.fullmatch(r".*MonitorId:(\d+)/StartDateTime >=:(.{19})/StartDateTime <:(.{19})\.json", path)
        assert found is not None
        monitor = next(one for one in self.monitors if one.number == int(found[1]))
        start, end = (datetime.fromisoformat(found[number]).replace(tzinfo=UTC).timestamp() for number in (2, 3))
        numbered = enumerate(monitor.segments, 1)
        near = [(number, pair) for number, pair in numbered if start - MOST_APART <= pair[0] <= end + MOST_APART]
        wanted = [(number, pair) for number, pair in near if found[2] <= self._written(pair[0]) < found[3]]
        rows = [self._event(monitor, number, *pair) for number, pair in wanted]
        if self.fault == "endless_pages" and rows:
            rows = (rows * PAGE)[:PAGE] * (page + 1)
        size = min(self.page_size, PAGE)
        pages = max(1, -(-len(rows) // size))
        if page > pages:
            return self._said({"success": False, "data": {"name": "Not Found"}}, 404)
        shown = rows[(page - 1) * size : page * size]
        return self._said({"events": shown, "pagination": {"page": page, "count": len(rows), "pageCount": pages}})

    def _event_at(self, number: int, moment: str) -> Reply:
        monitor = next(one for one in self.monitors if one.number == number)
        rows = [
            self._event(monitor, at, *pair)
            for at, pair in enumerate(monitor.segments, 1)
            if pair[1] is not None and self._written(pair[0]) <= moment < self._written(pair[1])
        ]
        return self._said({"events": rows})

    def _storage(self) -> Reply:
        """Without the right to see the system it is 401, as for a wrong token."""
        if not self.sees_system:
            return self._said({"success": False, "data": {"name": "Insufficient Privileges"}}, 401)
        rows = [
            {"Storage": {"Id": "1", "Path": path, "Name": "Default", "DiskTotalSpace": size, "DiskUsedSpace": used}}
            for path, size, used in self.storage
        ]
        return self._said({"storage": rows})

    def _media(self, request: Request) -> Reply:
        """Videos by ranges, as view_video.php has them; single frames as JPEG."""
        monitor = self.monitors[0]
        if request.query["view"] == "image":
            return Reply(_jpeg(), kind="image/jpeg") if monitor.video is None else Reply("", 404)
        whole = make_clip() if monitor.video is None else monitor.video
        if self.fault == "no_files":
            return Reply("", 404)
        if request.method == "HEAD":
            return Reply(kind="video/mp4", length=len(whole))
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
        if wanted is None:
            return Reply(whole, kind="video/mp4")
        first, last = int(wanted[1]), int(wanted[2])
        told = {"Content-Range": f"bytes {first}-{last}/{len(whole)}"}
        return Reply(whole[first : last + 1], 206, "video/mp4", told, last - first + 1)

    def _event(self, monitor: Monitor, number: int, start: float, end: float | None) -> dict[str, Any]:
        return {
            "Event": {
                "Id": str(number),
                "MonitorId": str(monitor.number),
                "StartDateTime": None if self.fault == "no_times" else self._written(start),
                "EndDateTime": None if end is None else self._written(end),
                "Length": "0.00" if end is None else f"{end - start:.2f}",
                "DiskSpace": None if monitor.size is None else str(monitor.size),
                "Frames": "0" if end is None else str(int((end - start) * 10)),
                "DefaultVideo": "" if monitor.jpegs else f"{number}-video.mp4",
            }
        }

    def _written(self, instant: float) -> str:
        return f"{datetime.fromtimestamp(instant + self.clock_offset, ZoneInfo(self.timezone)):%Y-%m-%d %H:%M:%S}"

    def _said(self, content: Any, status: int = 200) -> Reply:
        dated = {"Date": formatdate(time() + self.clock_offset, usegmt=True)}
        return Reply(json.dumps(content), status, "application/json", dated)


def _described(monitor: Monitor) -> dict[str, Any]:
    return {
        "Monitor": {"Id": str(monitor.number), "Name": monitor.name, "Function": monitor.function},
        "Monitor_Status": {"Status": monitor.status, "CaptureFPS": "10.00"},
    }


def _jpeg() -> bytes:
    import cv2
    import numpy as np

    across, down = np.meshgrid(np.arange(160), np.arange(96))
    picture = np.stack((across, down * 2, (across + down) % 256), axis=-1).astype(np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()
