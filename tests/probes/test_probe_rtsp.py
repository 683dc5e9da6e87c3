"""The stream and port probes: what a look saw, as evidence."""

import asyncio
import json
import socket
from datetime import UTC, datetime, timedelta

import pytest

from monitor.limits import Limits, StreamLimits
from monitor.model import Credentials, Deadline, Key, LoginState, Outcome, Target
from monitor.probes import PROBES
from monitor.probes.rtsp import look_at_stream
from monitor.probes.tcp import look_at_port

SDP = "v=0\r\nm=video 0 RTP/AVP 26\r\na=control:track1\r\n"


async def camera(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The least motion JPEG camera: wants Basic, then sends one packet a frame, 100 a second."""
    task = None
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            method, cseq = head.split(b" ")[0], head.split(b"CSeq: ")[1].split(b"\r\n")[0]
            known = b"Authorization: Basic dTpw" in head
            writer.write(b"RTSP/1.0 %s\r\nCSeq: %s\r\nSession: 1\r\n" % (b"200 OK" if known else b"401 No", cseq))
            writer.write(b'WWW-Authenticate: Basic realm="x"\r\nContent-Length: %d\r\n\r\n' % len(SDP) + SDP.encode())
            if known and method == b"PLAY":
                task = asyncio.create_task(_play(writer))
    except (asyncio.IncompleteReadError, OSError):
        pass
    finally:
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        writer.transport.abort()


async def _play(writer: asyncio.StreamWriter) -> None:
    for number in range(10_000):
        rtp = b"\x80\x9a" + number.to_bytes(2, "big") + (number * 900).to_bytes(4, "big") + b"\x00\x00\x00\x07"
        packet = rtp + b"\x00\x00\x00\x00\x01\x32\x14\x0f" + b"scan"
        writer.write(b"$\x00" + len(packet).to_bytes(2, "big") + packet)
        await asyncio.sleep(0.01)


@pytest.fixture
async def port():
    server = await asyncio.start_server(camera, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    await asyncio.sleep(0.02)  # the camera's side of each connection ends
    server.close()
    await server.wait_closed()


def target(**fields) -> Target:
    limits = Limits(stream=StreamLimits(watch_seconds=0.2, packet_age_seconds=5.0))
    return Target(key=Key("site", "gate"), role="camera", host="127.0.0.1", limits=limits, **fields)


async def test_the_stream_is_seen(port):
    before = datetime.now(UTC)
    login = Credentials("u", "p")
    seen = await look_at_stream(target(rtsp=f"rtsp://127.0.0.1:{port}/", credentials=login), b"", Deadline.after(10))
    assert (seen.probe, seen.outcome, seen.login_worked) == ("rtsp", Outcome.SEEN, True)
    assert before <= seen.at <= datetime.now(UTC)
    assert 0.2 <= seen.seconds < 10
    stream = seen.facts["stream"]
    assert (stream["codec"], stream["width"], stream["height"]) == ("mjpeg", 160, 120)
    assert json.loads(json.dumps(seen.facts)) == seen.facts


async def test_the_close_look_watches_longer(port):
    close = target(rtsp=f"rtsp://127.0.0.1:{port}/", credentials=Credentials("u", "p"), close=True)
    seen = await look_at_stream(close, b"", Deadline.after(10))
    assert seen.facts["stream"]["watched_seconds"] >= 1.0


async def test_a_wrong_password_is_refused_and_then_rests(port):
    wrong = Credentials("u", "wrong")
    url = f"rtsp://127.0.0.1:{port}/"
    first = await look_at_stream(target(rtsp=url, credentials=wrong), b"", Deadline.after(10))
    assert (first.outcome, first.login_worked) == (Outcome.AUTH, False)
    rest = LoginState(datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1))
    second = await look_at_stream(target(rtsp=url, credentials=wrong, login=rest), b"", Deadline.after(10))
    assert (second.outcome, second.login_worked) == (Outcome.AUTH_RESTING, None)
    assert "wrong" not in repr(first) + repr(second)


async def test_without_an_address_there_is_nothing_to_look_at():
    for probe in (look_at_stream, look_at_port):
        assert (await probe(target(), b"", Deadline.after(1))).outcome is Outcome.UNSUPPORTED


@pytest.mark.parametrize(
    "place",
    [
        lambda port: {"rtsp": f"rtsp://127.0.0.1:{port}/", "onvif": "127.0.0.1:1"},
        lambda port: {"onvif": f"127.0.0.1:{port}"},
        lambda port: {"onvif": f"http://127.0.0.1:{port}/onvif/device_service"},
        lambda port: {"options": {"port": port}},
    ],
    ids=["rtsp", "onvif host:port", "onvif url", "option"],
)
async def test_the_port_is_knocked_at(port, place):
    seen = await look_at_port(target(**place(port)), b"", Deadline.after(10))
    assert (seen.probe, seen.outcome, seen.facts["port"]) == ("tcp", Outcome.SEEN, port)
    assert seen.login_worked is None


async def test_nothing_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        for probe in ("tcp", "rtsp"):
            seen = await PROBES[probe](target(rtsp=f"rtsp://127.0.0.1:{port}/"), b"", Deadline.after(10))
            assert seen.outcome is Outcome.REFUSED
