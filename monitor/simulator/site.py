"""The virtual site: builds the cameras, binds their addresses, and switches their faults."""

import asyncio
import resource
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

from monitor.simulator import faults
from monitor.simulator.camera import Camera, CameraSpec
from monitor.simulator.control import Control
from monitor.simulator.rtsp import PATH, Connection
from monitor.simulator.streams import Library, Stream

T = TypeVar("T")

THREADS = 2
"""Encoders at work at once."""


class Simulator:
    """``async with Simulator(specs) as site``: cameras answer inside the block and are gone after it.

    ``control_port``: also serve the JSON control on 127.0.0.1 (0 = any free port). ``cache``: folder for encoded loops.
    """

    def __init__(self, specs: Iterable[CameraSpec], control_port: int | None = None, cache: Path | None = None) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="simulator")
        library = Library(self._threads, cache)
        self.cameras = {spec.id: Camera(spec) for spec in specs}
        self._streams = {name: Stream(camera, library) for name, camera in self.cameras.items()}
        self._listeners: dict[str, asyncio.Server] = {}
        self._changes: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()
        self.control = Control(self, control_port) if control_port is not None else None

    async def __aenter__(self) -> Self:
        _allow_many_sockets()
        self._stack.callback(self._threads.shutdown, wait=False, cancel_futures=True)
        self._stack.push_async_callback(self._close)
        try:
            await asyncio.gather(*(stream.prepare() for stream in self._streams.values()))
            for name in self.cameras:
                await self._open(name)
            if self.control:
                await self.attach(self.control)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def attach(self, service: AbstractAsyncContextManager[T]) -> T:
        """Start another service of the site, such as ONVIF on a camera's address; it ends with the site."""
        return await self._stack.enter_async_context(service)

    def url(self, name: str) -> str:
        """The camera's RTSP address, without credentials."""
        return f"rtsp://{self.cameras[name].spec.address}:{self.cameras[name].port}{PATH}"

    def set_fault(self, name: str, fault: str) -> None:
        """Switch a camera's fault, for running and new sessions alike; ``""`` heals it.

        Most take effect at once. Three take a moment, see :meth:`settled`: ``replayed``, any picture fault of a looped
        camera (both are encoded first), and listening again. KeyError for an unknown camera, ValueError for a fault.
        """
        camera, stream = self.cameras[name], self._streams[name]
        word = faults.name_of(fault)
        camera.fault = fault
        if word == "unreachable":
            self._shut(name)
        if word in ("unreachable", "reset"):
            stream.hang_up()
        if not stream.follow() or (word != "unreachable" and name not in self._listeners):
            task = asyncio.get_running_loop().create_task(self._catch_up(name, fault))
            self._changes.add(task)
            task.add_done_callback(self._changes.discard)

    async def settled(self) -> None:
        """Returns when every fault that was set has taken effect."""
        while self._changes:
            await asyncio.gather(*self._changes)

    def stats(self, name: str) -> dict[str, Any]:
        """What the camera saw of its clients: sessions now and ever, refused logins, requests by method, and so on."""
        counts, stream = self.cameras[name].counts, self._streams[name]
        return {
            "sessions": sum(1 for connection in stream.connections if connection.session),
            "sessions_ever": counts.sessions_ever,
            "connections": counts.connections,
            "connections_now": len(stream.connections),
            "refused_logins": counts.refused_logins,
            "requests": dict(counts.requests),
            "teardowns": counts.teardowns,
            "dropped": counts.dropped,
        }

    async def _catch_up(self, name: str, fault: str) -> None:
        """The part of a switch that takes time, unless the fault has changed again meanwhile."""
        await self._streams[name].prepare()
        if self.cameras[name].fault == fault:
            self._streams[name].follow()
            if name not in self._listeners:
                await self._open(name)

    async def _open(self, name: str) -> None:
        """Bind the camera's address. An unreachable one is bound and let go, so that its port is known to be free."""
        camera, stream = self.cameras[name], self._streams[name]
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(
            lambda: Connection(camera, stream), camera.spec.address, camera.port, backlog=100
        )
        camera.port = listener.sockets[0].getsockname()[1]
        self._listeners[name] = listener
        if camera.name_of_fault == "unreachable":
            self._shut(name)

    def _shut(self, name: str) -> None:
        listener = self._listeners.pop(name, None)
        if listener:
            listener.close()

    async def _close(self) -> None:
        for task in tuple(self._changes):
            task.cancel()
        for name, stream in self._streams.items():
            self._shut(name)
            stream.hang_up()
        await asyncio.gather(*(feed.close() for feed in {stream.feed for stream in self._streams.values()}))
        await asyncio.sleep(0)  # lets the aborted transports run connection_lost


def _allow_many_sockets() -> None:
    """A thousand cameras and their clients need more descriptors than the usual soft limit of 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
