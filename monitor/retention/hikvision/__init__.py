"""Kind ``hikvision``: recorders of Hikvision and their many relabelled kin, read over ISAPI."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from monitor.model import ChannelRecordings, Deadline, Evidence, Memory, Outcome, Sample, Target
from monitor.protocols.errors import DeviceError
from monitor.retention.hikvision.isapi import Isapi, Track, explain_refusal
from monitor.retention.hikvision.mapping import swapped
from monitor.retention.hikvision.playback import Playback
from monitor.retention.hikvision.search import WIDEST_DAYS, Search
from monitor.retention.hikvision.source import Recordings, find_newest, tracks_of
from monitor.retention.hikvision.times import Clock, choose, dress_of, read_clock
from monitor.retention.inquiry import HttpOptions, Inquiry, Seen, inquire
from monitor.retention.listing import GOES_ON, read_channels
from monitor.retention.options import options_of
from monitor.retention.sampling import prove

T = TypeVar("T")

DOUBT = 3600.0
"""With nothing recorded for so long on any camera, the way times are written is found out anew."""


class HikvisionOptions(HttpOptions):
    """A Hikvision recorder, or one of its relabelled kin."""

    times: Literal["auto", "local", "utc"] = "auto"
    """How recording times are written: most recorders write local time and call it UTC. auto: found out."""
    rtsp_port: Annotated[int, Field(ge=1, le=65535)] = 554
    """Where recordings are played from, for the proof that they play."""


async def read_hikvision(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Ask the recorder for clock, disks, cameras and recordings."""
    options = options_of(HikvisionOptions, target)

    async def ask(inquiry: Inquiry) -> Seen:
        return await _Look(inquiry, options).see()

    place = options.place(target.host)
    return await inquire(target, place, options.request_pause, ask, memory, deadline, explain_refusal)


class _Look:
    """One look. What a recorder does not know is left out; what it fails at is named as not read."""

    def __init__(self, inquiry: Inquiry, options: HikvisionOptions) -> None:
        self.inquiry, self.options = inquiry, options
        self.target, self.known = inquiry.target, inquiry.known
        self.isapi = Isapi(inquiry.http, inquiry.deadline)
        self.samples: tuple[Sample, ...] = ()
        self.unread: list[str] = []
        self.facts: dict[str, Any] = {}

    async def see(self) -> Seen:
        await self._maybe("login", self.isapi.check_user(), None)
        told, at = await self.isapi.clock()
        clock = read_clock(told, at, self.target.timezone)
        tracks = tracks_of(self.target.channels, await self.isapi.tracks())
        disks = await self._maybe("disks", self.isapi.disks(), None)
        cameras = await self._maybe("cameras", self.isapi.cameras(), {})
        online = await self._maybe("camera states", self.isapi.online(), {})
        channels, why = await self._channels(clock, tracks, at)
        wrong = swapped(self.target.channels, cameras, self.known.own)
        return Seen(
            channels=tuple(_marked(one, tracks.get(one.channel), online, wrong) for one in channels),
            disks=disks,
            clock_offset=round(clock.drift, 1),
            clock_note=why or clock.note,
            samples=self.samples,
            unread=tuple(self.unread),
            facts=self.facts,
        )

    async def _maybe(self, name: str, question: Awaitable[T], default: T) -> T:
        """An answer that other questions do not depend on."""
        try:
            return await question
        except DeviceError as failed:
            if failed.outcome not in GOES_ON:
                raise
            if failed.outcome not in (Outcome.NOT_FOUND, Outcome.UNSUPPORTED):  # old firmware does not know it
                self.unread.append(f"{name}: {failed.reason}")
            return default

    async def _channels(
        self, clock: Clock, tracks: Mapping[str, Track], at: float
    ) -> tuple[tuple[ChannelRecordings, ...], str]:
        """The recordings, and why they cannot be dated ("" = they can)."""
        why = await self._learn_times(clock, tracks, at)
        if why:
            return tuple(ChannelRecordings(one.channel, None, why) for one in self.target.channels), why
        own = self.known.own
        search = Search(self.isapi, dress_of(own["times"], clock), int(own.get("widest", WIDEST_DAYS)))
        source, first = Recordings(search, tracks, at), not self.known.channels
        channels = await read_channels(source.read, self.target.channels, self.known, self.inquiry.deadline)
        own["widest"] = search.widest
        newest = max((one.end or at for channel in channels for one in channel.segments or ()), default=0.0)
        own["doubted"] = newest < at - DOUBT
        playback = Playback(self.target, self.options.rtsp_port, search, tracks)
        self.samples = await prove(self.inquiry.proving, playback.play, channels, first)
        self.facts |= {"times": own["times"], "disabled": [name for name, t in tracks.items() if t.enabled is False]}
        return channels, ""

    async def _learn_times(self, clock: Clock, tracks: Mapping[str, Track], at: float) -> str:
        """How recording times are written: set, known, or found out from what is being recorded now.

        What was found is doubted when nothing seems recorded any more, and dropped only if new recordings come that
        fit the other way: a recorder that has merely stopped never looks so.
        """
        own = self.known.own
        kept = str(own.get("times", ""))
        if self.options.times != "auto" or (kept and not own.get("doubted")):
            own["times"] = kept if self.options.times == "auto" else self.options.times
            return ""
        newest = await find_newest(self.isapi, clock, tracks.values(), at)
        grown = newest is not None and newest.end.wall > float(own.get("newest", newest.end.wall))
        own["times"], why = choose(clock, newest, at, "" if grown else kept)
        if newest is not None:
            own["newest"] = newest.end.wall
        if kept not in ("", own["times"]):
            self.known.channels.clear()
        return why


def _marked(
    read: ChannelRecordings, track: Track | None, online: Mapping[str, bool], wrong: Mapping[str, str]
) -> ChannelRecordings:
    """With what the recorder says of the camera, and unread if it is another camera than configured."""
    read = replace(
        read, cap_days=track.cap_days if track else None, online=online.get(track.channel) if track else None
    )
    return replace(read, segments=None, unread=wrong[read.channel]) if read.channel in wrong else read
