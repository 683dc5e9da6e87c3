"""Fragmented MP4 as recorders write it: every instant of a whole file plays, however its fragments are cut."""

from pathlib import Path

import av
import numpy as np
import pytest

from monitor.retention import fragments, media
from monitor.retention.closed import Instant
from monitor.retention.proof import part_of
from monitor.vision.recorded import playable

SECONDS = 12


def clip(path: Path, flags: str, gop: int, duration: int = 0) -> bytes:
    """Pictures at 5 a second; ``duration``: of a fragment, microseconds, 0 = from one key picture to the next."""
    options = {"movflags": flags} | ({"frag_duration": str(duration)} if duration else {})
    with av.open(str(path), "w", options=options) as output:
        stream = output.add_stream("libx264", rate=5, options={"g": str(gop), "sc_threshold": "0", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(5 * SECONDS):
            picture = np.full((48, 64, 3), number * 4, np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize(
    ("flags", "gop", "duration"),
    [
        ("frag_keyframe+empty_moov+default_base_moof", 10, 0),
        ("frag_keyframe+empty_moov", 10, 0),  # offsets count from the start of the file
        ("empty_moov", 20, 600_000),  # most fragments begin amid a group of pictures
        ("empty_moov+default_base_moof+dash+global_sidx", 20, 600_000),
    ],
)
def test_every_instant_of_a_whole_file_plays(tmp_path: Path, flags: str, gop: int, duration: int) -> None:
    content = clip(tmp_path / "clip.mp4", flags, gop, duration)
    assert content.count(b"moof") > 3
    for share in np.linspace(0, 0.999, 23):
        one = Instant("gate", "clip.mp4", share * SECONDS, 0.0, float(SECONDS), len(content))
        part = part_of(one, lambda offset, length: content[offset : offset + length])
        assert playable(part.ranges, part.size, part.sample) == "", share


def test_what_lies_between_is_declared_free_however_long_it_is() -> None:
    moov, moof, mdat = media.Box(b"moov", 0, 8, 8), media.Box(b"moof", 2**33, 8, 8), media.Box(b"mdat", 2**33 + 8, 8, 8)
    made = fragments.ranges(lambda offset, length: bytes(length), [moov, moof, mdat], (moof, mdat))
    assert made[1] == (8, b"\0\0\0\1free" + (2**33 - 8).to_bytes(8, "big"))
    assert [offset for offset, _ in made] == [0, 8, 2**33, 2**33 + 8]
