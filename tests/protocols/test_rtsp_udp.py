"""Devices that send RTP over UDP only, as VLC and old encoders do: asked for it after they refused TCP."""

import asyncio
import re
import socket

import pytest
from scripted_camera import Request, ScriptedCamera, Video, reply
from test_rtsp_outcomes import seen_by

from monitor.model import Outcome


def setup(request: Request) -> bytes:
    """Refuses interleaving; takes the two ports it is told."""
    wish = request.headers["transport"]
    if "TCP" in wish:
        return reply(request, "461 Unsupported Transport")
    return reply(request, Session="77", Transport=f"{wish};server_port=6970-6971")


def ports(camera: ScriptedCamera) -> tuple[int, int]:
    wish = next(request.headers["transport"] for request in camera.requests if "client_port" in str(request.headers))
    first, second = re.search(r"client_port=(\d+)-(\d+)", wish).groups()
    return int(first), int(second)


def datagrams(packets: bytes) -> list[bytes]:
    """The packets of interleaved frames, without what frames them."""
    found = []
    while packets:
        size = int.from_bytes(packets[2:4], "big")
        found.append(packets[4 : 4 + size])
        packets = packets[4 + size :]
    return found


def sending_from(here: str):
    async def media(camera, writer):
        video = Video()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((here, 0))
            while True:
                for packet in datagrams(video.key() + video.delta()):
                    sender.sendto(packet, ("127.0.0.1", ports(camera)[0]))
                await asyncio.sleep(0.02)

    return media


async def test_a_device_that_refuses_tcp_is_seen_over_udp():
    camera = ScriptedCamera(on={"SETUP": setup}, media=sending_from("127.0.0.1"))
    seen = await seen_by(camera)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert (seen.facts["width"], seen.facts["lost"], seen.facts["transport"]) == (320, 0, "udp")
    assert len(seen.key_frames) == 1
    assert camera.methods == ["DESCRIBE", "SETUP", "SETUP", "PLAY", "TEARDOWN"]
    first, second = ports(camera)
    assert (first % 2, second) == (0, first + 1)


async def test_datagrams_of_another_host_are_not_ours():
    """Silence over UDP may be a firewall's doing: that is no fault of the camera."""
    camera = ScriptedCamera(on={"SETUP": setup}, media=sending_from("127.0.0.2"))
    seen = await seen_by(camera, key_frame_seconds=0.5, phase_seconds=0.5)
    assert seen.outcome is Outcome.UNSUPPORTED
    assert "UDP" in seen.reason


@pytest.mark.parametrize("status", ["461 Unsupported Transport", "404 Not Found"])
async def test_a_device_that_refuses_udp_as_well_is_asked_no_third_time(status):
    camera = ScriptedCamera(on={"SETUP": lambda request: reply(request, status)})
    seen = await seen_by(camera)
    assert seen.outcome is (Outcome.UNSUPPORTED if status.startswith("461") else Outcome.NOT_FOUND)
    assert camera.methods.count("SETUP") == (2 if status.startswith("461") else 1)
