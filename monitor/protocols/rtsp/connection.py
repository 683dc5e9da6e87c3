"""One RTSP connection: requests and their replies, and packets to the stream, on one socket without copies."""

import asyncio
from collections.abc import Callable, Mapping

from monitor.model import Deadline, Outcome
from monitor.protocols import tcp
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp.datagrams import Datagrams
from monitor.protocols.rtsp.messages import Framer, Reply, request
from monitor.protocols.rtsp.stream import Stream
from monitor.protocols.rtsp.url import Address

MAX_BYTES = 512 * 1024**2
"""Of one look; a 4K camera sends a tenth of it in ten seconds."""
DOUBT_SECONDS = 0.1
"""How long the right answer may still come after one with another number than the request's."""


class Connection(asyncio.BufferedProtocol):
    """Use :meth:`open`, :meth:`request`, then always :meth:`close`."""

    def __init__(self) -> None:
        self.stream: Stream | None = None
        self.over_udp = False
        self._datagrams: Datagrams | None = None
        self._failure: tuple[Outcome, str] | None = None
        self._loop = asyncio.get_running_loop()
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._lost = asyncio.Event()
        self._sequence = 0
        self._pending: asyncio.Future[Reply] | None = None
        self._at_once: Callable[[Reply], None] | None = None
        self._now = 0.0
        self._received = 0

    @property
    def failure(self) -> DeviceError | None:
        """Why it ended, None while it lives. Made anew: an error that is kept keeps all that it went through."""
        return DeviceError(*self._failure) if self._failure else None

    async def open(self, address: Address, deadline: Deadline) -> None:
        await tcp.connect(self, address.host, address.port, tls=address.tls, deadline=deadline)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], at_once: Callable[[Reply], None] | None = None
    ) -> Reply:
        """Send a request and wait for its reply; the caller holds the deadline.

        ``at_once`` is called with the reply before any byte behind it is looked at. Raises DeviceError.
        """
        if failure := self.failure:
            raise failure
        if self._transport is None:
            raise DeviceError(Outcome.CLOSED, "there is no connection")
        self._sequence += 1
        self._pending = self._loop.create_future()
        self._at_once = at_once
        self._transport.write(request(method, url, {"CSeq": str(self._sequence), **headers}))
        try:
            return await self._pending
        finally:
            self._pending = self._at_once = None

    async def listen(self) -> int:
        """Take packets over UDP as well, from the device only; returns the first of two ports. Raises DeviceError."""
        assert self._transport is not None
        peer, here = (self._transport.get_extra_info(name)[0] for name in ("peername", "sockname"))
        self._datagrams = Datagrams(peer, self._on_datagram)
        await self._datagrams.open(here)
        self.over_udp = True
        return self._datagrams.port

    async def close(self) -> None:
        """End the connection at once; returns when its sockets are closed."""
        self.stream = None
        if self._datagrams is not None:
            self._datagrams.close()
            self._datagrams = None
        if self._transport is not None:
            self._transport.abort()
            await self._lost.wait()

    # --- called by the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the event loop's signature
        return self._framer.space()

    def buffer_updated(self, nbytes: int) -> None:
        self._now = self._loop.time()
        self._received += nbytes
        if self._failure:
            return
        if self._received > MAX_BYTES:
            self._fail(Outcome.TOO_LARGE, f"the device sent more than {MAX_BYTES >> 20} MiB in one look")
            self._abort()
            return
        try:
            self._framer.filled(nbytes, self._on_packet, self._on_reply)
        except DeviceError as error:
            self._fail(error.outcome, error.reason)
            self._abort()

    def eof_received(self) -> None:
        self._fail(Outcome.CLOSED, "the device closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        reason = "the device reset the connection" if exc else "the device closed the connection"
        self._fail(Outcome.CLOSED, reason)
        tcp.let_go(self._transport)
        self._lost.set()

    def _on_datagram(self, data: bytearray) -> None:
        if self.stream is not None:
            self.stream.packet(data, 0, len(data), self._loop.time())

    # --- called by the framer ---

    def _on_packet(self, channel: int, start: int, stop: int, end: int) -> int:
        stream = self.stream
        if stream is None or channel != stream.channel:
            if stream is not None and stream.dating is not None and channel == stream.channel + 1:
                stream.dating.report(self._framer.buffer, start, stop)
            return stop
        stream.packet(self._framer.buffer, start, stop, self._now)
        if self._framer.resume is None and stream.statistics.packets:
            self._framer.resume = stream.beginning()
        return stream.skip(self._framer.buffer, stop, end, self._now)

    def _on_reply(self, reply: Reply) -> None:
        """Answers with another number are late ones, or of a device that numbers wrongly: then nothing better comes."""
        if self._pending is None or reply.status < 200:  # 100 Continue: the answer is yet to come
            return
        number = reply.header("cseq")
        if not number or (number.isdecimal() and int(number) == self._sequence):
            self._settle(self._pending, reply)
        else:
            self._loop.call_later(DOUBT_SECONDS, self._settle, self._pending, reply)

    def _settle(self, pending: asyncio.Future[Reply], reply: Reply) -> None:
        if pending.done():
            return
        if self._at_once:
            self._at_once(reply)
        pending.set_result(reply)

    def _fail(self, outcome: Outcome, reason: str) -> None:
        self._failure = self._failure or (outcome, reason)
        if self._pending and not self._pending.done():
            self._pending.set_exception(DeviceError(*self._failure))
        if self.stream:
            self.stream.changed.set()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
