"""RTP over UDP (RFC 2326, 12.39), for devices that refuse to send it on their RTSP connection: VLC, old encoders."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError

_TRIES = 16
_BUFFER = 2 * 1024**2
"""Bytes asked of the kernel, which may give less: a key frame comes in one burst."""


class Datagrams(asyncio.DatagramProtocol):
    """Two adjacent UDP ports, the even one for RTP; hands on what comes from one host. Use :meth:`open`, then
    :meth:`close`. RTCP is not read."""

    def __init__(self, host: str, take: Callable[[bytearray], None]) -> None:
        self.port = 0
        self._host = host
        self._take = take
        self._open: list[socket.socket | asyncio.DatagramTransport] = []

    async def open(self, here: str) -> None:
        """Listen on one of our own addresses. Raises DeviceError: FAILED, when we ourselves lack sockets."""
        try:
            media, control = _pair(here)
        except OSError as error:
            raise DeviceError(Outcome.FAILED, f"no UDP ports to receive video on: {error.strerror}") from None
        self._open = [control]
        self.port = media.getsockname()[1]
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=media)
        self._open.append(transport)

    def close(self) -> None:
        for one in self._open:
            one.close()
        self._open = []

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if addr[0] == self._host:
            self._take(bytearray(data))


def _pair(here: str) -> tuple[socket.socket, socket.socket]:
    """Two bound sockets, the first with an even port and the second with the next."""
    for _ in range(_TRIES):
        one = _bound(here, 0)
        port = one.getsockname()[1]
        try:
            other = _bound(here, port ^ 1)
        except OSError:  # in use
            one.close()
            continue
        return (other, one) if port % 2 else (one, other)
    raise OSError(0, "no two neighbours are free")


def _bound(here: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in here else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        bound.bind((here, port))
    except BaseException:
        bound.close()
        raise
    return bound
