"""One RTSP session: DESCRIBE, SETUP of the video, PLAY, TEARDOWN; and the login, tried once."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from monitor import __version__
from monitor.model import Credentials, LoginState, Outcome
from monitor.protocols.auth import Authorizer, Challenge, parse_challenges, strongest
from monitor.protocols.errors import DeviceError
from monitor.protocols.logins import may_try
from monitor.protocols.rtsp.connection import Connection
from monitor.protocols.rtsp.dated import Replay
from monitor.protocols.rtsp.messages import Reply, printable
from monitor.protocols.rtsp.sdp import VideoTrack, video_track
from monitor.protocols.rtsp.url import address_of, control_url
from monitor.protocols.shown import masked

_OUTCOMES: Mapping[int, tuple[Outcome, str]] = {
    403: (Outcome.FORBIDDEN, "the camera forbids this stream to this account"),
    404: (Outcome.NOT_FOUND, "the camera knows no stream at this path"),
    410: (Outcome.NOT_FOUND, "the stream at this path is gone"),
    453: (Outcome.BUSY, "the camera is busy: not enough bandwidth, or all its sessions are in use"),
    461: (Outcome.UNSUPPORTED, "the camera refuses every way to send RTP that it was asked for"),
    503: (Outcome.BUSY, "the camera is overloaded"),
}
_BASIC = re.compile(r"(?i)basic\s+[\w+/=-]+")


@dataclass
class Login:
    """The account of one look, and how it fared; lives through a redirect, so that it is never tried twice."""

    credentials: Credentials | None
    state: LoginState
    worked: bool | None = None


class Redirect(DeviceError):
    """The device names another place; whether to go there is the caller's decision."""

    def __init__(self, reply: Reply, words: str) -> None:
        self.location = reply.header("location")
        place = re.match(r"[a-z]+://(?:[^/@]*@)?([\w.:\[\]-]{1,80})", self.location)
        words = f"{words} → {place[1]}" if place else words
        super().__init__(Outcome.REDIRECTED, f"the camera redirects elsewhere ({words}); not followed")


