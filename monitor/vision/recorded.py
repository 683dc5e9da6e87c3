"""Decodes one picture of a recorded file of which only parts were fetched. Runs in a worker process."""

from collections.abc import Sequence

import av
from av.logging import Capture

MEGAPIXELS_LIMIT = 200
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

    def read(self, length: int) -> bytes:
        wanted = max(0, min(length, self._size - self._at))
        made = bytearray(wanted)
        for offset, content in self._ranges:
            begin, end = max(offset, self._at), min(offset + len(content), self._at + wanted)
            if begin < end:
                made[begin - self._at : end - self._at] = content[begin - offset : end - offset]
        self._at += wanted
        return bytes(made)


def playable(ranges: Sequence[tuple[int, bytes]], size: int, sample: int | None) -> str:
    """ "" if a picture decodes without complaint, else why not, as the end of a sentence.

    sample: offset of the key picture to decode; None = the first one there is.
    """
    try:
        with Capture(), av.open(Parts(ranges, size), "r", options=PROBING, metadata_errors="ignore") as container:
            return _first_picture(container, sample)
    except av.FFmpegError as error:
        return f"cannot be decoded ({error.strerror or type(error).__name__})"


def _first_picture(container: "av.container.InputContainer", sample: int | None) -> str:
    if not container.streams.video:
        return "has no picture track"
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1
    for number, packet in enumerate(container.demux(stream)):
        if number > PACKETS_LIMIT:
            break
        if not packet.size or not packet.is_keyframe or (sample is not None and packet.pos != sample):
            continue
        frames = [*stream.codec_context.decode(packet), *stream.codec_context.decode(None)]
        return _judge(frames)
    return "gives no picture at that time"


def _judge(frames: Sequence[av.VideoFrame]) -> str:
    if not frames:
        return "gives no picture"
    if frames[0].is_corrupt:
        return "gives a damaged picture"
    if frames[0].width * frames[0].height > MEGAPIXELS_LIMIT * 1_000_000:
        return "gives a picture of an impossible size"
    return ""
