"""Answers no client should hang on, crash on or fill its memory with. Each replaces the right answer."""

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

DRIP_SECONDS = 1.0
BODY = 100_000_000
_CHUNK = 65536

Behaviour = Callable[[asyncio.Transport, bytes], Coroutine[Any, Any, None]]


async def _silent(transport: asyncio.Transport, reply: bytes) -> None:
    del transport, reply


async def _drip(transport: asyncio.Transport, reply: bytes) -> None:
    for byte in reply:
        transport.write(bytes((byte,)))
        await asyncio.sleep(DRIP_SECONDS)


async def _garbage(transport: asyncio.Transport, reply: bytes) -> None:
    del reply
    transport.write(secrets.token_bytes(4096))


async def _reset(transport: asyncio.Transport, reply: bytes) -> None:
    """Closing with a linger time of zero sends RST instead of FIN."""
    del reply
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _endless_header(transport: asyncio.Transport, reply: bytes) -> None:
    transport.write(reply.partition(b"\r\n")[0] + b"\r\n")
    await _flood(transport, b"X-Filler: 0123456789012345678901234567890123456789012345678\r\n" * 100, None)


async def _big_body(transport: asyncio.Transport, reply: bytes) -> None:
    head = [line for line in reply.partition(b"\r\n\r\n")[0].split(b"\r\n") if not line.startswith(b"Content-Length")]
    transport.write(b"\r\n".join([*head, b"Content-Length: %d" % BODY]) + b"\r\n\r\n")
    await _flood(transport, b"x" * _CHUNK, BODY)


async def _flood(transport: asyncio.Transport, chunk: bytes, total: int | None) -> None:
    """As fast as the client reads, but never more than a chunk ahead of it."""
    sent = 0
    while (total is None or sent < total) and not transport.is_closing():
        if transport.get_write_buffer_size() < _CHUNK:
            transport.write(chunk)
            sent += len(chunk)
        await asyncio.sleep(0.001)


BEHAVIOURS: Mapping[str, Behaviour] = {
    "silent": _silent,
    "drip": _drip,
    "garbage": _garbage,
    "reset": _reset,
    "endless_header": _endless_header,
    "big_body": _big_body,
}
