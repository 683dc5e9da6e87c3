"""Plays a recorded instant of a Hikvision recorder over RTSP and decodes a picture of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor import workers
from monitor.model import Deadline, KeyFrame, LoginState, Outcome, Sample, Target
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp import look
from monitor.retention.hikvision.isapi import Track
from monitor.retention.hikvision.search import Search

SECONDS = timedelta(seconds=20)
"""Asked to be played: several key frames."""
BAD = frozenset({Outcome.NOT_FOUND, Outcome.NO_RTP, Outcome.NO_KEY_FRAME, Outcome.NO_VIDEO, Outcome.STALLED})
"""A playback that ends so is a recording that does not play; any other failure says nothing about the recording."""
DECODE_SECONDS = 5.0


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
        seen = await look(
            self._url(found[0].uri, at),
            self._target.credentials,
            _trusted(self._target.login),
            deadline=deadline.within(max(deadline.left() - DECODE_SECONDS, 1.0)),
            watch_seconds=0.1,
        )
        if seen.key_frames:
            return await _decoded(channel, at, seen.key_frames[0], deadline)
        if seen.outcome in BAD:
            return Sample(channel, at, False, f"cannot be played: {seen.reason}")
        raise DeviceError(seen.outcome, f"could not be played: {seen.reason}")

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


def _trusted(login: LoginState) -> LoginState:
    """The login has just been accepted over ISAPI."""
    return replace(login, rest_until=None, ever_worked=True)


async def _decoded(channel: str, at: float, key_frame: KeyFrame, deadline: Deadline) -> Sample:
    from monitor.vision.playback import shows

    try:
        why = await workers.in_process(shows, key_frame, deadline=deadline)
    except (TimeoutError, workers.WorkerDied, MemoryError) as error:
        return Sample(channel, at, None, f"could not be decoded ({type(error).__name__})")
    return Sample(channel, at, not why, why)
