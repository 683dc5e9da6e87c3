"""Where access units come from: encoded live, frame by frame, or a loop encoded once and kept."""

import functools
import hashlib
import os
import struct
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from monitor.simulator.encode import Encode, encoder
from monitor.simulator.packetise import Unit, packetise, parameter_sets
from monitor.simulator.pictures import Picture

EDITION = 2
"""Part of the names of kept loops; raise it when scenes or encoders change."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides the bytes of a stream."""

    scene: str
    codec: str
    width: int
    height: int
    fps: int
    gop: int
    kbps: int
    fault: str  # a picture fault or ""
    clock: bool
    seed: int

    def picture(self) -> Picture:
        return Picture(
            self.scene, self.width, self.height, self.fps, fault=self.fault, clock=self.clock, seed=self.seed
        )

    def encoder(self) -> Encode:
        return encoder(self.codec, self.width, self.height, self.fps, self.gop, self.kbps)

    def parameter_sets(self) -> tuple[bytes, ...]:
        """For the SDP; none for JPEG. They follow from the encoder's settings alone, whatever it is shown."""
        return _sets(self.codec, self.width, self.height, self.fps, self.gop, self.kbps)


@functools.cache
def _sets(codec: str, width: int, height: int, fps: int, gop: int, kbps: int) -> tuple[bytes, ...]:
    if codec == "mjpeg":
        return ()
    grey = np.full((height * 3 // 2, width), 128, np.uint8)
    return tuple(parameter_sets(codec, encoder(codec, width, height, fps, gop, kbps)(grey)))


class Source(Protocol):
    """Gives the access unit of a frame."""

    quick: bool
    """False: ``unit`` draws and encodes, so call it in a thread."""

    @property
    def ready(self) -> bool:
        """False: ``prepare`` must run first, in a thread."""

    def prepare(self) -> None: ...

    def begin(self) -> None:
        """Somebody starts to watch."""

    def unit(self, index: int) -> Unit: ...


class Live:
    """Draws and encodes each frame when it is due. Every start is at a key frame."""

    quick, ready = False, True

    def __init__(self, look: Look) -> None:
        self.look = look
        self._picture: Picture | None = None
        self._encode: Encode | None = None
        self._fresh = True
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Nothing: the first frame is drawn when somebody watches."""

    def begin(self) -> None:
        self._fresh = True

    def unit(self, index: int) -> Unit:
        with self._lock:
            if self._picture is None:
                self._picture = self.look.picture()
            if self._fresh or self._encode is None:
                self._fresh, self._encode = False, self.look.encoder()
            return packetise(self.look.codec, self._encode(self._picture.draw(index)))


class Loop:
    """A fixed number of frames again and again, byte for byte; kept in memory, and on disk when a folder is given."""

    quick = True

    def __init__(self, look: Look, seconds: float, folder: Path | None = None) -> None:
        gops = max(1, round(seconds * look.fps / look.gop))
        self.look, self.frames, self.folder = look, gops * look.gop, folder
        self._units: list[Unit] = []
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        return bool(self._units)

    def prepare(self) -> None:
        """Load or encode the loop: up to some seconds of work for 1080p. Does nothing the second time."""
        with self._lock:
            if not self._units:
                self._units = [packetise(self.look.codec, data) for data in self._load() or self._encode()]

    def begin(self) -> None:
        """A loop is always under way."""

    def unit(self, index: int) -> Unit:
        return self._units[index % self.frames]

    def _encode(self) -> list[bytes]:
        """At a constant bit rate the first GOP is thrown away: its key frame is small, rate control has not settled."""
        picture, encode = self.look.picture(), self.look.encoder()
        waste = self.look.gop if self.look.kbps else 0
        raw = [encode(picture.draw(index)) for index in range(self.frames + waste)][waste:]
        if self.folder:
            _save(self._path(self.folder), raw)
        return raw

    def _load(self) -> list[bytes]:
        path = self.folder and self._path(self.folder)
        return list(_records(path.read_bytes())) if path and path.exists() else []

    def _path(self, folder: Path) -> Path:
        name = repr((EDITION, self.frames, *astuple(self.look)))
        return folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.loop"


def _save(path: Path, raw: list[bytes]) -> None:
    """Length-prefixed records, renamed into place so that a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.writelines(struct.pack("!I", len(data)) + data for data in raw)
    os.replace(file.name, path)


def _records(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("!I", data, at)
        yield data[at + 4 : at + 4 + length]
        at += 4 + length
