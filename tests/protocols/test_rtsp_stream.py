"""Packets nobody needs to look into are counted in one go, and counted the same."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_camera import IDR, PPS, SLICE, SPS, fu_a, rtp

from monitor.protocols.rtsp.rtp import Statistics
from monitor.protocols.rtsp.sdp import VideoTrack
from monitor.protocols.rtsp.stream import Stream

TRACK = VideoTrack("h264", 96)
LONG_SLICE = b"\x41\x9a" + b"p" * 900
KINDS = {
    "key": [SPS, PPS, *fu_a(IDR, 400)],
    "delta": fu_a(LONG_SLICE, 100),
    "small": [SLICE],
    "slices": [SPS, PPS, *fu_a(IDR, 700), *fu_a(b"\x65\x00" + IDR[2:], 500)],
    "told amid": [SPS, PPS, *fu_a(IDR, 400)[:3], b"\x06\x01sei", *fu_a(IDR, 400)[3:]],
    "told late": [b"\x06\x01sei", *fu_a(LONG_SLICE, 300)],
}


def frames(pictures: list[tuple[str, str]]) -> list[bytes]:
    """The interleaved frames of (kind, trouble) pictures, one after the other."""
    sequence, timestamp, found = 65_520, 0xFFFFE000, []
    for kind, trouble in pictures:
        payloads = KINDS[kind]
        for number, payload in enumerate(payloads):
            marker = number == len(payloads) - 1 and trouble != "no marker"
            source = 8 if trouble == "stranger" and number == 1 else 7
            lost = trouble == "lost" and number == len(payloads) // 2
            found += [] if lost else [rtp(sequence, timestamp, payload, marker=marker, source=source)]
            if trouble == "twice" and number == 3:
                found += [rtp(sequence - back, timestamp, payloads[number - back]) for back in (2, 1)]
            sequence += 1
        found += [rtp(0, 0, b"audio", channel=2)] if trouble == "audio" else []
        timestamp += 0 if trouble == "clock stands" else 3600
    return found


def received(data: bytes, cuts: list[int], wanted: int, *, in_one_go: bool) -> dict[str, Any]:
    """All that a stream knows in the end of bytes that came in pieces; every piece holds whole frames."""
    stream = Stream(TRACK, 0, wanted, 0.0)
    stream.play()
    buffer, position = bytearray(data), 0
    for now, end in enumerate([*cuts, len(data)]):
        while position < end:
            stop = position + 4 + int.from_bytes(buffer[position + 2 : position + 4], "big")
            if buffer[position + 1] == 0:
                stream.packet(buffer, position + 4, stop, now)
                stop = stream.skip(buffer, stop, end, now) if in_one_go else stop
            position = stop
    known = {name: getattr(stream.statistics, name) for name in Statistics.__slots__}
    return known | {"keys": asdict(stream.keys), "frames": stream.key_frames, "foreign": stream.foreign}


TROUBLES = ["", "", "", "no marker", "lost", "stranger", "twice", "audio", "clock stands"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(TROUBLES)), min_size=1, max_size=12),
    st.lists(st.integers(0, 80), max_size=6),
    st.integers(0, 3),
)
def test_what_is_counted_in_one_go_is_counted_the_same(
    pictures: list[tuple[str, str]], cuts: list[int], wanted: int
) -> None:
    all_frames = frames(pictures)
    places = sorted(sum(map(len, all_frames[:cut])) for cut in cuts)
    data = b"".join(all_frames)
    singly = received(data, places, wanted, in_one_go=False)
    assert received(data, places, wanted, in_one_go=True) == singly


@pytest.mark.parametrize(("kind", "wanted", "looked_into"), [("delta", 1, 1), ("key", 0, 3), ("key", 1, 4)])
def test_only_what_begins_or_ends_something_is_looked_into(kind: str, wanted: int, looked_into: int) -> None:
    data = bytearray(b"".join(frames([(kind, "")])))
    stream = Stream(TRACK, 0, wanted, 0.0)
    stream.play()
    position, packets = 0, 0
    while position < len(data):
        stop = position + 4 + int.from_bytes(data[position + 2 : position + 4], "big")
        stream.packet(data, position + 4, stop, 1.0)
        position, packets = stream.skip(data, stop, len(data), 1.0), packets + 1
    assert packets == looked_into
    assert stream.statistics.packets == len(KINDS[kind])


@pytest.mark.parametrize("trouble", ["lost", "stranger"])
def test_what_is_out_of_the_ordinary_is_looked_into(trouble: str) -> None:
    data = bytearray(b"".join(frames([("delta", trouble)])))
    stream = Stream(TRACK, 0, 1, 0.0)
    stream.play()
    first = len(rtp(0, 0, KINDS["delta"][0]))
    stream.packet(data, 4, first, 1.0)
    before = {"lost": len(KINDS["delta"]) // 2 - 1, "stranger": 0}[trouble]
    assert stream.skip(data, first, len(data), 1.0) == (1 + before) * first


def test_a_frame_that_is_not_all_there_yet_is_left_for_later() -> None:
    first, second, *_ = frames([("delta", "")])
    data = bytearray(first + second)
    stream = Stream(TRACK, 0, 1, 0.0)
    stream.play()
    stream.packet(data, 4, len(first), 1.0)
    assert stream.skip(data, len(first), len(data) - 1, 1.0) == len(first)
    assert stream.skip(data, len(first), len(data), 1.0) == len(data)
