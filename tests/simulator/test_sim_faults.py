"""Every fault from outside: raw RTSP on loopback sockets."""

import asyncio
from dataclasses import replace

import pytest
from raw_client import RawClient

from monitor.simulator import CameraSpec, Simulator

GATE = CameraSpec("gate", "127.42.0.1", port=0, width=160, height=96, fps=50, gop=10)


def site_of(fault: str = "", **changes: object) -> Simulator:
    return Simulator([replace(GATE, fault=fault, **changes)])


async def test_stalled_stops_and_goes_on_when_healed() -> None:
    async with site_of("stalled:200") as site, RawClient(site.url("gate")) as client:
        await client.start()
        assert 1 <= await client.frames_within(0.8) <= 15  # 0.2 s of 50 frames a second
        site.set_fault("gate", "")
        async with asyncio.timeout(30):
            await client.frames(20)


async def test_loss_leaves_gaps_in_the_numbers() -> None:
    async with site_of("loss:30") as site, RawClient(site.url("gate")) as client:
        await client.start()
        numbers = [packet.sequence for packet in await client.packets(40)]
        assert 45 < (numbers[-1] - numbers[0]) % 65536 < 80


async def test_p_frames_only() -> None:
    async with site_of("no_key_frame") as site, RawClient(site.url("gate")) as client:
        await client.start()
        kinds = {packet.payload[0] & 31 for packet in await client.packets(25)}
        assert kinds == {1}


async def test_a_stopped_clock() -> None:
    async with site_of("clock_stopped") as site, RawClient(site.url("gate")) as client:
        await client.start()
        assert len({packet.timestamp for packet in await client.packets(20)}) == 1


async def test_no_rtp_until_healed() -> None:
    async with site_of("no_rtp") as site, RawClient(site.url("gate")) as client:
        assert (await client.start()).status == 200
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await client.packet()
        site.set_fault("gate", "")
        await client.packets(2)


@pytest.mark.parametrize(
    ("fault", "method", "status"),
    [
        ("forbidden", "DESCRIBE", 403),
        ("not_found", "DESCRIBE", 404),
        ("overloaded", "DESCRIBE", 503),
        ("redirect", "DESCRIBE", 302),
        ("busy", "SETUP", 453),
    ],
)
async def test_refusals(fault: str, method: str, status: int) -> None:
    async with site_of(fault) as site, RawClient(site.url("gate")) as client:
        answer = await client.ask(method, Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
        assert answer.status == status
        assert (answer.headers.get("location", "").startswith("rtsp://127.42.0.2:")) is (fault == "redirect")
        site.set_fault("gate", "")
        assert (await client.ask("DESCRIBE")).status == 200


async def test_what_a_client_may_get_wrong() -> None:
    async with site_of() as site, RawClient(site.url("gate")) as client:
        assert (await client.ask("SETUP", Transport="RTP/AVP;unicast;client_port=5000-5001")).status == 461
        assert (await client.ask("PLAY")).status == 454
        assert (await client.ask("RECORD")).status == 501
        assert (await client.ask("DESCRIBE", client.url + "2")).status == 404
        client.writer.write(b"nonsense\r\n\r\n")
        assert (await client.reader.readline()).split()[1] == b"400"


async def test_audio_only_and_bare_descriptions() -> None:
    async with site_of("no_video") as site, RawClient(site.url("gate")) as client:
        assert "m=video" not in (await client.ask("DESCRIBE")).body
        site.set_fault("gate", "bare_sdp")
        body = (await client.ask("DESCRIBE")).body
        assert "m=video" in body
        assert "sprop" not in body


async def test_unreachable_refuses_at_once_and_hangs_up_on_those_inside() -> None:
    async with site_of() as site, RawClient(site.url("gate")) as client:
        await client.start()
        site.set_fault("gate", "unreachable")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(GATE.address, site.cameras["gate"].port)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await client.packets(1000)
        site.set_fault("gate", "")
        await site.settled()
        async with RawClient(site.url("gate")) as again:
            assert (await again.ask("DESCRIBE")).status == 200


async def test_a_camera_may_be_unreachable_from_the_start() -> None:
    async with site_of("unreachable") as site:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(GATE.address, site.cameras["gate"].port)


async def test_silence() -> None:
    async with site_of("silent") as site, RawClient(site.url("gate")) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await client.ask("DESCRIBE")
        assert site.stats("gate")["requests"] == {"DESCRIBE": 1}


async def test_a_drip_is_one_byte_at_a_time() -> None:
    async with site_of("drip") as site, RawClient(site.url("gate")) as client:
        client.writer.write(f"DESCRIBE {client.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        assert await client.reader.read(100) == b"R"
        assert await client.reader.read(100) == b"T"


async def test_garbage_is_no_rtsp() -> None:
    async with site_of("garbage") as site, RawClient(site.url("gate")) as client:
        client.writer.write(f"OPTIONS {client.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        assert not (await client.reader.readexactly(4096)).startswith(b"RTSP/1.0")


async def test_reset() -> None:
    async with site_of("reset") as site, RawClient(site.url("gate")) as client:
        with pytest.raises(ConnectionResetError):
            await client.ask("DESCRIBE")


@pytest.mark.parametrize("fault", ["endless_header", "big_body"])
async def test_floods_are_bounded_by_what_the_client_reads(fault: str) -> None:
    async with site_of(fault) as site, RawClient(site.url("gate")) as client:
        client.writer.write(f"DESCRIBE {client.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        assert (await client.reader.readexactly(300_000)).startswith(b"RTSP/1.0 200 OK\r\n")
        await asyncio.sleep(0.4)  # nobody reads
        [connection] = site._streams["gate"].connections
        assert connection.transport.get_write_buffer_size() < 200_000


async def test_a_fault_of_the_packets_stays_with_its_camera_when_a_loop_is_shared() -> None:
    """Same phase: every camera beyond the number of phases shares the feed of an earlier one."""
    healthy = [replace(GATE, id=f"c{n}", address=f"127.42.2.{n}", loop=0.4) for n in range(1, 102)]
    odd = replace(GATE, id="odd", address="127.42.2.200", loop=0.4, fault="no_key_frame")
    async with Simulator([odd, *healthy]) as site:
        for name in [spec.id for spec in healthy]:
            assert site._streams[name].feed.keys
        async with RawClient(site.url("odd")) as client:
            await client.start()
            assert {packet.payload[0] & 31 for packet in await client.packets(25)} == {1}
