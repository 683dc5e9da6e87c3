"""Decodes one picture of a recorded file of which only parts were fetched. Runs in a worker process."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import av
from av.logging import Capture

Packet = Any
"""An av.Packet, whose type parameter older releases do not know."""
MEGAPIXELS_LIMIT = 200
UNKNOWN_KIND = "is no recording of a known kind"
NO_START = "does not begin with a whole picture there"
"""Pictures that build up over many, as with intra refresh, cannot be judged by one."""
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
            packets = _from_key(container, stream) if sample is None else [av.Packet(parts.at(*sample))]
            return _judge(_pictures(stream, packets))
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


def _from_key(container: "av.container.InputContainer", stream: av.VideoStream) -> Iterator[Packet]:
    packets = (packet for packet in itertools.islice(container.demux(stream), PACKETS_LIMIT) if packet.size)
    return itertools.dropwhile(lambda packet: not packet.is_keyframe, packets)


def _pictures(stream: av.VideoStream, packets: Iterable[Packet]) -> list[av.VideoFrame] | None:
    """The first that come out; none where they build up over more packets than there are. None = no packets at all."""
    begun = False
    for packet in packets:
        begun = True
        if frames := stream.codec_context.decode(packet):
            return frames
    return stream.codec_context.decode(None) if begun else None


def _judge(frames: Sequence[av.VideoFrame] | None) -> str:
    if not frames:
        return "gives no picture at that time" if frames is None else NO_START
    if frames[0].is_corrupt:
        return "gives a damaged picture"
    if frames[0].width * frames[0].height > MEGAPIXELS_LIMIT * 1_000_000:
        return "gives a picture of an impossible size"
    return ""
