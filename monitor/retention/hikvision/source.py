"""A Hikvision recorder as a source of recordings: channels to tracks, its times to ours."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from monitor.model import Channel, Outcome, Segment
from monitor.protocols.errors import DeviceError
from monitor.retention.hikvision import times
from monitor.retention.hikvision.index import Index
from monitor.retention.hikvision.isapi import Isapi, Item, Track
from monitor.retention.hikvision.search import Search
from monitor.retention.hikvision.times import Clock, Newest
from monitor.retention.listing import Days, read_channel
from monitor.retention.walls import Dress, to_utc

HOUR = 3600.0


class Recordings:
    """The recordings of one recorder, by our channel names."""

    def __init__(self, search: Search, tracks: Mapping[str, Track], now: float) -> None:
        self._search, self._tracks, self._now = search, tracks, now
        self._index = Index(search.isapi, search.dress, now)

    @property
    def shift(self) -> float:
        return self._search.dress.drift

    async def read(self, channel: Channel, days: Days) -> tuple[Segment, ...]:
        """All recordings of a channel, held against the recorder's own calendar. Raises DeviceError."""
        track = self._tracks.get(channel.channel)
        if track is None:
            raise DeviceError(Outcome.NOT_FOUND, f"the recorder has no recording track of channel {channel.channel!r}")
        calendar = await self._index.forget_deleted(track, channel, days)
        segments = await read_channel(self, channel, days, self._now)
        doubt = self._index.contradiction(calendar, segments)
        if doubt:
            raise DeviceError(Outcome.INCOMPLETE, doubt)
        return segments

    async def segments(self, channel: str, start: float, end: float) -> Sequence[Segment]:
        items = await self._search.items(self._tracks[channel].id, start, end)
        return to_segments(items, self._search.dress)


def to_segments(items: Sequence[Item], dress: Dress) -> list[Segment]:
    stretches = to_utc([(item.start, item.end) for item in items], dress)
    return [
        Segment(start, end, item.size, item.kind)
        for item, (start, end) in zip(items, stretches, strict=True)
        if end > start
    ]


def tracks_of(channels: Sequence[Channel], tracks: Sequence[Track]) -> dict[str, Track]:
    """Channel as configured -> its main track: a channel number, or the number of a track itself."""
    made: dict[str, Track] = {}
    for channel in channels:
        of_channel = sorted((track for track in tracks if track.channel == channel.channel), key=lambda t: int(t.id))
        exact = [track for track in tracks if track.id == channel.channel]
        if of_channel or exact:
            made[channel.channel] = (of_channel or exact)[0]
    return made


async def find_newest(isapi: Isapi, clock: Clock, tracks: Iterable[Track], at: float) -> Newest | None:
    """Looks at one camera after another until one has recordings about now, by either way to write times."""
    local, utc = times.dress_of("local", clock), times.dress_of("utc", clock)
    apart = (local.wall(at).utcoffset() or timedelta()).total_seconds()
    start, end = at - HOUR + min(0.0, apart), at + HOUR + max(0.0, apart)
    for track in tracks:
        items = await Search(isapi, utc).items(track.id, start, end)
        if items:
            newest = max(items, key=lambda item: item.end.wall)
            return Newest(newest.end, newest.end.wall - newest.start.wall)
    return None
