"""Recorded files of every container, whole and damaged: what a sample says of each, from a few ranges of it."""

import io
import struct
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from monitor.model import Deadline
from monitor.retention import proof
from monitor.retention.closed import Instant
from monitor.retention.files import LocalTree
from monitor.retention.media import Damaged
from monitor.vision.recorded import playable

SECONDS, RATE = 45, 10
"""More pictures than may be gone through one by one."""
FORMATS = {
    "mp4": ("mp4", {}, "libx264"),
    "faststart.mp4": ("mp4", {"movflags": "faststart"}, "libx264"),
    "fragmented.mp4": ("mp4", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}, "libx264"),
    "pictures.mp4": ("mp4", {"movflags": "frag_every_frame+empty_moov+default_base_moof"}, "libx264"),
    "ts": ("mpegts", {}, "libx264"),
    "mkv": ("matroska", {}, "libx264"),
    "live.mkv": ("matroska", {"live": "1"}, "libx264"),
    "avi": ("avi", {}, "mjpeg"),
    "flv": ("flv", {}, "libx264"),
    "live.flv": ("flv", {"flvflags": "no_duration_filesize"}, "libx264"),
    "ps": ("vob", {}, "libx264"),
    "h264": ("h264", {}, "libx264"),
    "265": ("hevc", {}, "libx265"),
    "mjpeg": ("mjpeg", {}, "mjpeg"),
}
CODING = {
    "libx264": {"preset": "ultrafast", "threads": "1"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=none"},
}
TELLS_NOTHING = {"h264", "265", "mjpeg"}
TELLS_TIMES_ONLY = {"ts", "ps", "live.mkv", "live.flv"}


@cache
def clip(name: str) -> bytes:
    """A key picture every two seconds."""
    form, options, codec = FORMATS[name]
    return encoded(form, options, codec, {"g": str(2 * RATE), **CODING.get(codec, {})})


def encoded(form: str, options: dict[str, str], codec: str, coding: dict[str, str]) -> bytes:
    """Noise, so that no part is like another."""
    noise = np.random.default_rng(7)
    with tempfile.NamedTemporaryFile() as file, av.open(file.name, "w", format=form, options=options) as output:
        stream = output.add_stream(codec, rate=RATE, options=coding)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for _ in range(SECONDS * RATE):
            picture = noise.integers(0, 255, (48, 64, 3), np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
        output.close()
        return Path(file.name).read_bytes()


def samples(name: str, content: bytes, usual: float = 0.0) -> list[str]:
    """At five instants of its slot: "" if it plays there, a remark in brackets, else why not."""
    made = []
    for share in (0.02, 0.3, 0.55, 0.8, 0.98):
        one = Instant("gate", f"/a.{name}", 1e9 + share * SECONDS, 1e9, SECONDS, len(content), usual)
        try:
            part = proof.part_of(one, lambda offset, length: content[offset : offset + length])
        except Damaged as damaged:
            made.append(str(damaged))
        else:
            made.append(playable(part.ranges, part.size, part.sample) or (f"[{part.reason}]" if part.reason else ""))
    return made


@pytest.fixture(params=[0, 1024**2], ids=["by ranges", "whole"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large files are read in ranges, small ones at once: it must come to the same."""
    monkeypatch.setattr(proof, "WHOLE", request.param)


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("name", FORMATS)
def test_a_whole_file_plays_at_every_instant(name: str) -> None:
    assert samples(name, clip(name), usual=len(clip(name))) == [""] * 5


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("name", FORMATS)
def test_zeros_are_found(name: str) -> None:
    content = clip(name)
    size = len(content)
    assert set(samples(name, bytes(size))) == {"is filled with zeros"}
    assert all(samples(name, content[: size * 3 // 4] + bytes(size - size * 3 // 4))), "its last quarter"
    assert all(samples(name, bytes(size // 8) + content[size // 8 :])), "its first eighth"
    begin, end = size * 45 // 100, size * 65 // 100
    assert any(samples(name, content[:begin] + bytes(end - begin) + content[end:])), "its middle"


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("name", sorted(FORMATS.keys() - TELLS_NOTHING))
def test_a_file_cut_short_is_found_beside_its_neighbours(name: str) -> None:
    content = clip(name)
    cut = content[: len(content) * 3 // 10]
    assert all("cut off" in why or "plays" in why for why in samples(name, cut, usual=len(content))), samples(name, cut)
    if name in TELLS_TIMES_ONLY:
        assert all(why.startswith("[plays") for why in samples(name, cut)), "times alone may be those of another rate"


@pytest.mark.parametrize("name", sorted(TELLS_NOTHING))
def test_a_plain_stream_cut_short_has_fewer_pictures_than_the_file_beside_it(name: str, tmp_path: Path) -> None:
    content, quiet = clip(name), tmp_path / "quiet"
    (tmp_path / "whole").write_bytes(content)
    (tmp_path / "cut").write_bytes(content[: len(content) * 3 // 10])
    quiet.write_bytes(content)
    said = []
    for path, size in ((tmp_path / "cut", len(content) * 3 // 10), (quiet, len(content))):
        peer = (str(tmp_path / "whole"), len(content), SECONDS)
        one = Instant("gate", str(path), 1e9 + 1, 1e9, SECONDS, size, 2.0 * len(content), *peer)
        [part] = proof.fetch(LocalTree(Deadline.after(30)), [one], Deadline.after(30))
        said.append((part.good, part.reason))
    assert said[0] in [(False, f"holds {share}% of the pictures of the file beside it") for share in (29, 30, 31)]
    assert said[1] == (None, "")


def dahua(stream: bytes, start: float) -> bytes:
    """A file as Dahua writes it: every picture in a frame that tells the second it is of."""
    made = []
    with av.open(io.BytesIO(stream), format="h264") as pictures:
        for number, packet in enumerate(packet for packet in pictures.demux(video=0) if packet.size):
            at = datetime.fromtimestamp(start + number / RATE, UTC)
            told = (at.year - 2000) << 26 | at.month << 22 | at.day << 17 | at.hour << 12 | at.minute << 6 | at.second
            extra, kind = bytes([0x81, 0, 8, RATE]), 0xFD if packet.is_keyframe else 0xFC
            size = 24 + len(extra) + packet.size + 8
            head = b"DHAV" + struct.pack("<4BIIIHBB", kind, 0, 0, 0, number, size, told, 0, len(extra), 0)
            made.append(head + extra + bytes(packet) + b"dhav" + struct.pack("<I", size))
    return b"".join(made)


def test_a_file_of_dahua_plays_and_tells_that_it_was_cut_short() -> None:
    content = dahua(clip("h264"), 1e9)
    assert samples("dav", content, usual=len(content)) == [""] * 5
    assert set(samples("dav", content[: len(content) * 3 // 10], usual=len(content))) == {f"plays 13 of {SECONDS} s"}
    assert set(samples("dav", bytes(len(content) // 8) + content[len(content) // 8 :])) == {"begins with zeros"}


@pytest.mark.parametrize(
    ("name", "header"), [("ts", b""), ("avi", b""), ("flv", b""), ("h264", b""), ("h264", b"IMKH" + bytes(36))]
)
def test_the_content_tells_what_a_file_is_and_not_its_name(name: str, header: bytes) -> None:
    content = header + clip(name)
    for share in (0.1, 0.9):
        one = Instant("gate", "/a.mp4", 1e9 + share * SECONDS, 1e9, SECONDS, len(content))
        part = proof.part_of(one, lambda offset, length: content[offset : offset + length])
        assert playable(part.ranges, part.size, part.sample) == ""


async def test_only_of_a_kind_that_is_known_it_is_said_that_it_is_damaged() -> None:
    """A maker's own container, whole or not, cannot be told from a damaged one."""
    content = b"MAKE" + np.random.default_rng(5).bytes(5000) + bytes(3000)  # laid out in advance
    said: list[bool | None] = []
    for name in ("a.bvr", "a.ts"):
        one = Instant("gate", f"/{name}", 1e9 + 1, 1e9, 60.0, len(content))
        try:
            part = proof.part_of(one, lambda offset, length: content[offset : offset + length])
            said.append((await proof.decode(part, Deadline.after(90))).good)
        except Damaged:
            said.append(False)
    assert said == [None, False]


@pytest.mark.parametrize("options", [{}, {"movflags": "frag_keyframe+empty_moov+default_base_moof"}])
async def test_pictures_that_build_up_over_many_are_not_called_damaged(options: dict[str, str]) -> None:
    """Intra refresh: after the first there is no whole picture to begin with."""
    content = encoded("mp4", options, "libx264", {"x264-params": "intra-refresh=1:keyint=50", "threads": "1"})
    for share in (0.3, 0.7):
        one = Instant("gate", "/a.mp4", 1e9 + share * SECONDS, 1e9, SECONDS, len(content))
        part = proof.part_of(one, lambda offset, length: content[offset : offset + length])
        sample = await proof.decode(part, Deadline.after(90))
        assert sample.good is not False, sample.reason
