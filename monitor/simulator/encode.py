"""Frames to access units: x264, x265 or JPEG, one frame in, one access unit out, no B frames."""

from collections.abc import Callable
from fractions import Fraction

import av
import cv2
from av.codec import CodecContext
from av.video.codeccontext import VideoCodecContext

from monitor.simulator.pictures import Yuv

Encode = Callable[[Yuv], bytes]
"""A 4:2:0 frame to one access unit: Annex B with parameter sets in front of each key frame, or a JPEG file."""

CODECS = {"h264": "libx264", "h265": "libx265", "mjpeg": ""}


def encoder(codec: str, width: int, height: int, fps: int, gop: int, kbps: int) -> Encode:
    """A fresh encoder; its first access unit is a key frame. ``kbps`` 0 = constant quality (crf 28)."""
    if codec == "mjpeg":
        return _jpeg
    context = _context(CODECS[codec], width, height, fps, gop)
    context.options = _options(codec, gop, kbps)
    return _Stream(context)


class _Stream:
    def __init__(self, context: VideoCodecContext) -> None:
        self.context = context
        self.count = 0

    def __call__(self, yuv: Yuv) -> bytes:
        frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
        frame.pts = self.count
        self.count += 1
        return b"".join(bytes(packet) for packet in self.context.encode(frame))


def _context(name: str, width: int, height: int, fps: int, gop: int) -> VideoCodecContext:
    context = CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, fps), Fraction(fps)
    context.gop_size, context.max_b_frames, context.thread_count = gop, 0, 1
    return context


def _options(codec: str, gop: int, kbps: int) -> dict[str, str]:
    """The rate buffer of half a second keeps key frames to the size real cameras send at such a rate."""
    fast = {"preset": "ultrafast", "tune": "zerolatency"}
    if codec == "h265":
        rate = f"bitrate={kbps}:vbv-maxrate={kbps}:vbv-bufsize={kbps // 2}" if kbps else "crf=28"
        cut = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0"
        return fast | {"x265-params": f"{cut}:pools=1:frame-threads=1:repeat-headers=1:log-level=error:{rate}"}
    rates = {"b": f"{kbps}k", "maxrate": f"{kbps}k", "bufsize": f"{kbps // 2}k"} if kbps else {"crf": "28"}
    return fast | {"sc_threshold": "0", "keyint_min": str(gop)} | rates


def _jpeg(yuv: Yuv) -> bytes:
    """Baseline, 4:2:0, the standard Huffman tables: what RFC 2435 type 1 asks for."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420), [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert done, "JPEG takes any 8-bit picture"
    return data.tobytes()
