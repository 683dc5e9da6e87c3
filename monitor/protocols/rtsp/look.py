"""One look at a stream: connect, describe, set up, play, watch, tear down; whatever happens, within the deadline."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from monitor.model import FEW_FRAMES, SPACINGS, Credentials, Deadline, KeyFrame, LoginState, Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp.connection import Connection
from monitor.protocols.rtsp.dated import Dating, Replay
from monitor.protocols.rtsp.facts import seen_in_words, stream_facts
from monitor.protocols.rtsp.lag import LagMeter
from monitor.protocols.rtsp.sdp import VideoTrack
from monitor.protocols.rtsp.session import Login, Redirect, Session
from monitor.protocols.rtsp.stream import Stream
from monitor.protocols.rtsp.url import address_of, redirect_url, split_url
from monitor.protocols.rtsp.watch import Watch, Wishes

TEARDOWN_SECONDS = 0.3
"""Kept back from the deadline, so that the session is given back even when everything else took too long."""
SELDOM_KEY_FRAME_SECONDS = 20.0
"""So long a close look awaits the first key frame: cameras with smart codecs leave 10 s and more between two."""
_LAG_WORTH_TELLING = 0.1
_LAG_THAT_BLINDS = 1.0
_PERHAPS_OURS = {Outcome.CONNECT_TIMEOUT, Outcome.TIMEOUT, Outcome.NO_RTP, Outcome.NO_KEY_FRAME, Outcome.STALLED}


@dataclass(frozen=True, slots=True)
class StreamLook:
    """What one look at a stream saw; ``reason`` and ``facts`` hold no secret."""

    outcome: Outcome
    reason: str
    facts: dict[str, Any]
    key_frames: tuple[KeyFrame, ...] = field(default=(), repr=False)
    login_worked: bool | None = None  # None = no credentials were sent, or the answer did not tell

    @property
    def glance_was_too_short(self) -> bool:
        """The video flowed, and no key frame even began: some cameras send one every 10 to 20 s only (smart codecs). Or
        so few frames came that the silence behind them tells nothing."""
        if self.outcome is Outcome.NO_KEY_FRAME:
            return not self.facts.get("key_frame_count")
        told = SPACINGS * (self.facts.get("largest_gap") or 0.0)
        few = self.outcome is Outcome.SEEN and self.facts["frames"] < FEW_FRAMES
        return few and self.facts["last_packet_age"] > told


async def look(
    url: str,
    credentials: Credentials | None,
    login: LoginState,
    *,
    deadline: Deadline,
    watch_seconds: float = 2.0,
    key_frames: int = 1,
    key_frame_seconds: float = 10.0,
    phase_seconds: float = 3.0,
    packet_age_seconds: float = 1.5,
    first_key_frame_seconds: float | None = None,
    replay: Replay | None = None,
) -> StreamLook:
    """Look at an RTSP stream; returns once the watch time has passed and the wanted key frames are there.

    ``watch_seconds`` counts from the first packet; ``key_frame_seconds`` is the longest wait for the first packet and
    for each key frame, ``first_key_frame_seconds`` (by default the same) for the first one; ``phase_seconds`` the
    longest of connecting and of every request. Never raises for what a device does; ValueError for what is no URL.
    A session is always torn down, also when cancelled.

    ``replay``: a recording is wanted; ``facts["recorded_at"]`` then says by whose word the first key frame is of when.
    ``facts["phases"]``: seconds each step took; first_packet and key_frame count from the reply to PLAY.
    """
    clean, found = split_url(url)
    early = Deadline(deadline.expires - min(TEARDOWN_SECONDS, deadline.left() / 4))
    first_key = key_frame_seconds if first_key_frame_seconds is None else first_key_frame_seconds
    wishes = Wishes(early, watch_seconds, key_frames, key_frame_seconds, phase_seconds, packet_age_seconds, first_key)
    return await _Look(clean, Login(credentials or found, login), wishes, deadline, replay).run()


class _Look:
    def __init__(self, url: str, login: Login, wishes: Wishes, last: Deadline, replay: Replay | None) -> None:
        self._url = url
        self._login = login
        self._wishes = wishes
        self._replay = replay
        self._dating = Dating() if replay else None
        self._last = last  # the wishes end a little earlier, for TEARDOWN
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._ended = self._played = self._began
        self._phase = ""
        self._over_udp = False
        self._phases: dict[str, float] = {}
        self._track: VideoTrack | None = None
        self._stream: Stream | None = None
        self._session: Session | None = None

    async def run(self) -> StreamLook:
        with LagMeter() as lag:
            end: tuple[Outcome, str] | None = None
            try:
                await self._see()
            except DeviceError as error:
                end = error.outcome, error.reason  # the error itself would keep this frame, and this frame the error
        return self._result(end, lag.worst)

    async def _see(self) -> None:
        try:
            await self._one_session(self._url)
        except Redirect as redirect:
            elsewhere = redirect_url(redirect.location, self._url)
            if elsewhere is None:
                raise
            await self._one_session(elsewhere)

    async def _one_session(self, url: str) -> None:
        connection = Connection()
        session = self._session = Session(connection, url, self._login, self._replay)
        try:
            with self._timed("connect"):
                await connection.open(address_of(url), self._wishes.deadline.within(self._wishes.phase_seconds))
            async with self._step("describe"):
                track = self._track = await session.describe()
            async with self._step("setup"):
                channel = await session.setup(track)
            stream = self._stream = connection.stream = Stream(track, channel, self._wishes.key_frames, self._began)
            stream.dating = self._dating
            self._over_udp = connection.over_udp
            async with self._step("play"):
                reply = await session.play(stream.play)
            if self._dating:
                self._dating.reply(reply)
            async with _alive(session):
                await self._watch(Watch(stream, connection, self._wishes, track.frame_rate))
        finally:
            await self._leave(session, connection)

    async def _watch(self, watch: Watch) -> None:
        self._played = self._loop.time()
        self._phase = "first_packet"
        await watch.first_packet()
        self._phases["first_packet"] = self._loop.time() - self._played
        self._phase = "key_frame"
        await watch.done()
        self._phase = "done"

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = self._loop.time()
        self._phase = name
        try:
            yield
        finally:
            self._phases[name] = self._loop.time() - began

    @asynccontextmanager
    async def _step(self, name: str) -> AsyncIterator[None]:
        """One request: named, timed, and bounded however slowly the device answers."""
        limit = self._wishes.deadline.within(self._wishes.phase_seconds)
        patience = limit.left()
        try:
            with self._timed(name):
                async with asyncio.timeout_at(limit.expires):
                    yield
        except TimeoutError:
            words = f"no complete answer to {name.upper()} within {patience:.1f} s"
            raise DeviceError(Outcome.TIMEOUT, words) from None

    async def _leave(self, session: Session, connection: Connection) -> None:
        """TEARDOWN, briefly awaited: a camera keeps a forgotten session for a minute, and has only few."""
        self._ended = self._loop.time()
        connection.stream = None
        try:
            async with asyncio.timeout_at(self._last.within(TEARDOWN_SECONDS).expires):
                await session.teardown()
        except (TimeoutError, DeviceError):
            pass  # the look is over; closing the socket ends the session on most cameras too
        finally:
            await connection.close()

    def _result(self, end: tuple[Outcome, str] | None, lag: float) -> StreamLook:
        facts: dict[str, Any] = {"phase": self._phase, "phases": _rounded(self._phases)}
        if self._session:
            facts |= {"server": self._session.server, "status": self._session.status}
        if address_of(self._url).tls:
            facts["tls"] = {"verified": False}
        if self._over_udp:
            facts["transport"] = "udp"
        if lag >= _LAG_WORTH_TELLING:
            facts["loop_lag"] = round(lag, 3)
        if self._track:
            facts |= stream_facts(self._track, self._stream, self._wishes.clock_seconds, self._ended)
        frames = self._frames(facts)
        if end is None:
            return StreamLook(Outcome.SEEN, seen_in_words(facts), facts, frames, self._login.worked)
        outcome, reason = end
        if lag >= _LAG_THAT_BLINDS and outcome in _PERHAPS_OURS:
            outcome, reason = Outcome.STARVED, f"this monitor itself was late by {lag:.1f} s; seen: {reason}"
        return StreamLook(outcome, reason, facts, frames, self._login.worked)

    def _frames(self, facts: dict[str, Any]) -> tuple[KeyFrame, ...]:
        """The key frames, and what there is to say of the first."""
        frames = tuple(self._stream.key_frames) if self._stream else ()
        if frames:
            facts["phases"]["key_frame"] = round(max(0.0, self._began + frames[0].arrived - self._played), 4)
        if frames and self._dating and self._track:
            facts["recorded_at"] = self._dating.told(frames[0].rtp_time, self._track.clock_rate)
        return frames


@asynccontextmanager
async def _alive(session: Session) -> AsyncIterator[None]:
    keeper = asyncio.create_task(session.keep_alive())
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)  # a connection that ended is told by the watch


def _rounded(phases: Mapping[str, float]) -> dict[str, float]:
    return {name: round(seconds, 4) for name, seconds in phases.items()}