class Session:
    """Speaks over an open connection. Every step raises DeviceError; the caller holds the deadlines."""

    def __init__(self, connection: Connection, url: str, login: Login, replay: Replay | None = None) -> None:
        self.server = ""
        self.status = ""  # the last status line
        self._connection = connection
        self._url = url
        self._base = url
        self._login = login
        self._replay = replay or Replay()
        self._authorizer: Authorizer | None = None
        self._renewed = False
        self._id = ""
        self._stands = False  # there is something to tear down
        self._lifetime = 60.0  # seconds it lives without a sign of life

    async def describe(self) -> VideoTrack:
        """Ask what the stream holds."""
        reply = await self._ask("DESCRIBE", self._url, {"Accept": "application/sdp"})
        track = video_track(reply.body)
        base = track.base or reply.header("content-base") or reply.header("content-location") or self._url
        self._base = control_url(base, "*", self._url)
        return track

    async def setup(self, track: VideoTrack) -> int:
        """Open a session for the video, over TCP if the device can; returns the channel of its RTP packets."""
        url = control_url(self._base, track.control, self._url)
        try:
            reply = await self._set_up(url, "RTP/AVP/TCP;unicast;interleaved=0-1")
        except DeviceError:
            if not self.status.startswith("461") or address_of(self._url).tls:  # never from TLS to plain text
                raise
            port = await self._connection.listen()
            reply = await self._set_up(url, f"RTP/AVP;unicast;client_port={port}-{port + 1}")
        named, _, rest = reply.header("session").partition(";")
        self._id, self._stands = printable(named, 256), True
        if lifetime := re.search(r"timeout *= *([1-9][0-9]{0,4})", rest):
            self._lifetime = float(lifetime[1])
        return 0 if self._connection.over_udp else _channel(reply.header("transport"))

    async def _set_up(self, url: str, transport: str) -> Reply:
        return await self._ask("SETUP", url, {"Transport": transport, **self._replay.requirements()})

    async def play(self, at_once: Callable[[], None]) -> Reply:
        """Start the stream; ``at_once`` is called at the reply, before any packet behind it."""

        def started(reply: Reply) -> None:
            if reply.status == 200:
                at_once()

        headers = {**self._named(), **self._replay.requirements()}
        try:
            return await self._ask("PLAY", self._base, {"Range": self._replay.range(), **headers}, started)
        except DeviceError:
            if not self.status.startswith("457") or self._replay != Replay():  # Invalid Range
                raise
        return await self._ask("PLAY", self._base, headers, started)

    async def keep_alive(self) -> None:
        """Give signs of life until cancelled: some cameras end a session after 15 s without. All know OPTIONS."""
        told = self.status
        while True:
            await asyncio.sleep(self._lifetime / 2)
            await self._send("OPTIONS", self._base, self._named())
            self.status = told  # what it says to that matters to nobody

    async def teardown(self) -> None:
        """Give the session back, if there is one; a camera has few."""
        if self._stands:
            await self._send("TEARDOWN", self._base, self._named())

    def _named(self) -> dict[str, str]:
        """The session's name; a few devices give none."""
        return {"Session": self._id} if self._id else {}

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], at_once: Callable[[Reply], None] | None = None
    ) -> Reply:
        self._renewed = False
        while (reply := await self._send(method, url, headers, at_once)).status == 401:
            self._authorizer = self._answer(reply)
        # 404 and 453 come after the login was checked; of other refusals that is not sure.
        if self._authorizer and (reply.status < 300 or reply.status in (404, 453)):
            self._login.worked = True
        if not 200 <= reply.status < 300:
            raise _refusal(reply, self.status)
        return reply

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], at_once: Callable[[Reply], None] | None = None
    ) -> Reply:
        every = {"User-Agent": f"cctv-monitor/{__version__}", **headers}
        if self._authorizer:
            every["Authorization"] = self._authorizer.header(method, url)
        reply = await self._connection.request(method, url, every, at_once)
        self.status = self._shown(str(reply))
        self.server = self._shown(reply.header("server")) or self.server
        return reply

    def _shown(self, words: str) -> str:
        """A device that echoes what we sent brings no password into a reason or a fact, not even half of it."""
        secret = self._login.credentials.password if self._login.credentials else ""
        for written in (secret, quote(secret, safe="")) if len(secret) > 2 else ():
            words = words.replace(written, "***")
        return printable(_BASIC.sub("***", masked(words)), 84)

    def _answer(self, reply: Reply) -> Authorizer:
        """What to send after a 401; raises when nothing more may be sent."""
        login = self._login
        if login.credentials is None:
            raise DeviceError(Outcome.AUTH_MISSING, "the camera asks for a login and none is configured")
        if not may_try(login.state, datetime.now(UTC)):
            raise DeviceError(Outcome.AUTH_RESTING, _resting(login.state))
        challenge = strongest(parse_challenges(reply.headers.get("www-authenticate", [])))
        if self._was_refused(challenge):
            login.worked = False
            raise DeviceError(Outcome.AUTH, "the camera refused the user name or password (401)")
        if challenge is None:
            raise DeviceError(Outcome.UNSUPPORTED, "the camera asks for a login in a way this monitor does not know")
        self._renewed = self._authorizer is not None
        return Authorizer(login.credentials, challenge)

    def _was_refused(self, challenge: Challenge | None) -> bool:
        """Whether the account was already sent, and this 401 is not just about a nonce that grew old."""
        if self._authorizer is None:
            return self._login.worked is False
        if challenge is None or self._renewed or challenge.nonce == self._authorizer.challenge.nonce:
            return True
        return not (challenge.stale or self._login.worked)


def _refusal(reply: Reply, words: str) -> DeviceError:
    if 300 <= reply.status < 400:
        return Redirect(reply, words)
    outcome, reason = _OUTCOMES.get(reply.status, (None, ""))
    if outcome is not None:
        return DeviceError(outcome, f"{reason} ({words})")
    if reply.status in (405, 406, 415, 501, 505, 551):
        return DeviceError(Outcome.UNSUPPORTED, f"the camera does not know this request ({words})")
    if reply.status >= 500:
        return DeviceError(Outcome.SERVER_ERROR, f"the camera reports an error of its own ({words})")
    return DeviceError(Outcome.PROTOCOL, f"the camera rejects the request ({words})")


def _channel(transport: str) -> int:
    """The first channel of ``interleaved=2-3``; what we asked for when the device does not repeat it."""
    if match := re.search(r"interleaved *= *([0-9]{1,3})", transport):
        return int(match[1])
    if transport and "TCP" not in transport.upper():
        raise DeviceError(Outcome.UNSUPPORTED, "the camera does not send RTP over TCP")
    return 0


def _resting(state: LoginState) -> str:
    refused = f"{state.refused_at:%Y-%m-%d %H:%M} UTC" if state.refused_at else "an earlier time"
    return (
        f"the login was refused at {refused} and is not tried again before "
        f"{state.rest_until:%Y-%m-%d %H:%M} UTC, so as not to lock the account"
    )
