"""Decodes one picture of a recorded file of which only parts were fetched. Runs in a worker process."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import av
from av.logging import Capture

MEGAPIXELS_LIMIT = 200
UNKNOWN_KIND = "is no recording of a known kind"
PACKETS_LIMIT = 400
"""Packets to go through for one picture: what comes before the first key picture of a stream."""


PROBING = {"probesize": "100000", "analyzeduration": "100000"}
"""Bytes and microseconds that may be read ahead to learn the stream's shape; the rest of the file may be missing."""


class Parts:
    """A file of which some ranges are known; the rest reads as zeros."""

    def __init__(self, ranges: Sequence[tuple[int, bytes]], size: int) -> None:
        self._ranges = sorted(ranges)
        self._size = size
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def at(self, offset: int, length: int) -> bytes:
        self.seek(offset)
        return self.read(length)

    def read(self, length: int) -> bytes:
        wanted = max(0, min(length, self._size - self._at))
        made = bytearray(wanted)
        for offset, content in self._ranges:
            begin, end = max(offset, self._at), min(offset + len(content), self._at + wanted)
            if begin < end:
                made[begin - self._at : end - self._at] = content[begin - offset : end - offset]
        self._at += wanted
        return bytes(made)


def playable(ranges: Sequence[tuple[int, bytes]], size: int, sample: tuple[int, int] | None) -> str:
    """ "" if a picture decodes without complaint, else why not, as the end of a sentence.

    sample: offset and size of the key picture to decode; None = the first one there is.
    """
    parts = Parts(ranges, size)
    try:
        with Capture(), _opened(parts) as container:
            if container is None:
                return UNKNOWN_KIND
            if not container.streams.video:
                return "has no picture track"
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            # Taken out by its place: thousands of packets that were not fetched may lie before it.
            packet = _first_key(container, stream) if sample is None else av.Packet(parts.at(*sample))
            if packet is None:
                return "gives no picture at that time"
            return _judge([*stream.codec_context.decode(packet), *stream.codec_context.decode(None)])
    except av.FFmpegError as error:
        return f"cannot be decoded ({error.strerror or type(error).__name__})"


@contextmanager
def _opened(parts: Parts) -> "Iterator[av.container.InputContainer | None]":
    try:
        container = av.open(parts, "r", options=PROBING, metadata_errors="ignore")
    except av.InvalidDataError:
        yield None
        return
    with container:
        yield container


def _first_key(container: "av.container.InputContainer", stream: av.VideoStream) -> "av.Packet[av.VideoStream] | None":
    for packet in itertools.islice(container.demux(stream), PACKETS_LIMIT):
        if packet.size and packet.is_keyframe:
            return packet
    return None


def _judge(frames: Sequence[av.VideoFrame]) -> str:
    if not frames:
        return "gives no picture"
    if frames[0].is_corrupt:
        return "gives a damaged picture"
    if frames[0].width * frames[0].height > MEGAPIXELS_LIMIT * 1_000_000:
        return "gives a picture of an impossible size"
    return ""
