"""A raw-socket RTSP camera on loopback whose every answer can be scripted, and the packets to feed it."""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

SPS = bytes.fromhex("6742c00dda0507e840000003004000000ca3c50aa8")  # 320x240, as libx264 writes it
PPS = bytes.fromhex("68ce0fc8")
SLICE = b"\x41\x9a" + b"p" * 60
IDR = b"\x65\x88" + b"k" * 3000
SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\na=control:*\r\n"
    "m=audio 0 RTP/AVP 0\r\na=control:track0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
)


@dataclass
class Request:
    method: str
    url: str
    headers: dict[str, str]


def reply(request: Request, status: str = "200 OK", body: str = "", **headers: str) -> bytes:
    """A reply with the request's CSeq; header names with _ for -."""
    lines = [f"RTSP/1.0 {status}", f"CSeq: {request.headers.get('cseq', '0')}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def rtp(
    sequence: int, timestamp: int, payload: bytes, *, marker=False, kind=96, source=7, channel=0, extension=b""
) -> bytes:
    """One interleaved RTP packet."""
    first = 0x90 if extension else 0x80
    head = struct.pack(
        ">BBHII", first, kind | (0x80 if marker else 0), sequence & 0xFFFF, timestamp & 0xFFFFFFFF, source
    )
    return interleaved(head + extension + payload, channel)


def interleaved(packet: bytes, channel: int = 0) -> bytes:
    return struct.pack(">cBH", b"$", channel, len(packet)) + packet


def fu_a(unit: bytes, size: int = 1200) -> list[bytes]:
    """The FU-A payloads of one H.264 unit."""
    body = [unit[1:][at : at + size] for at in range(0, len(unit) - 1, size)]
    ends = [(0x80 if n == 0 else 0) | (0x40 if n == len(body) - 1 else 0) for n in range(len(body))]
    return [bytes((unit[0] & 0xE0 | 28, end | unit[0] & 0x1F)) + part for end, part in zip(ends, body, strict=True)]


class Video:
    """Packetises pictures with one running sequence and clock."""

    def __init__(self, sequence: int = 65530, timestamp: int = 0xFFFFFF00, step: int = 1800, **fields) -> None:
        self.sequence, self.timestamp, self.step, self.fields = sequence, timestamp, step, fields

    def picture(self, *payloads: bytes) -> bytes:
        packets = []
        for number, payload in enumerate(payloads, 1):
            marker = number == len(payloads)
            packets.append(rtp(self.sequence, self.timestamp, payload, marker=marker, **self.fields))
            self.sequence += 1
        self.timestamp += self.step
        return b"".join(packets)

    def key(self) -> bytes:
        return self.picture(SPS, PPS, *fu_a(IDR))

    def delta(self) -> bytes:
        return self.picture(SLICE)


Script = Callable[[Request], bytes | None] | Callable[[Request], Awaitable[bytes | None]]


@dataclass
class ScriptedCamera:
    """``async with ScriptedCamera() as camera``: answers like a good camera except where ``on[METHOD]`` says otherwise.

    A script returns the bytes of the answer (None = no answer). ``media(camera, writer)`` runs after PLAY.
    """

    sdp: str = SDP
    transport: str = "RTP/AVP/TCP;unicast;interleaved=0-1"
    frame_seconds: float = 0.02
    greeting: bytes = b""
    drips: str = ""  # the method whose answer comes a byte at a time
    tls: ssl.SSLContext | None = None
    on: dict[str, Script] = field(default_factory=dict)
    media: Callable[["ScriptedCamera", asyncio.StreamWriter], Awaitable[None]] | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    open: int = 0

    async def __aenter__(self) -> "ScriptedCamera":
        self._tasks: set[asyncio.Task] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.playing = asyncio.Event()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0.01)  # a connection that is just being accepted belongs to nobody yet
        self._server.close()
        await self._server.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"rtsp{'s' if self.tls else ''}://127.0.0.1:{self.port}/live?channel=1"

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    async def closed(self) -> None:
        """Until every connection has ended."""
        await asyncio.wait_for(self._idle.wait(), 10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        self.connections += 1
        self.open += 1
        self._idle.clear()
        player = None
        try:
            writer.write(self.greeting)
            while request := await self._request(reader):
                self.requests.append(request)
                answer = await self._answer(request)
                if request.method == self.drips:
                    answer = await self._drip(answer, writer)
                writer.write(answer or b"")
                self.playing.set() if request.method == "PLAY" else None
                if request.method == "PLAY" and answer and b" 200 " in answer:
                    player = asyncio.create_task((self.media or stream)(self, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            if player:
                player.cancel()
                await asyncio.gather(player, return_exceptions=True)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self.open -= 1
            if not self.open:
                self._idle.set()

    async def _drip(self, answer: bytes, writer: asyncio.StreamWriter) -> bytes:
        for byte in answer:
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.05)
        return b""

    async def _request(self, reader: asyncio.StreamReader) -> Request | None:
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().rstrip("\r\n").split("\r\n")
        except asyncio.IncompleteReadError:
            return None
        method, url, _ = first.split(" ")
        pairs = (line.split(": ", 1) for line in lines)
        return Request(method, url, {name.lower(): value for name, value in pairs})

    async def _answer(self, request: Request) -> bytes | None:
        script = self.on.get(request.method)
        if script is None:
            return self.default(request)
        answer = script(request)
        return await answer if asyncio.iscoroutine(answer) else answer

    def default(self, request: Request) -> bytes:
        """What a good camera answers."""
        if request.method == "DESCRIBE":
            base = request.url + "/"
            return reply(request, body=self.sdp, Content_Base=base, Content_Type="application/sdp", Server="Scripted")
        if request.method == "SETUP":
            return reply(request, Session="77;timeout=60", Transport=self.transport)
        return reply(request, Session="77")


async def stream(camera: ScriptedCamera, writer: asyncio.StreamWriter) -> None:
    """A key picture now and then, deltas between, until the client leaves."""
    video = Video()
    for number in range(10_000):
        writer.write(video.key() if number % 10 == 0 else video.delta())
        await asyncio.sleep(camera.frame_seconds)
