"""Habits of real cameras, gateways and servers that break a rule and yet show their picture: each must be seen."""

import asyncio
import base64

import pytest
from scripted_camera import IDR, PPS, SDP, SPS, Request, ScriptedCamera, Video, fu_a, reply, rtp
from test_rtsp_outcomes import seen_by

from monitor.model import Outcome


class Odd(ScriptedCamera):
    """A good camera whose every answer is changed on its way."""

    def __init__(self, change, **fields) -> None:
        super().__init__(**fields)
        self.change = change

    def default(self, request: Request) -> bytes:
        return self.change(super().default(request), request)


def numbered(number):
    """The answer with another CSeq, made of the right one."""
    return lambda answer, request: answer.replace(
        b"CSeq: %s" % request.headers["cseq"].encode(), b"CSeq: " + number(request)
    )


def body(answer):
    return answer.partition(b"\r\n\r\n")[2]


ANSWERS = {
    "bare line feeds": lambda answer, _: answer.partition(b"v=0")[0].replace(b"\r\n", b"\n") + body(answer),
    "a blank line of its own kind": lambda answer, _: answer.replace(b"\r\n\r\n", b"\n\r\n", 1),
    "RTSP 2.0": lambda answer, _: answer.replace(b"RTSP/1.0", b"RTSP/2.0"),
    "100 Continue first": lambda answer, request: reply(request, "100 Continue") + answer,
    "no number": lambda answer, request: answer.replace(b"CSeq: %s\r\n" % request.headers["cseq"].encode(), b""),
    "always number 0": numbered(lambda _: b"0"),
    "the number before": numbered(lambda request: b"%d" % (int(request.headers["cseq"]) - 1)),
    "a number with zeros and blanks": numbered(lambda request: b"%04d " % int(request.headers["cseq"])),
}


@pytest.mark.parametrize("habit", ANSWERS)
async def test_answers_that_break_a_rule_are_understood(habit):
    seen = await seen_by(Odd(ANSWERS[habit]), phase_seconds=2.0)
    assert seen.outcome is Outcome.SEEN, seen.reason


def told(fmtp: str = "", rtpmap: str = "a=rtpmap:96 H264/90000") -> str:
    """A description whose parameter sets do not come in band."""
    lines = SDP.replace("a=rtpmap:96 H264/90000", rtpmap)
    return lines + (f"a=fmtp:96 {fmtp}\r\n" if fmtp else "")


def coded(*units: bytes) -> str:
    return ",".join(base64.b64encode(unit).decode() for unit in units)


START = b"\0\0\0\1"
DESCRIPTIONS = {
    "start codes before the sets": told(f"packetization-mode=1;sprop-parameter-sets={coded(START + SPS, START + PPS)}"),
    "both sets in one": told(f"sprop-parameter-sets={coded(START + SPS + START + PPS)}"),
    "blanks around the signs": told(f"packetization-mode = 1 ; sprop-parameter-sets = {coded(SPS, PPS)} ; x=y"),
    "no rtpmap": told(f"sprop-parameter-sets={coded(SPS, PPS)}", rtpmap="a=x:y"),
}


@pytest.mark.parametrize("habit", DESCRIPTIONS)
async def test_parameter_sets_are_found_however_they_are_described(habit):
    async def bare(camera, writer):
        video = Video()
        while True:
            writer.write(video.picture(*fu_a(IDR)) + video.delta())
            await asyncio.sleep(0.02)

    seen = await seen_by(ScriptedCamera(sdp=DESCRIPTIONS[habit], media=bare))
    assert seen.outcome is Outcome.SEEN, seen.reason


def twice(video: Video) -> bytes:
    """Every packet comes two times."""
    packets = []
    for payload in (SPS, PPS, *fu_a(IDR)):
        packets += [rtp(video.sequence, video.timestamp, payload, marker=payload[1:2] == b"\x45")] * 2
        video.sequence += 1
    video.timestamp += video.step
    return b"".join(packets)


