"""Kind ``dahua``: recorders of Dahua and their relabelled kin, asked over their CGI interface (key=value text)."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import Field

from monitor.model import Channel, Deadline, Disk, Evidence, Memory, Outcome, Sample, Segment, Target
from monitor.protocols.errors import DeviceError
from monitor.protocols.http_wire import Answer
from monitor.protocols.loose import number
from monitor.protocols.rtsp import Replay
from monitor.retention.clock import NETWORK
from monitor.retention.inquiry import HttpOptions, Inquiry, Locked, Seen, inquire
from monitor.retention.listing import GOES_ON, Days, read_channel, read_channels
from monitor.retention.options import options_of
from monitor.retention.replay import Player, play
from monitor.retention.sampling import prove
from monitor.retention.walls import Dress, Told, parse, to_utc

PAGE = 100
PAGES = 200
PLAYED = 20.0
"""Seconds asked to be played: several key frames."""
RTSP_TIME = "%Y_%m_%d_%H_%M_%S"
STOPPED = "2"
"""``RecordMode[].Mode``: 0 by schedule, 1 always, 2 not at all. ``Record[].Enable`` is false and means nothing."""
PASSING = ("", "Initializing", "Formatting", "Recovering")
"""States of a disk that say nothing of how it is."""
COPIES = frozenset({"Redundant", "Backup", "Snapshot"})
"""Types of a partition that holds no recordings of its own, besides ReadWrite and ReadOnly."""
KINDS = {"R": "continuous", "M": "motion", "A": "alarm"}
"""The tag in a file's path, such as [R]; any other is another kind of event."""
Fields = Mapping[str, str]


class DahuaOptions(HttpOptions):
    """A Dahua recorder, or one of its relabelled kin."""

    rtsp_port: Annotated[int, Field(ge=1, le=65535)] = 554
    """Where recordings are played from, for the proof that they play."""


