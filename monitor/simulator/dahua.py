"""A Dahua-like recorder: its CGI interface with finder objects, disks and a lock on wrong passwords.

Written from what is known of the interface; no real recorder was at hand.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.simulator.web import Reply, Request, WebServer

TEXT = "text/plain; charset=utf-8"
LOCKED = 268632081


@dataclass
class DahuaChannel:
    """One channel. ``segments``: (start, end) of its files, UTC epoch seconds by a right clock, oldest first."""

    segments: Sequence[tuple[float, float]] = ()
    mode: int = 0
    size: int = 200_000_000
    tag: str = "R"


@dataclass(kw_only=True)
class DahuaRecorder(WebServer):
    """State of one recorder; change any field while it runs.

    ``fault``: "" = healthy, "foreign_channel", "repeated_page", "error_text", "no_modes", "no_right".
    """

    channels: list[DahuaChannel] = field(default_factory=list)  # the first is channel 1
    disk_state: str = "Success"
    disk_error: bool = False
    disk_type: str = "ReadWrite"
    timezone: str = "Asia/Shanghai"
    clock_offset: float = 0.0
    lock_after: int = 4
    lock_seconds: float = 1800.0
    locked_until: float = 0.0
    fault: str = ""
    finders: dict[str, list[str]] = field(default_factory=dict)

    def locked(self) -> bool:
        return time.time() < self.locked_until

    def refuse(self, request: Request, challenge: str) -> Reply:
        if "authorization" in request.headers:
            if self.refused_logins % self.lock_after == 0 and not self.locked():
                self.locked_until = time.time() + self.lock_seconds
            if self.locked():
                left = round(self.locked_until - time.time())
                body = {"ErrorCode": LOCKED, "Result": False, "RmLock": left, "RmLogin": 0}
                return Reply(json.dumps(body), 403, "application/json")
        return Reply("Invalid Authority!", 401, TEXT, {"WWW-Authenticate": challenge})

    async def answer(self, request: Request) -> Reply:
        action, name = request.query.get("action", ""), request.path.rpartition("/")[2]
        if self.fault == "no_right":
            return Reply("Error\r\nAuthority:check failure.\r\n", 403, TEXT)
        if name == "mediaFileFind.cgi":
            return self._find(action, request.query)
        told = {
            "getCurrentTime": lambda: f"result={self._written(time.time())}",
            "getConfig": self._modes,
            "getDeviceAllInfo": self._disks,
        }.get(action)
        return _said(told()) if told else Reply("Bad Request!", 400, TEXT)

    def _modes(self) -> str:
        if self.fault == "no_modes":
            return "Error\r\nBad Request!"
        return "\r\n".join(f"table.RecordMode[{at}].Mode={one.mode}" for at, one in enumerate(self.channels))

    def _disks(self) -> str:
        total = "2495680086016.000000"
        rows = {"Name": "/dev/sda", "State": self.disk_state, "Detail[0].Path": "/mnt/dvr/sda0"} | {
            "Detail[0].Type": self.disk_type,
            "Detail[0].TotalBytes": total,
            "Detail[0].UsedBytes": total,
            "Detail[0].IsError": str(self.disk_error).lower(),
        }
        return "\r\n".join(f"list.info[0].{name}={value}" for name, value in rows.items())

    def _find(self, action: str, query: dict[str, str]) -> Reply:
        if action == "factory.create":
            name = f"{8137 + len(self.requests) + sum(self.requests.values())}"
            self.finders[name] = []
            return _said(f"result={name}")
        finder = query["object"]
        if action == "findFile":
            return self._begin(finder, query)
        if action == "findNextFile":
            return self._next(finder, int(query["count"]))
        if action == "destroy":
            del self.finders[finder]
        return _said("OK")

    def _begin(self, finder: str, query: dict[str, str]) -> Reply:
        """400 when nothing is found, and when there is no such channel."""
        at, start, end = int(query["condition.Channel"]) - 1, query["condition.StartTime"], query["condition.EndTime"]
        if self.fault == "error_text":
            return _said("Error")
        channel = self.channels[at] if 0 <= at < len(self.channels) else DahuaChannel()
        low, high = (datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() for text in (start, end))
        near = [(a, b) for a, b in channel.segments if a <= high + 86400 and b >= low - 86400]
        written = [(self._written(a), self._written(b)) for a, b in near]
        self.finders[finder] = [
            _item(at + (self.fault == "foreign_channel"), channel, *pair)
            for pair in written
            if pair[0] <= end and pair[1] >= start
        ]
        return _said("OK") if self.finders[finder] else Reply("Bad Request!", 400, TEXT)

    def _next(self, finder: str, count: int) -> Reply:
        found = self.finders[finder][:count]
        if self.fault != "repeated_page":
            self.finders[finder] = self.finders[finder][count:]
        rows = [f"items[{at}].{line}" for at, item in enumerate(found) for line in item.split("\n")]
        return _said("\r\n".join([f"found={len(found)}", *rows]))

    def _written(self, instant: float) -> str:
        return f"{datetime.fromtimestamp(instant + self.clock_offset, ZoneInfo(self.timezone)):%Y-%m-%d %H:%M:%S}"


def _item(number: int, channel: DahuaChannel, start: str, end: str) -> str:
    path = f"/mnt/dvr/2026/0/dav/{start[11:]}-{end[11:]}[{channel.tag}][0@0][0].dav"
    fields = {"Channel": number, "StartTime": start, "EndTime": end, "FilePath": path, "Length": channel.size}
    return "\n".join(f"{name}={value}" for name, value in (fields | {"Type": "dav"}).items())


def _said(text: str) -> Reply:
    return Reply(text + "\r\n", kind=TEXT)
