"""The virtual site from outside: raw RTSP on loopback sockets."""

import asyncio
import socket
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from raw_client import RawClient

from monitor.simulator import CameraSpec, Simulator
from monitor.simulator import rtsp as server
from monitor.simulator.faults import FAULTS

GATE = CameraSpec("gate", "127.41.0.1", port=0, width=160, height=96, fps=50, gop=10)


def site_of(fault: str = "", **changes: object) -> Simulator:
    return Simulator([replace(GATE, fault=fault, **changes)])


async def test_describe_setup_play_teardown() -> None:
    async with site_of() as site, RawClient(site.url("gate")) as client:
        described = await client.ask("DESCRIBE")
        assert described.status == 200
        assert "a=rtpmap:96 H264/90000" in described.body
        assert "sprop-parameter-sets=" in described.body
        played = await client.start()
        assert played.status == 200
        frames = await client.frames(3)
        first = frames[0][0]
        assert f"seq={first.sequence};rtptime={first.timestamp}" in played.headers["rtp-info"]
        assert site.stats("gate")["sessions"] == 1
        assert (await client.ask("TEARDOWN")).status == 200
        stats = site.stats("gate")
        assert (stats["sessions"], stats["sessions_ever"], stats["teardowns"]) == (0, 1, 1)
        assert stats["requests"] == {"DESCRIBE": 1, "SETUP": 1, "PLAY": 1, "TEARDOWN": 1}


@pytest.mark.parametrize("loop", [0.0, 0.4])
async def test_numbering_goes_on_over_loop_ends_faults_and_healing(loop: float) -> None:
    async with site_of(loop=loop) as site, RawClient(site.url("gate")) as client:
        await client.start()
        seen = await client.frames(25)  # more than one loop
        site.set_fault("gate", "snow")
        await site.settled()
        seen += await client.frames(15)
        site.set_fault("gate", "")
        await site.settled()
        seen += await client.frames(15)
        packets = [packet for frame in seen for packet in frame]
        steps = {(after.sequence - before.sequence) & 0xFFFF for before, after in pairwise(packets)}
        ticks = [(after[0].timestamp - before[0].timestamp) & 0xFFFFFFFF for before, after in pairwise(seen)]
        assert steps == {1}
        assert ticks.count(1800) >= len(ticks) - 2  # a switch may skip a frame
        assert len({packet.ssrc for packet in packets}) == 1


async def test_a_loop_repeats_byte_for_byte_and_a_live_stream_never_does() -> None:
    specs = [replace(GATE, loop=0.4), replace(GATE, id="live", address="127.41.0.2", scene="indoor")]
    async with Simulator(specs) as site:
        for name, repeats in (("gate", True), ("live", False)):
            async with RawClient(site.url(name)) as client:
                await client.start()
                frames = [tuple(packet.payload for packet in frame) for frame in await client.frames(30)]
                assert (frames[0] in frames[1:]) is repeats


async def test_a_live_stream_starts_with_a_key_frame_and_shows_other_pictures_every_time() -> None:
    firsts = []
    async with site_of(scene="indoor") as site:
        for _ in range(3):
            async with RawClient(site.url("gate")) as client:
                await client.start()
                frame, *_ = await client.frames(3)  # so that the next look falls on a later frame
                assert {packet.payload[0] & 31 for packet in frame} <= {5, 7, 8, 28}
                firsts.append(b"".join(packet.payload for packet in frame))
    assert len(set(firsts)) == 3


async def test_two_clients_share_every_packet() -> None:
    async with site_of() as site, RawClient(site.url("gate")) as one, RawClient(site.url("gate")) as two:
        await one.start()
        await two.start()
        ours = {packet.sequence: packet.payload for frame in await one.frames(8) for packet in frame}
        theirs = {packet.sequence: packet.payload for frame in await two.frames(4) for packet in frame}
        shared = ours.keys() & theirs.keys()
        assert shared
        assert all(ours[number] == theirs[number] for number in shared)


async def test_looped_cameras_that_look_alike_share_one_encoding() -> None:
    specs = [replace(GATE, id=f"c{number}", address=f"127.41.1.{number}", loop=0.2) for number in range(1, 31)]
    async with Simulator(specs) as site:
        sources = {id(stream.feed.source) for stream in site._streams.values()}
        assert len(sources) == 1