async def read_dahua(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Ask for clock, disks, recording modes and recordings."""
    options = options_of(DahuaOptions, target)

    async def ask(inquiry: Inquiry) -> Seen:
        return await _Look(inquiry, options.rtsp_port).see()

    return await inquire(target, options.place(target.host), options.request_pause, ask, memory, deadline, _explain)


def _explain(answer: Answer) -> None:
    """A lock is told with status 403, as JSON or in words; another 403 is a missing right."""
    text = answer.body[:2000].decode("utf-8", "replace")
    told = re.search(r'"?(?:RmLock|remainLockSecond)"?\s*[:=]\s*(\d+)', text)
    minutes = re.search(r"locked.*?after (\d+) min", text, re.IGNORECASE | re.DOTALL)
    if told and int(told[1]):
        raise Locked(float(told[1]))
    if minutes:
        raise Locked(int(minutes[1]) * 60.0)


class _Look:
    """One look at one recorder; a source of recordings."""

    def __init__(self, inquiry: Inquiry, rtsp_port: int) -> None:
        self._inquiry, self._rtsp_port = inquiry, rtsp_port
        self._dress = Dress(ZoneInfo(inquiry.target.timezone))
        self._modes: dict[str, str] = {}

    @property
    def shift(self) -> float:
        return self._dress.drift

    async def see(self) -> Seen:
        target = self._inquiry.target
        drift, at = await self._clock()
        self._dress = Dress(self._dress.zone, drift)
        self._modes = await self._record_modes()
        unread: list[str] = []
        disks = await self._disks(unread)
        read, first = partial(self.read, now=at), not self._inquiry.known.channels
        channels = await read_channels(read, target.channels, self._inquiry.known, self._inquiry.deadline)
        samples = await prove(self._inquiry.proving, self.play, channels, first)
        off = [one.channel for one in target.channels if self._modes.get(one.channel) == STOPPED]
        return Seen(channels, disks, round(drift, 1), "", samples, tuple(unread), {"disabled": off})

    async def _clock(self) -> tuple[float, float]:
        """Seconds its wall clock is ahead of the site's, and our instant half-way through the request."""
        answer = await self._ask("global.cgi?action=getCurrentTime")
        told = parse(_fields(answer).get("result", ""))
        if told is None:
            raise DeviceError(Outcome.PROTOCOL, "the recorder tells no usable time")
        drift = self._dress.read(Told(told.wall + 0.5, None)) - answer.at  # whole seconds: half a second on average
        return (0.0 if abs(drift) <= NETWORK else drift), answer.at

    async def _record_modes(self) -> dict[str, str]:
        """Channel, counted from 1 -> its recording mode; empty if the recorder does not tell."""
        try:
            answer = await self._ask("configManager.cgi?action=getConfig&name=RecordMode")
        except DeviceError as failed:
            if failed.outcome not in GOES_ON:
                raise
            return {}
        found = (re.fullmatch(r"table\.RecordMode\[(\d+)\]\.Mode=(\d+)", line) for line in _lines(answer))
        return {str(int(match[1]) + 1): match[2] for match in found if match}

    async def _disks(self, unread: list[str]) -> tuple[Disk, ...] | None:
        try:
            answer = await self._ask("storageDevice.cgi?action=getDeviceAllInfo")
        except DeviceError as failed:
            if failed.outcome not in GOES_ON:
                raise
            unread.append(f"disks: {failed.reason}")
            return None
        return tuple(_disk(rows) for rows in _indexed(_fields(answer), r"list(?:\.info)?\[(\d+)\]\.(.+)").values())

    async def read(self, channel: Channel, days: Days, now: float) -> tuple[Segment, ...]:
        name = channel.channel
        if not name.isdecimal() or (self._modes and name not in self._modes):
            raise DeviceError(Outcome.NOT_FOUND, f"the recorder has no channel {name!r}: they count from 1")
        segments = await read_channel(self, channel, days, now)
        if not segments and not self._modes:  # it answers a channel without recordings and no channel alike
            words = "nothing is found, and the recorder does not tell whether it has this channel"
            raise DeviceError(Outcome.INCOMPLETE, words)
        return segments

    async def segments(self, channel: str, start: float, end: float) -> Sequence[Segment]:
        """All pages of one search. The channel counts from 1 in the question and from 0 in the answer."""
        async with self._finder() as finder:
            begin, over = (quote(f"{self._dress.wall(at):%Y-%m-%d %H:%M:%S}", safe=":") for at in (start, end - 1))
            condition = f"condition.Channel={channel}&condition.StartTime={begin}&condition.EndTime={over}"
            path = f"mediaFileFind.cgi?action=findFile&object={finder}&{condition}&condition.Types[0]=dav"
            if (await self._ask(path, (200, 400))).status == 400:
                return []  # nothing found
            rows = await self._pages(finder)
        if any(row.get("Channel") != str(int(channel) - 1) for row in rows):
            raise DeviceError(Outcome.INCOMPLETE, f"asked for channel {channel}, the recorder answers with another one")
        return self._segments(rows)

    async def play(self, channel: str, at: float, deadline: Deadline) -> Sample:
        """Over RTSP; the recorder takes times by its own wall clock."""
        target, dress = self._inquiry.target, self._dress
        begin, over = (f"{dress.wall(instant):{RTSP_TIME}}" for instant in (at, at + PLAYED))
        host = f"[{target.host}]" if ":" in target.host else target.host
        wanted = f"channel={channel}&subtype=0&starttime={begin}&endtime={over}"
        url = f"rtsp://{host}:{self._rtsp_port}/cam/playback?{wanted}"
        player = Player(target.credentials, target.login, dress.drift, dress.zone)
        return await play(player, channel, at, url, Replay(), deadline)

    async def _pages(self, finder: str) -> list[Fields]:
        seen: dict[str, Fields] = {}
        for _ in range(PAGES):
            answer = await self._ask(f"mediaFileFind.cgi?action=findNextFile&object={finder}&count={PAGE}")
            fields = _fields(answer)
            rows = list(_indexed(fields, r"items\[(\d+)\]\.(.+)").values())
            known = len(seen)
            seen |= {json.dumps(sorted(row.items())): row for row in rows}
            if int(number(fields.get("found")) or 0) < PAGE:
                return list(seen.values())
            if len(seen) == known:
                raise DeviceError(Outcome.INCOMPLETE, "the recorder says there is more and gives nothing new")
        raise DeviceError(Outcome.INCOMPLETE, f"the recorder's search does not end within {PAGES} pages")

    def _segments(self, rows: Sequence[Fields]) -> list[Segment]:
        times = [(parse(row.get("StartTime", "")), parse(row.get("EndTime", ""))) for row in rows]
        pairs = [(start, end) for start, end in times if start is not None and end is not None]
        if len(pairs) < len(rows):
            raise DeviceError(Outcome.PROTOCOL, "the recorder's search names a recording without usable times")
        described = zip(rows, to_utc(pairs, self._dress), strict=True)
        return [Segment(start, end, _size(row), _kind(row)) for row, (start, end) in described if end > start]

    @asynccontextmanager
    async def _finder(self) -> AsyncIterator[str]:
        """A search object of the recorder. It has few, and they do not end by themselves."""
        finder = _fields(await self._ask("mediaFileFind.cgi?action=factory.create")).get("result", "")
        if not finder.isalnum():
            raise DeviceError(Outcome.PROTOCOL, "the recorder gives no search object")
        try:
            yield finder
        finally:
            for action in ("close", "destroy"):
                await self._give_back(f"mediaFileFind.cgi?action={action}&object={finder}")

    async def _give_back(self, path: str) -> None:
        try:
            await self._ask(path)
        except DeviceError:
            pass  # the search has its results or its failure; this one is not worth losing them

    async def _ask(self, path: str, accept: tuple[int, ...] = (200,)) -> Answer:
        """Some failures come with status 200 and a body that begins with Error."""
        answer = await self._inquiry.http.ask("GET", f"/cgi-bin/{path}", self._inquiry.deadline, accept=accept)
        if answer.status == 200 and answer.body.lstrip().startswith(b"Error"):
            raise DeviceError(Outcome.SERVER_ERROR, "the recorder answers with an error")
        return answer


def _lines(answer: Answer) -> list[str]:
    return [line.strip() for line in answer.body.decode("utf-8", "replace").splitlines()]


def _fields(answer: Answer) -> Fields:
    return {name: value for name, equals, value in (line.partition("=") for line in _lines(answer)) if equals}


def _indexed(fields: Fields, pattern: str) -> dict[int, dict[str, str]]:
    """``items[3].Channel=0`` and its like as rows by number."""
    made: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        match = re.fullmatch(pattern, name)
        if match:
            made.setdefault(int(match[1]), {})[match[2]] = value
    return made


def _disk(row: Fields) -> Disk:
    """UsedBytes reaches TotalBytes on every healthy full recorder: that is no fault."""
    totals = [number(value) for name, value in row.items() if name.endswith("TotalBytes")]
    used = [number(value) for name, value in row.items() if name.endswith("UsedBytes")]
    types = {value for name, value in row.items() if name.endswith(".Type")}
    size = sum(int(total or 0) for total in totals) or None
    state = row.get("State", "")
    notes = ["" if state == "Success" else state[:40], *sorted(types & COPIES)]
    return Disk(
        id=row.get("Name") or "disk",
        status=_status(row),
        # What holds copies is no room for more days.
        size=None if types and types <= COPIES else size,
        free=None if size is None or not used else max(0, size - sum(int(part or 0) for part in used)),
        read_only=None if not types else types == {"ReadOnly"},
        note=", ".join(filter(None, notes)),
    )


def _status(row: Fields) -> str:
    if any(name.endswith("IsError") and value.lower() == "true" for name, value in row.items()):
        return "failed"
    state = row.get("State", "")
    return "ok" if state == "Success" else "unknown" if state in PASSING else "failed"


def _size(row: Fields) -> int | None:
    size = number(row.get("Length"))
    return None if size is None else int(size)


def _kind(row: Fields) -> str:
    tag = re.search(r"\[([A-Z])\]", row.get("FilePath", ""))
    return KINDS.get(tag[1], "other") if tag else "continuous"
