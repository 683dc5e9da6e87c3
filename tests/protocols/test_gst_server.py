"""Against a server we did not write: gst-rtsp-server of the system (python3-gi, gir1.2-gst-rtsp-server-1.0)."""

import asyncio
import subprocess
from pathlib import Path

import av
import pytest

from monitor.model import Credentials, Deadline, LoginState, Outcome
from monitor.protocols.rtsp import StreamLook, look

ACCOUNT = Credentials("monitor", "p@ss:wörd")
SERVER = [Path("/usr/bin/python3"), Path(__file__).with_name("gst_camera.py")]


@pytest.fixture(scope="module")
def ports():
    with subprocess.Popen(SERVER, stdout=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            assert line, "gst-rtsp-server does not start: see tests/system-packages.txt"
            yield [int(port) for port in line.split()]
        finally:
            server.kill()


async def see(port: int, path: str, credentials: Credentials | None = None, **wishes) -> StreamLook:
    deadline = Deadline.after(30)
    return await look(
        f"rtsp://127.0.0.1:{port}/{path}",
        credentials,
        LoginState(),
        deadline=deadline,
        watch_seconds=0.5,
        packet_age_seconds=20,
        **wishes,
    )


def decoded(seen: StreamLook) -> list[av.VideoFrame]:
    (frame,) = seen.key_frames
    decoder = av.CodecContext.create(frame.codec, "r")
    return decoder.decode(av.Packet(frame.data)) + decoder.decode(None)


@pytest.mark.parametrize(
    ("path", "codec", "size"),
    [("h264", "h264", (322, 242)), ("h265", "hevc", (320, 240)), ("jpeg", "mjpeg", (320, 240))],
)
async def test_every_codec_is_measured_and_its_key_frame_decodes(ports, path, codec, size):
    seen = await see(ports[0], path)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert (seen.facts["codec"], seen.facts["width"], seen.facts["height"]) == (codec, *size)
    assert seen.facts["lost"] == 0
    assert seen.facts["frames_per_second_rtp"] == pytest.approx(25, abs=0.5)
    (picture,) = decoded(seen)
    assert (picture.width, picture.height) == size
    assert picture.to_ndarray(format="gray").std() > 20, "colour bars, not an empty picture"


@pytest.mark.parametrize("server", [1, 2], ids=["basic", "digest"])
async def test_login(ports, server):
    right, wrong, missing = await asyncio.gather(
        see(ports[server], "h264", ACCOUNT),
        see(ports[server], "h264", Credentials("monitor", "wrong")),
        see(ports[server], "h264"),
    )
    assert (right.outcome, right.login_worked) == (Outcome.SEEN, True)
    assert (wrong.outcome, wrong.login_worked) == (Outcome.AUTH, False)
    assert (missing.outcome, missing.login_worked) == (Outcome.AUTH_MISSING, None)


async def test_a_path_that_does_not_exist(ports):
    assert (await see(ports[0], "nothing")).outcome is Outcome.NOT_FOUND


async def test_joining_a_shared_stream_shows_no_loss(ports):
    """A late comer starts in the middle of the numbers. (The server drops a packet of those who watch already.)"""
    first = asyncio.create_task(see(ports[0], "shared", key_frames=2))
    await asyncio.sleep(0.3)
    late = await see(ports[0], "shared")
    assert (late.outcome, late.facts["lost"]) == (Outcome.SEEN, 0)
    assert (await first).facts["lost"] <= 1
