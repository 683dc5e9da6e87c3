"""A plain RTSP client for the simulator's tests: it shares no code with the monitor's own."""

import asyncio
import struct
from dataclasses import dataclass, field


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: str = ""


@dataclass
class Packet:
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    payload: bytes


@dataclass
class RawClient:
    url: str
    reader: asyncio.StreamReader = field(init=False)
    writer: asyncio.StreamWriter = field(init=False)
    count: int = 0
    session: str = ""

    async def __aenter__(self):
        address, _, port = self.url.split("/")[2].partition(":")
        self.reader, self.writer = await asyncio.open_connection(address, int(port))
        return self

    async def __aexit__(self, *_):
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            pass  # the server hung up first, as some tests want it to

    async def ask(self, method: str, uri: str = "", **headers: str) -> Reply:
        self.count += 1
        lines = [f"{method} {uri or self.url} RTSP/1.0", f"CSeq: {self.count}"]
        if self.session:
            lines.append(f"Session: {self.session}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return await self.reply()

    async def reply(self) -> Reply:
        """The next answer; packets in front of it are dropped."""
        while (first := await self.reader.readexactly(1)) == b"$":
            await self._rest_of_frame()
        head = first.decode() + (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Reply(int(status.split()[1]), headers, body.decode())

    async def start(self) -> Reply:
        """SETUP and PLAY; the answer to PLAY."""
        answer = await self.ask("SETUP", f"{self.url}/trackID=1", Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
        self.session = answer.headers["session"].split(";")[0]
        return await self.ask("PLAY")

    async def packet(self) -> Packet:
        assert await self.reader.readexactly(1) == b"$"
        data = await self._rest_of_frame()
        _, kind, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        return Packet(sequence, timestamp, ssrc, bool(kind & 0x80), data[12:])

    async def packets(self, count: int) -> list[Packet]:
        return [await self.packet() for _ in range(count)]

    async def frames(self, count: int) -> list[list[Packet]]:
        """Whole access units, by the marker."""
        frames: list[list[Packet]] = [[]]
        while len(frames) <= count:
            packet = await self.packet()
            frames[-1].append(packet)
            if packet.marker:
                frames.append([])
        return frames[:count]

    async def frames_within(self, seconds: float) -> int:
        """How many access units come in a time."""
        seen = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.frames(1)
                    seen += 1
        except TimeoutError:
            return seen

    async def _rest_of_frame(self) -> bytes:
        _, length = struct.unpack("!BH", await self.reader.readexactly(3))
        return await self.reader.readexactly(length)