def cut(video: Video) -> bytes:
    """The end of a picture is missing, in the middle of a frame: a device whose network is too slow."""
    return video.delta()[:-20] + video.delta() + video.key()


PACKINGS = {
    "several units in one fragmented one": lambda video: video.picture(*fu_a(SPS + START + PPS + START + IDR)),
    "several units in one packet": lambda video: video.picture(SPS + START + PPS + START + IDR[:1000]),
    "start codes in the packets": lambda video: video.picture(START + SPS + START + PPS + START + IDR[:1000]),
    "every packet twice": twice,
    "frames that are cut short": cut,
}


@pytest.mark.parametrize("habit", PACKINGS)
async def test_pictures_are_found_however_they_are_packed(habit):
    async def packed(camera, writer):
        video = Video()
        writer.write(video.delta())
        while True:
            writer.write(PACKINGS[habit](video) + video.delta())
            await asyncio.sleep(0.02)

    seen = await seen_by(ScriptedCamera(media=packed))
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert IDR[:900] in seen.key_frames[0].data
    assert START + SPS + START + PPS in seen.key_frames[0].data


async def test_a_camera_that_marks_every_unit_shows_whole_pictures():
    second = b"\x65\x08" + b"s" * 3000  # begins further down in the picture

    async def marked(camera, writer):
        video = Video()
        while True:
            for payload in (SPS, PPS, *fu_a(IDR), *fu_a(second)):
                ends = payload[0] & 0x1F != 28 or payload[1] & 0x40
                writer.write(rtp(video.sequence, video.timestamp, payload, marker=bool(ends)))
                video.sequence += 1
            video.timestamp += video.step
            writer.write(video.delta())
            await asyncio.sleep(0.02)

    seen = await seen_by(ScriptedCamera(media=marked), key_frames=2)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert [frame.data.count(START) for frame in seen.key_frames] == [4, 4]
    assert all(frame.data.endswith(second) for frame in seen.key_frames)


async def test_garbage_without_end_is_no_video():
    async def garbage(camera, writer):
        writer.write(Video().delta())
        while True:
            writer.write(b"\x01\x02\x03" * 400)
            await asyncio.sleep(0.01)

    seen = await seen_by(ScriptedCamera(media=garbage), packet_age_seconds=0.2, key_frame_seconds=0.5)
    assert seen.outcome is Outcome.STALLED


async def test_a_session_may_have_no_name():
    bare = ScriptedCamera(on={"SETUP": lambda request: reply(request, Transport="RTP/AVP/TCP;interleaved=0-1")})
    assert (await seen_by(bare)).outcome is Outcome.SEEN
    assert bare.methods[-1] == "TEARDOWN"
    assert not any("session" in request.headers for request in bare.requests)


async def test_a_camera_that_knows_no_ranges_is_asked_without():
    def play(request: Request) -> bytes:
        return reply(request, "457 Invalid Range" if "range" in request.headers else "200 OK", Session="77")

    assert (await seen_by(ScriptedCamera(on={"PLAY": play}))).outcome is Outcome.SEEN


@pytest.mark.parametrize("answered", [True, False])
async def test_a_session_that_soon_expires_is_kept_alive_and_then_torn_down(answered):
    def setup(request: Request) -> bytes:
        return reply(request, Session="77 ; timeout = 1", Transport="RTP/AVP/TCP;interleaved=0-1")

    def options(request: Request) -> bytes | None:
        assert request.headers["session"] == "77"
        return reply(request) if answered else None

    camera = ScriptedCamera(on={"SETUP": setup, "OPTIONS": options})
    assert (await seen_by(camera, watch_seconds=2.3)).outcome is Outcome.SEEN
    signs = camera.methods.count("OPTIONS")
    assert camera.methods == ["DESCRIBE", "SETUP", "PLAY", *["OPTIONS"] * signs, "TEARDOWN"]
    assert signs > 1 if answered else signs == 1


async def test_an_ordinary_session_needs_nothing_to_live():
    camera = ScriptedCamera()
    await seen_by(camera, watch_seconds=1.3)
    assert "OPTIONS" not in camera.methods
