"""One intra-coded access unit to its planes, with what the decoder complained about."""

from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from av.logging import Capture

from monitor.model import KeyFrame

Plane = np.ndarray[Any, Any]
"""(height, width) uint8; loosely typed because OpenCV's own annotations promise no element type."""

av.logging.set_level(av.logging.ERROR)  # PyAV records nothing at all until a level is set

PLANAR = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"})
"""Formats whose first three planes can be used as they are; everything else is converted to yuv420p."""
CODECS = frozenset({"h264", "hevc", "mjpeg"})
BLACK, WHITE = 16, 235
"""Luma of black and white in the limited range of video (ITU-R BT.601 and BT.709)."""


class Undecodable(ValueError):
    """The access unit gave no picture at all."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded frame. Planes are uint8 views of the decoder's memory: never written to."""

    luma: Plane = field(repr=False)  # height x width
    blue: Plane = field(repr=False)  # Cb, smaller by the format's subsampling
    red: Plane = field(repr=False)  # Cr
    full_range: bool  # luma 0..255 instead of 16..235
    corrupt: bool  # the decoder's own flag
    complaints: tuple[str, ...] = ()  # what it logged at ERROR or worse

    @property
    def width(self) -> int:
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        return int(self.luma.shape[0])

    @property
    def gain(self) -> float:
        """Grey levels (0..255) for one step of luma."""
        return 1.0 if self.full_range else 255.0 / (WHITE - BLACK)

    @property
    def offset(self) -> float:
        """Grey level of luma 0."""
        return 0.0 if self.full_range else -BLACK * self.gain


def decode(key_frame: KeyFrame) -> Picture:
    """Decode one key frame with one thread, in a context of its own.

    Raises Undecodable when no picture comes out, and ValueError for a codec that is not in CODECS.
    """
    if key_frame.codec not in CODECS:
        raise ValueError(f"no decoder for {key_frame.codec!r}")
    with Capture(local=True) as logs:
        frame = _first_frame(key_frame)
    complaints = tuple(text.strip() for level, _, text in logs if level <= av.logging.ERROR)
    return _picture(frame, complaints)


def _first_frame(key_frame: KeyFrame) -> av.VideoFrame:
    context = av.CodecContext.create(key_frame.codec, "r")
    assert isinstance(context, av.VideoCodecContext)
    context.thread_count = 1
    try:
        frames = context.decode(av.Packet(key_frame.data)) or context.decode(None)
    except av.FFmpegError as refused:
        raise Undecodable(f"the decoder refused the key frame: {refused.strerror}") from refused
    if not frames:
        raise Undecodable("the key frame holds no picture")
    return frames[0]


def _picture(frame: av.VideoFrame, complaints: tuple[str, ...]) -> Picture:
    corrupt = bool(frame.is_corrupt)
    full = frame.format.name.startswith("yuvj") or frame.color_range == av.video.reformatter.ColorRange.JPEG
    if frame.format.name not in PLANAR:
        frame = frame.reformat(format="yuvj420p" if full else "yuv420p")
    luma, blue, red = (_array(plane) for plane in frame.planes[:3])
    return Picture(luma, blue, red, full, corrupt, complaints)


def _array(plane: av.video.plane.VideoPlane) -> Plane:
    rows: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]
