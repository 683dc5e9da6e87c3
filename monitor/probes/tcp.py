"""Knocks at a device's port and leaves again: the cheapest question of all."""

import asyncio
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from monitor.model import Deadline, Evidence, Memory, Outcome, Target
from monitor.protocols import tcp
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp.url import address_of

CONNECT_SECONDS = 3.0


async def look_at_port(target: Target, memory: Memory, deadline: Deadline) -> Evidence:  # noqa: ARG001 - keeps nothing
    """Connect to the RTSP port, else the ONVIF port, else options["port"]; facts: port, connect_seconds."""
    at, began = datetime.now(UTC), time.monotonic()
    place = _place(target)
    if place is None:
        return Evidence("tcp", at, 0.0, Outcome.UNSUPPORTED, "no port is configured")
    host, port = place
    outcome, reason = Outcome.SEEN, f"port {port} accepts connections"
    knock = _Knock()
    try:
        await tcp.connect(knock, host, port, deadline=deadline.within(CONNECT_SECONDS))
        await knock.leave()
    except DeviceError as error:
        outcome, reason = error.outcome, error.reason
    seconds = time.monotonic() - began
    return Evidence("tcp", at, seconds, outcome, reason, {"port": port, "connect_seconds": round(seconds, 4)})


def _place(target: Target) -> tuple[str, int] | None:
    if target.rtsp:
        address = address_of(target.rtsp)
        return address.host, address.port
    if target.onvif:
        parts = urlsplit(target.onvif if "//" in target.onvif else f"//{target.onvif}")
        return parts.hostname or target.host, parts.port or (443 if parts.scheme == "https" else 80)
    port = target.options.get("port")
    return (target.host, int(port)) if port else None


class _Knock(asyncio.Protocol):
    """A connection that is closed as soon as it stands."""

    def __init__(self) -> None:
        self._lost = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the event loop's signature
        tcp.let_go(self._transport)
        self._lost.set()

    async def leave(self) -> None:
        if self._transport:
            self._transport.close()
            await self._lost.wait()
