"""The camera's RTSP server: one connection, its logins, its session, its stream (TCP interleaved only)."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.simulator import faults, misbehaviour, playback, sdp
from monitor.simulator.auth import Answer
from monitor.simulator.camera import Camera
from monitor.simulator.requests import BadRequest, Inbox, Request, answer

if TYPE_CHECKING:
    from monitor.simulator.streams import Stream

PATH = "/stream1"
BACKLOG = 4 * 1024 * 1024
"""Bytes a client may leave unread before it is dropped."""
METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN"


class Connection(asyncio.Protocol):
    """One client of one camera."""

    transport: asyncio.Transport

    def __init__(self, camera: Camera, stream: "Stream") -> None:
        self.camera, self.stream = camera, stream
        self.inbox = Inbox()
        self.guard = camera.guard()
        self.session = ""
        self.playing = False
        self.teller: playback.Teller | None = None
        self._misbehaving: asyncio.Task[None] | None = None
        self._stall: asyncio.TimerHandle | None = None

    # --- the connection ---------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.camera.counts.connections += 1
        self.stream.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._end_session()
        self.stream.connections.discard(self)
        if self._misbehaving:
            self._misbehaving.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            for request in self.inbox.feed(data):
                self._receive(request)
        except BadRequest:
            self.transport.write(b"RTSP/1.0 400 Bad Request\r\n\r\n")
            self.transport.close()

    def send(self, data: bytes) -> None:
        """One access unit of the stream; a client that does not read is dropped."""
        if self.transport.get_write_buffer_size() > BACKLOG:
            self.camera.counts.dropped += 1
            self.transport.abort()
            return
        self.transport.write(self.teller.told(data) if self.teller else data)

    def _receive(self, request: Request) -> None:
        self.camera.counts.requests[request.method] += 1
        reply = self._answer(request)
        behave = misbehaviour.BEHAVIOURS.get(self.camera.name_of_fault)
        if behave is None:
            self.transport.write(reply)
            self._after(request)
        elif self._misbehaving is None:
            self._misbehaving = asyncio.get_running_loop().create_task(behave(self.transport, reply))

    # --- requests ---------------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> bytes:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        handler = _HANDLERS.get(request.method)
        return handler(self, request) if handler else answer(request, 501)

    def _refusal(self, request: Request) -> bytes:
        """401, the status of a fault, or 404 for a wrong path; empty if the request may go on."""
        if request.method == "OPTIONS":
            return b""
        login = self._login(request)
        if login is not Answer.ACCEPTED:
            return answer(request, 401, {"WWW-Authenticate": self.guard.challenge(login)})
        method, status = faults.STATUS.get(self.camera.name_of_fault, ("", 0))
        if method == request.method:
            return answer(request, status, {"Location": self.stream.elsewhere()} if status == 302 else {})
        path = urlsplit(request.uri).path.rstrip("/").removesuffix(f"/{sdp.CONTROL}")
        return b"" if path == PATH or playback.is_playback(request) else answer(request, 404)

    def _login(self, request: Request) -> Answer:
        self.guard.one_shot = self.camera.name_of_fault == "stale_nonce"
        given = request.headers.get("authorization")
        login = self.guard.check(given, request.method, request.uri)
        if self.camera.name_of_fault == "wrong_password" and login is not Answer.MISSING:
            login = Answer.REFUSED if given else Answer.MISSING
        self.camera.counts.refused_logins += login is Answer.REFUSED
        return login

    def _options(self, request: Request) -> bytes:
        return answer(request, 200, {"Public": METHODS})

    def _describe(self, request: Request) -> bytes:
        spec, fault = self.camera.spec, self.camera.name_of_fault
        if fault == "no_video":
            body = sdp.audio_only(spec.address)
        else:
            body = sdp.describe(spec.address, spec.codec, spec.fps, () if fault == "bare_sdp" else self.stream.sets)
        base = request.uri.rstrip("/") + "/"
        return answer(request, 200, {"Content-Base": base, "Content-Type": "application/sdp"}, body)

    def _setup(self, request: Request) -> bytes:
        if "RTP/AVP/TCP" not in request.headers.get("transport", ""):
            return answer(request, 461)
        if not self.session:
            self.session = secrets.token_hex(8)
            self.camera.counts.sessions_ever += 1
        transport = f"RTP/AVP/TCP;unicast;interleaved=0-1;ssrc={self.stream.feed.ssrc:08X}"
        return answer(request, 200, {"Transport": transport, "Session": f"{self.session};timeout=60"})

    def _play(self, request: Request) -> bytes:
        if not self.session or request.session != self.session:
            return answer(request, 454)
        sequence, timestamp = self.stream.feed.position()
        track = f"{request.uri.rstrip('/').removesuffix('/' + sdp.CONTROL)}/{sdp.CONTROL}"
        information = f"url={track};seq={sequence};rtptime={timestamp}"
        begins = playback.range_of(request, self.camera.spec.playback)
        self.teller = playback.teller_of(request, self.camera.spec.playback, timestamp)
        return answer(request, 200, {"Session": self.session, "Range": begins, "RTP-Info": information})

    def _keep(self, request: Request) -> bytes:
        return answer(request, 200, {"Session": self.session} if self.session else {})

    def _teardown(self, request: Request) -> bytes:
        if not self.session or request.session != self.session:
            return answer(request, 454)
        self.camera.counts.teardowns += 1
        return answer(request, 200)

    def _after(self, request: Request) -> None:
        """What follows an answer that was sent: the stream begins after the PLAY reply, never before it."""
        if not self.session or request.session != self.session:
            return
        if request.method == "PLAY":
            self.playing = True
            self.stream.join(self)
        elif request.method in ("PAUSE", "TEARDOWN"):
            self._pause()
            self.session = "" if request.method == "TEARDOWN" else self.session

    # --- the stream -------------------------------------------------------------------------------------------

    def stall_after(self, seconds: float) -> None:
        self._stall = asyncio.get_running_loop().call_later(seconds, self.stream.leave, self)

    def forget_stall(self) -> None:
        if self._stall:
            self._stall.cancel()
            self._stall = None

    def _pause(self) -> None:
        self.playing = False
        self.stream.leave(self)

    def _end_session(self) -> None:
        self._pause()
        self.session = ""


_HANDLERS: Mapping[str, Callable[[Connection, Request], bytes]] = {
    "OPTIONS": Connection._options,
    "DESCRIBE": Connection._describe,
    "SETUP": Connection._setup,
    "PLAY": Connection._play,
    "PAUSE": Connection._keep,
    "GET_PARAMETER": Connection._keep,
    "SET_PARAMETER": Connection._keep,
    "TEARDOWN": Connection._teardown,
}
