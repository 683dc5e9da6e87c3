"""A camera's stream and who watches it: follows the camera's fault from healthy to broken and back."""

import asyncio
import ipaddress
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from monitor.simulator import faults, sdp
from monitor.simulator.camera import Camera
from monitor.simulator.feed import Feed
from monitor.simulator.rtsp import PATH, Connection
from monitor.simulator.sources import Live, Look, Loop, Source

T = TypeVar("T")

PHASES = 50
"""A loop is served at so many offsets; cameras with the same offset share every packet."""
REPLAY_SECONDS = 4.0


class Library:
    """Sources and feeds, made once and shared by all cameras that look alike."""

    def __init__(self, threads: Executor, folder: Path | None) -> None:
        self.threads, self.folder = threads, folder
        self._loops: dict[tuple[Look, float], Loop] = {}
        self._feeds: dict[tuple[Look, float, int], Feed] = {}

    def source(self, camera: Camera) -> Source:
        look, seconds = look_of(camera), camera.spec.loop
        if camera.name_of_fault == "replayed":
            return self._loop(look, seconds or REPLAY_SECONDS)
        return self._loop(look, seconds) if seconds else Live(look)

    def feed(self, camera: Camera) -> Feed:
        """The shared feed of a healthy looped camera, or a feed of the camera's own."""
        source = self.source(camera)
        if not camera.spec.loop:
            return self._feed(camera, source, 0)
        phase = camera.seed % PHASES
        return self._feeds.setdefault(
            (look_of(camera), camera.spec.loop, phase), self._feed(camera, source, camera.spec.gop * phase / PHASES)
        )

    def _loop(self, look: Look, seconds: float) -> Loop:
        return self._loops.setdefault((look, seconds), Loop(look, seconds, self.folder))

    def _feed(self, camera: Camera, source: Source, phase: float) -> Feed:
        return Feed(source, camera.spec.fps, sdp.PAYLOAD_TYPE[camera.spec.codec], phase, self.threads)


def look_of(camera: Camera) -> Look:
    """Looped cameras of one scene look alike, so that they can share; live ones each have their own street."""
    spec, fault = camera.spec, camera.name_of_fault
    shown = fault if fault in faults.PICTURE else ""
    seed = 1 if spec.loop else camera.seed
    return Look(spec.scene, spec.codec, spec.width, spec.height, spec.fps, spec.gop, spec.kbps, shown, spec.clock, seed)


IN_THE_FEED = {"loss", "no_key_frame", "clock_stopped"}
"""Faults of the packets themselves, which cameras of one loop would otherwise share."""


class Stream:
    """What a camera's connections share: its feed, and the rules its fault sets for them."""

    def __init__(self, camera: Camera, library: Library) -> None:
        self.camera, self.library = camera, library
        self.connections: set[Connection] = set()
        self.feed = library.feed(camera)
        self.sets: tuple[bytes, ...] = ()
        self._own = not camera.spec.loop
        if camera.name_of_fault in IN_THE_FEED:
            self._leave_the_others()
            self._apply_numbers()

    def elsewhere(self) -> str:
        """The redirect: the same path on the next address."""
        return f"rtsp://{ipaddress.ip_address(self.camera.spec.address) + 1}:{self.camera.port}{PATH}"

    def join(self, connection: Connection) -> None:
        connection.forget_stall()
        fault = self.camera.name_of_fault
        if fault in ("no_rtp", "silent"):
            return
        self.feed.add(connection)
        if fault == "stalled":
            connection.stall_after(faults.figure_of(self.camera.fault, "stalled") / 1000)

    def leave(self, connection: Connection) -> None:
        connection.forget_stall()
        self.feed.remove(connection)

    def playing(self) -> list[Connection]:
        return [connection for connection in self.connections if connection.playing]

    async def prepare(self) -> None:
        """Do in a thread what must be encoded before anybody can be served as the camera's fault has it."""
        self.sets = await self._in_thread(look_of(self.camera).parameter_sets)
        await self._in_thread(self.library.source(self.camera).prepare)

    def follow(self) -> bool:
        """Bring running sessions to the camera's present fault; False if :meth:`prepare` is needed before."""
        source = self.library.source(self.camera)
        if source.ready:
            self._switch(source)
        return source.ready

    def _switch(self, source: Source) -> None:
        watching = self.playing()
        for connection in watching:
            self.leave(connection)
        self._leave_the_others()
        self.feed.replace(source)
        self._apply_numbers()
        for connection in watching:
            self.join(connection)

    def _leave_the_others(self) -> None:
        """A looped camera that is no longer like its fellows has a feed of its own."""
        if not self._own:
            self.feed, self._own = self.feed.fork(), True

    def _apply_numbers(self) -> None:
        fault = self.camera.name_of_fault
        self.feed.loss = faults.figure_of(self.camera.fault, "loss") / 100
        self.feed.keys = fault != "no_key_frame"
        self.feed.stop_clock(fault == "clock_stopped")

    def hang_up(self) -> None:
        for connection in tuple(self.connections):
            connection.transport.abort()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.library.threads, work)
