"""Fragments whose index lies in a file of its own, as HLS and DASH recorders keep them."""

import re
import tempfile
from pathlib import Path

import av
import numpy as np
import pytest

from monitor.model import Deadline
from monitor.retention import proof
from monitor.retention.closed import Instant
from monitor.retention.files import LocalTree

RATE = 10


def fragmented(size: tuple[int, int] = (64, 48)) -> tuple[bytes, list[bytes]]:
    """The initialisation segment, and fragments that each begin with a key picture."""
    noise, options = np.random.default_rng(7), {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with tempfile.NamedTemporaryFile() as file, av.open(file.name, "w", format="mp4", options=options) as output:
        stream = output.add_stream("libx264", rate=RATE, options={"g": str(RATE), "threads": "1"})
        stream.width, stream.height = size
        for _ in range(3 * RATE):
            picture = noise.integers(0, 255, (*size[::-1], 3), np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
        output.close()
        content = Path(file.name).read_bytes()
    places = [box.start() - 4 for box in re.finditer(b"moof", content)]
    ends = [*places[1:], content.index(b"mfra") - 4]
    return content[: places[0]], [content[begin:end] for begin, end in zip(places, ends, strict=True)]


START, PIECES = fragmented()
PIECE = PIECES[1]


async def judged(folder: Path, content: bytes = PIECE, name: str = "1790000000.m4s") -> tuple[bool | None, str]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    one = Instant("gate", str(path), 1.79e9 + 0.5, 1.79e9, 1.0, len(content))
    [part] = proof.fetch(LocalTree(Deadline.after(30)), [one], Deadline.after(30))
    sample = await proof.decode(part, Deadline.after(30))
    return sample.good, sample.reason


@pytest.mark.parametrize("name", ["init.mp4", "../init.mp4", "init-stream0.m4s", "../../gate_init_1.mp4"])
async def test_a_fragment_plays_with_the_beginning_beside_or_above_it(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "gate/2026/20"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(START)
    assert await judged(folder) == (True, "")
    assert await judged(folder, b"\0\0\0\x10styp" + b"msdhmsdh" + PIECE) == (True, "")
    assert (await judged(folder, PIECE[: len(PIECE) // 2]))[0] is False
    assert (await judged(folder, PIECE[: len(PIECE) // 4] + bytes(len(PIECE) * 3 // 4)))[0] is False


async def test_a_playlist_says_which_beginning_is_whose(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(fragmented((128, 96))[0])
    (tmp_path / "b.mp4").write_bytes(START)
    (tmp_path / "day.m3u8").write_text(
        '#EXTM3U\n#EXT-X-MAP:URI="a.mp4"\n#EXTINF:1,\n1789999999.m4s\n#EXT-X-MAP:URI="b.mp4"\n#EXTINF:1,\n1790000000.m4s\n'
    )
    assert await judged(tmp_path) == (True, "")


async def test_without_a_beginning_nothing_is_said_but_why(tmp_path: Path) -> None:
    good, why = await judged(tmp_path)
    assert good is None
    assert "no initialisation segment" in why
    (tmp_path / "init.mp4").write_bytes(b"")
    assert (await judged(tmp_path))[0] is None


async def test_of_several_beginnings_the_nearest_name_counts_and_accuses_nobody(tmp_path: Path) -> None:
    (tmp_path / "init-main.mp4").write_bytes(START)
    (tmp_path / "init-sub.mp4").write_bytes(fragmented((128, 96))[0])
    assert await judged(tmp_path, name="chunk-main-7.m4s") == (True, "")
    assert (await judged(tmp_path, name="chunk-sub-7.m4s"))[0] is not False
