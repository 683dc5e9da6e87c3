"""When a played recording was recorded: by the PLAY reply, the replay extension, a sender report, or nobody's word."""

import asyncio
import struct

import pytest
from scripted_camera import ScriptedCamera, Video, reply, rtp

from monitor.model import Deadline, LoginState
from monitor.protocols.rtsp import Replay, look
from monitor.protocols.rtsp.dated import NTP_EPOCH, Dating
from monitor.protocols.rtsp.messages import Reply

AT = 1_794_000_000.0


def told(text: str) -> dict[str, float]:
    dating = Dating()
    dating.reply(Reply(200, "OK", {"range": [text]}))
    return dating.told(0, 90000)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("clock=20261106T202000Z-", {"PLAY reply": 1793996400.0}),
        ("clock=20261106T202000.25Z-20261106T203000Z", {"PLAY reply": 1793996400.25}),
        ("npt=0.000-", {}),
        ("clock=20261131T202000Z-", {}),
        ("", {}),
    ],
)
def test_the_range_of_the_play_reply(text: str, when: dict[str, float]):
    assert told(text) == when


def test_a_sender_report_tells_the_time_of_pictures_before_and_after_it():
    dating = Dating()
    report = bytearray(struct.pack(">BBHIIIIII", 0x80, 200, 6, 7, int(AT) + NTP_EPOCH, 2**31, 90000, 0, 0))
    dating.report(report, 0, len(report))
    assert dating.told(180000, 90000) == {"sender report": AT + 0.5 + 1}
    assert dating.told(0, 90000) == {"sender report": AT + 0.5 - 1}
    dating.report(report[:12], 0, 12)
    dating.report(bytearray(b"\x80\xc9" + report[2:]), 0, len(report))
    assert dating.told(0, 90000) == {"sender report": AT + 0.5 - 1}, "neither a stump nor a receiver report counts"


async def test_an_onvif_replay_is_asked_for_and_dated_by_its_extension():
    extension = struct.pack(">HHIIBBH", 0xABAC, 3, int(AT) + NTP_EPOCH, 0, 0xC0, 0, 0)

    async def media(camera: ScriptedCamera, writer: asyncio.StreamWriter) -> None:
        stream = Video(extension=extension)
        while True:
            writer.write(stream.key())
            await writer.drain()
            await asyncio.sleep(0.02)

    async with ScriptedCamera(media=media) as camera:
        camera.on["PLAY"] = lambda request: reply(request, Session="1", Range="clock=20261106T202000Z-")
        seen = await look(
            camera.url,
            None,
            LoginState(),
            deadline=Deadline.after(10),
            watch_seconds=0.1,
            replay=Replay(AT, onvif=True),
        )
    assert seen.facts["recorded_at"] == {"replay extension": AT, "PLAY reply": 1793996400.0}
    asked = {request.method: request.headers for request in camera.requests}
    assert asked["PLAY"]["range"] == "clock=20261106T212000Z-"
    assert asked["PLAY"]["require"] == asked["SETUP"]["require"] == "onvif-replay"


async def test_a_live_look_says_nothing_of_recorded_times():
    async with ScriptedCamera() as camera:
        seen = await look(camera.url, None, LoginState(), deadline=Deadline.after(10), watch_seconds=0.1)
    assert "recorded_at" not in seen.facts


@pytest.mark.parametrize(
    "extension", [struct.pack(">HHI", 0xBEDE, 1, 5), struct.pack(">HHIIBBH", 0xABAC, 3, 0, 0, 0, 0, 0)]
)
def test_another_extension_and_one_without_a_time_say_nothing(extension: bytes):
    dating = Dating()
    packet = bytearray(rtp(1, 90000, b"x", extension=extension))[4:]
    dating.packet(packet, 0, len(packet))
    assert dating.told(90000, 90000) == {}
