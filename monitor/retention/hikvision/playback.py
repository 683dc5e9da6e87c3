"""Plays a recorded instant of a Hikvision recorder over RTSP and decodes a picture of it."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor.model import Deadline, Sample, Target
from monitor.protocols.rtsp import Replay
from monitor.retention.hikvision.isapi import Track
from monitor.retention.hikvision.search import Search
from monitor.retention.replay import Player, play

SECONDS = timedelta(seconds=20)
"""Asked to be played: several key frames."""


class Playback:
    """Plays recordings of one recorder, always from the configured host, whatever address its answers name."""

    def __init__(self, target: Target, port: int, search: Search, tracks: Mapping[str, Track]) -> None:
        self._target, self._port, self._search, self._tracks = target, port, search, tracks

    async def play(self, channel: str, at: float, deadline: Deadline) -> Sample:
        """One picture of the recording at our instant ``at``. Raises DeviceError where nothing was learnt."""
        track = self._tracks[channel]
        found = [item for item in await self._search.items(track.id, at, at + 1) if item.uri]
        if not found:
            return Sample(channel, at, None, "is no longer listed")
        dress, target = self._search.dress, self._target
        player = Player(target.credentials, target.login, dress.drift, dress.zone)
        return await play(player, channel, at, self._url(found[0].uri, at), Replay(), deadline)

    def _url(self, uri: str, at: float) -> str:
        """The playback address of a search answer, from ``at`` on, at the configured host and port."""
        parts = urlsplit(uri)
        dress = self._search.dress
        start, end = dress.wall(at), dress.wall(at) + SECONDS
        asked = dict(parse_qsl(parts.query)) | {
            "starttime": f"{start:%Y%m%dT%H%M%SZ}",
            "endtime": f"{end:%Y%m%dT%H%M%SZ}",
        }
        host = f"[{self._target.host}]" if ":" in self._target.host else self._target.host
        return f"rtsp://{host}:{self._port}{parts.path}?{urlencode(asked)}"