async def test_a_loop_is_kept_on_disk(tmp_path: Path) -> None:
    for _ in range(2):
        async with Simulator([replace(GATE, loop=0.2)], cache=tmp_path) as site, RawClient(site.url("gate")) as client:
            await client.start()
            await client.frames(2)
    [size] = [kept.stat().st_size for kept in tmp_path.iterdir()]  # noqa: ASYNC240 - a test may block
    assert size > 500


async def test_refused_logins_are_counted_and_missing_ones_are_not() -> None:
    async with site_of(username="admin", password="pw", auth="basic") as site, RawClient(site.url("gate")) as client:
        assert (await client.ask("DESCRIBE")).status == 401
        assert site.stats("gate")["refused_logins"] == 0
        assert (await client.ask("DESCRIBE", Authorization="Basic bm86bm8=")).status == 401
        assert (await client.ask("SETUP", Authorization="Basic bm86bm8=")).status == 401
        assert site.stats("gate")["refused_logins"] == 2
        assert (await client.ask("DESCRIBE", Authorization="Basic YWRtaW46cHc=")).status == 200
        site.set_fault("gate", "wrong_password")
        assert (await client.ask("DESCRIBE", Authorization="Basic YWRtaW46cHc=")).status == 401
        assert site.stats("gate")["refused_logins"] == 3


async def test_a_client_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BACKLOG", 50_000)
    async with site_of("noise") as site:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((GATE.address, site.cameras["gate"].port))
        client = RawClient(site.url("gate"))
        client.reader, client.writer = await asyncio.open_connection(sock=slow, limit=2048)
        await client.start()
        [connection] = site._streams["gate"].connections
        connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        for _ in range(200):
            if site.stats("gate")["dropped"]:
                break
            await asyncio.sleep(0.05)
        assert connection.transport.is_closing()
        await asyncio.sleep(0.1)
        assert site.stats("gate")["dropped"] == 1
        assert site.stats("gate")["connections_now"] == 0
        client.writer.close()


async def test_everything_listens_on_loopback_and_is_gone_afterwards() -> None:
    async with Simulator([GATE], control_port=0) as site:
        port = site.cameras["gate"].port
        assert site.url("gate") == f"rtsp://127.41.0.1:{port}/stream1"
    for address, left in ((GATE.address, port), ("127.0.0.1", site.control.port)):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address, left)
    assert len(asyncio.all_tasks()) == 1


async def test_another_service_lives_and_ends_with_the_site() -> None:
    async with site_of() as site:
        face = await site.attach(await asyncio.start_server(lambda _, writer: writer.close(), GATE.address, 0))
        port = face.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection(GATE.address, port)
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(GATE.address, port)


async def test_an_address_that_is_taken_leaves_nothing_behind() -> None:
    with socket.socket() as taken:
        taken.bind(("127.41.0.9", 0))
        taken.listen()
        specs = [GATE, replace(GATE, id="late", address="127.41.0.9", port=taken.getsockname()[1])]
        with pytest.raises(OSError, match="address already in use"):
            async with Simulator(specs):
                pass
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"address": "192.0.2.1"}, "127.0.0.0/8"),
        ({"scene": "moon"}, "'moon' is not one of"),
        ({"codec": "av1"}, "'av1' is not one of"),
        ({"auth": "ntlm"}, "'ntlm' is not one of"),
        ({"fault": "broken"}, "no fault is called 'broken'"),
        ({"fault": "black:3"}, "a figure follows only"),
        ({"id": "Big Gate"}, "lower-case"),
        ({"codec": "mjpeg", "height": 180}, "blocks of 8"),
    ],
)
def test_a_wrong_spec_is_refused(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(GATE, **wrong)


def test_a_spec_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(replace(GATE, username="admin", password="s3cret"))


async def test_unknown_faults_and_cameras_are_refused() -> None:
    async with site_of() as site:
        with pytest.raises(ValueError, match=r"there are: .*black.*wrong_password"):
            site.set_fault("gate", "nope")
        with pytest.raises(KeyError):
            site.set_fault("nobody", "black")
        assert len(FAULTS) > 30
