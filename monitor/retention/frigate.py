"""Kind ``frigate``: a Frigate server, asked over its HTTP API. All its times are UTC epoch seconds."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
from monitor.protocols.ssh_login import Login
from monitor.retention.clock import NETWORK
from monitor.retention.decoding import decoded
from monitor.retention.frigate_cap import cap_of
from monitor.retention.frigate_file import INSIDE, Files, read_frigate_file
from monitor.retention.inquiry import HttpOptions, Inquiry, Seen, inquire
from monitor.retention.listing import DAY, Days, read_channel, read_channels
from monitor.retention.options import options_of
from monitor.retention.sampling import prove

OPEN_PORT, LOGIN_PORT, SSH_PORT = 5000, 8971, 22
"""Without a login (inside the machine's own network only), and with one, over TLS."""
RECORDINGS = INSIDE
CLIP_SECONDS = 2.0
MIB = 2**20
"""Frigate tells sizes of segments and disks in units of 2^20 bytes (frigate/record, frigate/stats)."""


class FrigateOptions(HttpOptions):
    """A Frigate server; ``tls`` for its port with a login. With ``database`` it is read over SSH instead."""

    database: str = Field(default="", examples=["/opt/frigate/config/frigate.db"])
    """Where Frigate's database lies on its host, to read that over SSH instead of asking the HTTP API."""
    recordings: str = RECORDINGS
    """With ``database``: where its recordings lie on the host."""
    known_hosts: Path | None = None
    """With ``database``: file with the host key; without one, those of this user and of this machine."""
    private_key: Path | None = None
    """With ``database``: file with the private key of the login; the password, if there is one, opens it."""


async def read_frigate(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Ask for configuration, disks and recordings."""
    options = options_of(FrigateOptions, target)
    if options.database:
        port = options.port or SSH_PORT
        login = Login(target.host, port, target.credentials, target.login, options.known_hosts, options.private_key)
        files = Files(options.database, options.recordings)
        return await read_frigate_file(target, login, files, memory, deadline)
    place = options.place(target.host, OPEN_PORT, LOGIN_PORT)
    return await inquire(target, place, options.request_pause, _see, memory, deadline)


async def _see(inquiry: Inquiry) -> Seen:
    if inquiry.target.credentials is not None:
        await inquiry.http.log_in("/api/login", _form, "application/json", inquiry.deadline)
    answer = await _ask(inquiry, "/api/config")
    cameras = mapping(mapping(answer.json("config")).get("cameras"))
    stats = mapping((await _ask(inquiry, "/api/stats")).json("stats"))
    offset = answer.clock_offset()
    server = _Server(inquiry, cameras, offset or 0.0)
    read, first = partial(server.read, now=answer.at), not inquiry.known.channels
    channels = await read_channels(read, inquiry.target.channels, inquiry.known, inquiry.deadline)
    described = zip(channels, inquiry.target.channels, strict=True)
    return Seen(
        channels=tuple(_described(one, channel, cameras, mapping(stats.get("cameras"))) for one, channel in described),
        disks=_disks(stats),
        samples=await prove(inquiry.proving, server.play, channels, first),
        clock_offset=None if offset is None else round(offset, 1),
        facts={"version": str(mapping(stats.get("service")).get("version", ""))[:40]},
    )


def _form(credentials: Credentials) -> bytes:
    return json.dumps({"user": credentials.username, "password": credentials.password}).encode()


async def _ask(inquiry: Inquiry, path: str) -> Answer:
    return await inquiry.http.ask("GET", path, inquiry.deadline)


class _Server:
    """A source of recordings."""

    def __init__(self, inquiry: Inquiry, cameras: Mapping[str, Any], offset: float) -> None:
        self._inquiry, self._cameras = inquiry, cameras
        self.shift = offset if abs(offset) > NETWORK else 0.0

    async def read(self, channel: Channel, days: Days, now: float) -> tuple[Segment, ...]:
        if channel.channel not in self._cameras:  # the API answers an unknown camera as one without recordings
            raise DeviceError(Outcome.NOT_FOUND, f"the server has no camera {channel.channel!r}")
        return await read_channel(self, channel, days, now)

    async def segments(self, channel: str, start: float, end: float) -> Sequence[Segment]:
        """A day at a time: ten-second segments make 8640 of them."""
        made: list[Segment] = []
        at = start
        while at < end:
            until = min(at + DAY, end)
            window = f"after={at + self.shift:.3f}&before={until + self.shift:.3f}"
            answer = await _ask(self._inquiry, f"/api/{quote(channel, safe='')}/recordings?{window}")
            made += [self._segment(mapping(row)) for row in sequence(answer.json("recordings"))]
            at = until
        return list(dict.fromkeys(made))

    async def play(self, channel: str, at: float, deadline: Deadline) -> Sample:
        """Two seconds cut out by the server, decoded here. Raises DeviceError where nothing was learnt."""
        start = at + self.shift
        path = f"/api/{quote(channel, safe='')}/start/{start:.1f}/end/{start + CLIP_SECONDS:.1f}/clip.mp4"
        answer = await self._inquiry.http.ask("GET", path, deadline, accept=(200, 400, 404))
        if answer.status != 200:
            return Sample(channel, at, False, "cannot be cut out: the server finds no recording there")
        from monitor.vision.recorded import playable

        return await decoded(channel, at, deadline, playable, ((0, answer.body),), len(answer.body), None)

    def _segment(self, row: Mapping[str, Any]) -> Segment:
        start, end, size = (number(row.get(name)) for name in ("start_time", "end_time", "segment_size"))
        if start is None:
            raise DeviceError(Outcome.PROTOCOL, "a recording has no usable time")
        over = None if end is None else end - self.shift
        return Segment(start - self.shift, over, None if size is None else round(size * MIB))


def _described(
    read: ChannelRecordings, channel: Channel, cameras: Mapping[str, Any], stats: Mapping[str, Any]
) -> ChannelRecordings:
    """With the age at which the server deletes, and whether pictures come from the camera."""
    record = mapping(mapping(cameras.get(channel.channel)).get("record"))
    rate = number(mapping(stats.get(channel.channel)).get("camera_fps"))
    online = None if rate is None else rate > 0
    return ChannelRecordings(read.channel, read.segments, read.unread, cap_of(record, channel.event_only), online)


def _disks(stats: Mapping[str, Any]) -> tuple[Disk, ...] | None:
    storage = mapping(mapping(mapping(stats.get("service")).get("storage")).get(RECORDINGS))
    total, free = number(storage.get("total")), number(storage.get("free"))
    if total is None or free is None:
        return None
    status = "ok" if free > 0 else "full"
    return (
        Disk(RECORDINGS, status, round(total * MIB), round(free * MIB), note=str(storage.get("mount_type", ""))[:20]),
    )
