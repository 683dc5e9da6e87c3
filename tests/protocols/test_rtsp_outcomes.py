"""Every way a look can end, told by a camera that plays it."""

import asyncio
import base64
import gc
import re
import socket
import threading
import time
from pathlib import Path

import pytest
from scripted_camera import IDR, PPS, SDP, SLICE, SPS, ScriptedCamera, Video, fu_a, reply, rtp

from monitor.model import Credentials, Deadline, LoginState, Outcome
from monitor.protocols.rtsp import StreamLook, look

UNKNOWN = LoginState()
QUICK = {"watch_seconds": 0.15, "phase_seconds": 9.0, "packet_age_seconds": 9.0, "key_frame_seconds": 9.0}
"""Quick where all is well, and patient: a busy machine is late for all. Who plays a silence says how long it is."""


async def see(url: str, credentials=None, login=UNKNOWN, *, seconds=10.0, **wishes) -> StreamLook:
    return await look(url, credentials, login, deadline=Deadline.after(seconds), **(QUICK | wishes))


async def seen_by(camera: ScriptedCamera, **wishes) -> StreamLook:
    async with camera:
        seen = await see(camera.url, **wishes)
        await camera.closed()
        return seen


def answering(method: str, status: str, **headers: str) -> ScriptedCamera:
    return ScriptedCamera(on={method: lambda request: reply(request, status, **headers)})


async def test_a_good_camera_is_seen_with_all_its_figures():
    camera = ScriptedCamera()
    seen = await seen_by(camera)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert seen.reason.startswith("H.264 320x240, ")
    facts = seen.facts
    assert (facts["codec"], facts["width"], facts["height"]) == ("h264", 320, 240)
    assert facts["lost"] == 0
    assert facts["packets"] == facts["expected"] > 5
    assert facts["rtp_clock_running"] is True
    assert 2 < facts["frames_per_second"] < 100
    assert facts["frames_per_second_rtp"] == pytest.approx(50, abs=0.1)
    assert facts["last_packet_age"] < 1
    assert facts["phase"] == "done"
    assert set(facts["phases"]) == {"connect", "describe", "setup", "play", "first_packet", "key_frame"}
    assert (facts["server"], facts["status"]) == ("Scripted", "200 OK")
    assert "loop_lag" not in facts or facts["loop_lag"] >= 0.1
    (frame,) = seen.key_frames
    assert frame.data == b"".join(b"\x00\x00\x00\x01" + unit for unit in (SPS, PPS, IDR))
    assert camera.methods == ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
    assert [request.url.rpartition("/")[2] for request in camera.requests[1:]] == ["track1", "", ""]
    assert camera.requests[0].url == camera.url


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("403 Forbidden", Outcome.FORBIDDEN),
        ("404 Not Found", Outcome.NOT_FOUND),
        ("453 Not Enough Bandwidth", Outcome.BUSY),
        ("503 Service Unavailable", Outcome.BUSY),
        ("500 Internal Server Error", Outcome.SERVER_ERROR),
        ("501 Not Implemented", Outcome.UNSUPPORTED),
        ("400 Bad Request", Outcome.PROTOCOL),
    ],
)
@pytest.mark.parametrize("method", ["DESCRIBE", "PLAY"])
async def test_a_refusal_is_named_by_its_status(method, status, outcome):
    camera = answering(method, status)
    seen = await seen_by(camera)
    assert seen.outcome is outcome
    assert status in seen.reason
    assert seen.facts["phase"] == method.lower()
    assert ("TEARDOWN" in camera.methods) == (method == "PLAY"), "a session that exists is given back, no other"


async def test_a_camera_that_sends_only_over_udp_is_unsupported():
    assert (await seen_by(answering("SETUP", "461 Unsupported Transport"))).outcome is Outcome.UNSUPPORTED
    udp = ScriptedCamera(transport="RTP/AVP;unicast;client_port=5000-5001")
    assert (await seen_by(udp)).outcome is Outcome.UNSUPPORTED


async def test_nothing_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        seen = await see(f"rtsp://127.0.0.1:{unused.getsockname()[1]}/")
    assert seen.outcome is Outcome.REFUSED
    assert seen.facts["phase"] == "connect"


async def test_a_name_that_does_not_exist(no_such_name):
    seen = await see(f"rtsp://{no_such_name}/")
    assert seen.outcome is Outcome.DNS
    assert no_such_name in seen.reason


async def test_a_black_hole_is_a_connect_timeout():
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for queued in (first, second):  # the queue is full: further SYNs are dropped
            queued.setblocking(False)
            queued.connect_ex(full.getsockname())
        seen = await see(f"rtsp://127.0.0.1:{full.getsockname()[1]}/", phase_seconds=0.3)
    assert seen.outcome is Outcome.CONNECT_TIMEOUT


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY"])
async def test_silence_in_any_phase_is_a_timeout_of_that_phase(method):
    seen = await seen_by(ScriptedCamera(on={method: lambda request: None}), phase_seconds=0.5)
    assert seen.outcome is Outcome.TIMEOUT
    assert seen.facts["phase"] == method.lower()
    assert method in seen.reason
    assert 0.45 < seen.facts["phases"][method.lower()] < 5


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY"])
async def test_a_byte_now_and_then_holds_up_no_phase(method):
    async with ScriptedCamera(drips=method) as camera:
        seen = await see(camera.url, phase_seconds=0.5)
    assert seen.outcome is Outcome.TIMEOUT
    assert seen.facts["phase"] == method.lower()
    assert seen.facts["phases"][method.lower()] < 5


async def test_the_whole_look_ends_at_its_deadline():
    began = asyncio.get_running_loop().time()
    seen = await seen_by(ScriptedCamera(on={"PLAY": lambda request: None}), seconds=1.0, phase_seconds=30)
    assert seen.outcome is Outcome.TIMEOUT
    assert asyncio.get_running_loop().time() - began < 10


async def test_a_deadline_that_has_passed_ends_the_look_at_once():
    async with ScriptedCamera() as camera:
        seen = await see(camera.url, seconds=0)
    assert seen.outcome is Outcome.CONNECT_TIMEOUT


async def test_garbage_instead_of_an_answer():
    seen = await seen_by(ScriptedCamera(on={"DESCRIBE": lambda request: bytes(range(256)) * 4}))
    assert seen.outcome is Outcome.PROTOCOL


async def test_a_web_server_on_the_port_is_named_as_such():
    seen = await seen_by(ScriptedCamera(on={"DESCRIBE": lambda request: b"HTTP/1.1 400 Bad Request\r\n\r\n"}))
    assert seen.outcome is Outcome.PROTOCOL
    assert "HTTP" in seen.reason


async def test_an_endless_header_is_cut():
    seen = await seen_by(ScriptedCamera(on={"DESCRIBE": lambda request: b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 4000}))
    assert seen.outcome is Outcome.TOO_LARGE


async def test_an_oversized_body_is_refused_unread():
    camera = answering("DESCRIBE", "200 OK", Content_Length="65537")
    assert (await seen_by(camera)).outcome is Outcome.TOO_LARGE


@pytest.mark.parametrize("length", ["-1", "many", "0x10", ""])
async def test_a_malformed_content_length_is_a_protocol_error(length):
    assert (await seen_by(answering("DESCRIBE", "200 OK", Content_Length=length))).outcome is Outcome.PROTOCOL


async def test_a_camera_that_hangs_up():
    def hang_up(request):
        raise OSError("the script ends the connection")

    seen = await seen_by(ScriptedCamera(on={"SETUP": hang_up}))
    assert seen.outcome is Outcome.CLOSED
    assert seen.facts["phase"] == "setup"


async def test_no_video_offered():
    seen = await seen_by(ScriptedCamera(sdp=SDP[: SDP.index("m=video")]))
    assert seen.outcome is Outcome.NO_VIDEO


async def test_video_in_an_unknown_codec_is_unsupported_and_named():
    seen = await seen_by(ScriptedCamera(sdp=SDP.replace("H264/90000", "MP4V-ES/90000")))
    assert seen.outcome is Outcome.UNSUPPORTED
    assert "MP4V-ES" in seen.reason


async def quiet(camera, writer):
    pass


async def test_play_accepted_but_no_packet():
    seen = await seen_by(ScriptedCamera(media=quiet), key_frame_seconds=0.5)
    assert seen.outcome is Outcome.NO_RTP
    assert seen.facts["packets"] == 0
    assert seen.facts["phase"] == "first_packet"


@pytest.mark.parametrize("fields", [{"kind": 97}, {"channel": 2}])
async def test_packets_of_another_format_or_channel_are_not_ours(fields):
    async def other(camera, writer):
        video = Video(**fields)
        while True:
            writer.write(video.key())
            await asyncio.sleep(0.02)

    assert (await seen_by(ScriptedCamera(media=other), key_frame_seconds=0.5)).outcome is Outcome.NO_RTP


async def test_the_channel_is_the_one_the_camera_chose():
    async def on_four(camera, writer):
        video = Video(channel=4)
        while True:
            writer.write(video.key())
            await asyncio.sleep(0.02)

    camera = ScriptedCamera(media=on_four, transport="RTP/AVP/TCP;unicast;interleaved=4-5;ssrc=0")
    assert (await seen_by(camera)).outcome is Outcome.SEEN


async def only(*payloads: bytes, writer):
    video = Video()
    while True:
        writer.write(video.picture(*payloads))
        await asyncio.sleep(0.02)


async def test_only_delta_frames_is_no_key_frame():
    seen = await seen_by(ScriptedCamera(media=lambda camera, writer: only(SLICE, writer=writer)), key_frame_seconds=0.5)
    assert seen.outcome is Outcome.NO_KEY_FRAME
    assert seen.facts["key_frame_count"] == 0
    assert seen.facts["packets"] > 5


async def test_the_first_key_frame_may_be_awaited_longer_than_the_next():
    async def smart(camera, writer):
        video = Video()
        for number in range(10_000):
            writer.write(video.key() if number == 40 else video.delta())
            await asyncio.sleep(0.02)

    camera = ScriptedCamera(media=smart)
    seen = await seen_by(camera, key_frames=2, key_frame_seconds=0.3, first_key_frame_seconds=4.0)
    assert (seen.outcome, len(seen.key_frames)) == (Outcome.SEEN, 1)
    assert seen.facts["watched_seconds"] < 4
    again = await seen_by(ScriptedCamera(media=smart), key_frame_seconds=0.3)
    assert (again.outcome, again.glance_was_too_short) == (Outcome.NO_KEY_FRAME, True)
    assert not seen.glance_was_too_short


async def test_intra_refresh_without_key_frames_is_said_in_words_and_no_fault():
    recovery = b"\x06\x06\x01\x84\x80"
    seen = await seen_by(
        ScriptedCamera(media=lambda camera, writer: only(recovery, SLICE, writer=writer)), key_frame_seconds=0.5
    )
    assert seen.outcome is Outcome.UNSUPPORTED
    assert "in parts" in seen.reason


async def test_key_frames_without_parameter_sets_cannot_be_decoded():
    seen = await seen_by(ScriptedCamera(media=lambda camera, writer: only(IDR, writer=writer)), key_frame_seconds=0.5)
    assert seen.outcome is Outcome.NO_KEY_FRAME
    assert seen.facts["key_frame_count"] > 1
    assert "complete" in seen.reason
    assert not seen.glance_was_too_short


async def test_pictures_of_untold_size_cannot_be_judged():
    sdp = "v=0\r\nm=video 0 RTP/AVP 26\r\na=control:track1\r\n"
    wide = b"\0\0\0\0\x01\x32\0\0scan"

    async def media(camera, writer):
        video = Video(kind=26)
        while True:
            writer.write(video.picture(wide))
            await asyncio.sleep(0.02)

    seen = await seen_by(ScriptedCamera(sdp=sdp, media=media), key_frame_seconds=0.5)
    assert seen.outcome is Outcome.UNSUPPORTED
    assert "size" in seen.reason


async def test_no_key_frame_is_wanted_and_none_awaited():
    seen = await seen_by(ScriptedCamera(media=lambda camera, writer: only(SLICE, writer=writer)), key_frames=0)
    assert seen.outcome is Outcome.SEEN


async def test_several_key_frames_are_collected():
    seen = await seen_by(ScriptedCamera(frame_seconds=0.01), key_frames=3)
    assert seen.outcome is Outcome.SEEN
    assert len(seen.key_frames) == 3
    assert 0 < seen.facts["key_frame_spacing"] < 5


async def test_a_stream_that_stops_has_stalled():
    async def stops(camera, writer):
        video = Video()
        writer.write(video.key())
        for _ in range(5):
            await asyncio.sleep(0.01)
            writer.write(video.delta())

    seen = await seen_by(ScriptedCamera(media=stops), watch_seconds=9.0, packet_age_seconds=0.2, key_frame_seconds=1.0)
    assert seen.outcome is Outcome.STALLED
    assert 0.2 <= seen.facts["last_packet_age"] < 5, "found out as soon as its frame spacing allows"
    assert len(seen.key_frames) == 1, "what came before is kept"


async def test_one_frame_and_then_nothing_has_stalled_too():
    async def one(camera, writer):
        writer.write(Video().key())

    seen = await seen_by(ScriptedCamera(media=one), packet_age_seconds=0.2, key_frame_seconds=0.5)
    assert seen.outcome is Outcome.STALLED
    assert seen.facts["last_packet_age"] < 5


async def test_a_clock_that_stands_has_stalled():
    async def standing(camera, writer):
        video = Video(step=0)
        while True:
            writer.write(video.key())
            await asyncio.sleep(0.01)

    seen = await seen_by(ScriptedCamera(media=standing))
    assert seen.outcome is Outcome.STALLED
    assert seen.facts["rtp_clock_running"] is False
    assert "clock" in seen.reason
    assert seen.facts["watched_seconds"] < 5


async def slow(camera, writer):
    video = Video(step=36000)
    while True:
        writer.write(video.key())
        await asyncio.sleep(0.4)


async def test_a_slow_camera_has_not_stalled():
    """Frames 0.4 s apart, with 0.2 s as the age limit: its own spacing is what counts."""

    seen = await seen_by(ScriptedCamera(media=slow), packet_age_seconds=0.2, key_frame_seconds=2.0)
    assert seen.outcome is Outcome.SEEN, seen.reason


async def test_a_slow_camera_that_claims_to_be_fast_has_not_stalled():
    """The description says what the camera was set to; in the dark it exposes for longer."""

    described = SDP + "a=framerate:25\r\n"
    seen = await seen_by(ScriptedCamera(sdp=described, media=slow), packet_age_seconds=0.2, watch_seconds=0.6)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert seen.facts["largest_gap"] >= 0.35


async def test_one_frame_in_all_the_time_there_was_is_left_to_a_close_look():
    async def one(camera, writer):
        writer.write(Video().key())

    seen = await seen_by(ScriptedCamera(media=one), seconds=1.5, packet_age_seconds=0.2)
    assert (seen.outcome, seen.facts["frames"]) == (Outcome.SEEN, 1)
    assert seen.facts["last_packet_age"] > 0.5
    assert seen.glance_was_too_short


async def test_lost_packets_are_counted():
    async def lossy(camera, writer):
        video = Video()
        writer.write(video.key())
        while True:
            writer.write(video.delta())
            video.sequence += 3
            await asyncio.sleep(0.01)

    facts = (await seen_by(ScriptedCamera(media=lossy))).facts
    assert facts["lost"] % 3 == 0
    assert facts["lost"] == facts["expected"] - facts["packets"] > 10
    assert facts["loss_ratio"] == pytest.approx(facts["lost"] / facts["expected"], abs=1e-6)


async def test_gaps_before_the_play_reply_are_no_loss_but_its_key_frame_counts():
    """A shared stream: packets come before the reply, and the first numbers behind it have moved on."""
    early = Video(sequence=100)

    def play(request):
        key = early.key()
        early.sequence += 500
        return rtp(20, 0, SLICE) + key + reply(request, Session="77") + early.delta()

    async def later(camera, writer):
        while True:
            writer.write(early.delta())
            await asyncio.sleep(0.01)

    seen = await seen_by(ScriptedCamera(on={"PLAY": play}, media=later))
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert seen.facts["lost"] == 0
    assert len(seen.key_frames) == 1


async def test_key_frames_that_are_never_whole_are_told_with_the_loss():
    async def holes(camera, writer):
        video = Video()
        while True:
            first, *_, last = fu_a(IDR)
            writer.write(video.picture(SPS, PPS, first))
            video.sequence += 1
            writer.write(video.picture(last))
            await asyncio.sleep(0.01)

    seen = await seen_by(ScriptedCamera(media=holes), key_frame_seconds=0.5)
    assert seen.outcome is Outcome.NO_KEY_FRAME
    told = re.search(r"(\d+) of them lost", seen.reason)
    assert told, seen.reason
    assert 0 < int(told[1]) <= seen.facts["lost"]  # more are counted until the connection is closed


@pytest.mark.parametrize("fields", [{"source": 99}, {"kind": 97}])
async def test_a_stranger_among_the_packets_is_not_counted(fields):
    async def mixed(camera, writer):
        ours, strange = Video(), Video(sequence=9, **fields)
        while True:
            writer.write(ours.key() + strange.delta())
            await asyncio.sleep(0.02)

    facts = (await seen_by(ScriptedCamera(media=mixed))).facts
    assert facts["foreign_packets"] > 2
    assert facts["lost"] == 0


async def test_a_camera_that_restarts_its_source_is_followed():
    async def restarts(camera, writer):
        for source, count in ((1, 3), (2, 1000)):
            video = Video(sequence=source * 20000, source=source)
            for _ in range(count):
                writer.write(video.key())
                await asyncio.sleep(0.015)

    seen = await seen_by(ScriptedCamera(media=restarts), watch_seconds=0.3)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert (seen.facts["lost"], seen.facts["foreign_packets"], seen.facts["sequence_restarts"]) == (0, 1, 1)


async def test_requests_of_the_camera_and_stray_line_ends_are_skipped():
    greeting = b"\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"
    assert (await seen_by(ScriptedCamera(greeting=greeting))).outcome is Outcome.SEEN


async def test_the_late_answer_to_an_earlier_request_is_not_taken_for_this_one():
    async with ScriptedCamera() as camera:
        camera.on["SETUP"] = lambda request: reply(camera.requests[0], "404 Not Found") + camera.default(request)
        assert (await see(camera.url)).outcome is Outcome.SEEN


async def test_a_cancelled_look_still_tears_down_and_closes():
    async with ScriptedCamera() as camera:
        task = asyncio.create_task(see(camera.url, watch_seconds=30))
        await camera.playing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await camera.closed()
        assert camera.methods[-1] == "TEARDOWN"


async def test_many_looks_at_the_dead_leave_nothing_behind():
    def resources() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    async with ScriptedCamera(on={"DESCRIBE": lambda request: None}) as camera:
        before = resources()
        seen = await asyncio.gather(*(see(camera.url, phase_seconds=1.0) for _ in range(100)))
        await camera.closed()
        assert resources() == before
    assert {one.outcome for one in seen} <= {Outcome.TIMEOUT, Outcome.STARVED}  # a hundred at once on a busy machine


@pytest.mark.parametrize(
    "on",
    [
        {},
        {"DESCRIBE": lambda request: None},
        {"DESCRIBE": lambda request: b"no RTSP at all"},
        {"SETUP": lambda request: reply(request, "404 Not Found")},
        {"PLAY": lambda request: None},
    ],
    ids=["seen", "silent", "garbage", "refused", "not played"],
)
async def test_what_a_look_used_is_free_at_its_end_and_not_when_the_collector_comes_round(on):
    async with ScriptedCamera(on=on) as camera:
        await see(camera.url, phase_seconds=0.5)
        gc.collect()
        gc.disable()
        try:
            await see(camera.url, phase_seconds=0.5)
            await camera.closed()
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            left = {type(thing).__name__ for thing in gc.garbage if type(thing).__module__.startswith("monitor.")}
            transports = [thing for thing in gc.garbage if isinstance(thing, asyncio.Transport)]
            peers = [one.get_extra_info("peername") for one in transports]  # the camera's own end is garbage here
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert not left
    assert camera.port not in [port for _, port in peers]


async def test_teardown_comes_within_the_deadline_even_if_nobody_answers():
    camera = ScriptedCamera(on={"TEARDOWN": lambda request: None})
    began = asyncio.get_running_loop().time()
    seen = await seen_by(camera, seconds=1.0, watch_seconds=30)
    assert asyncio.get_running_loop().time() - began < 10
    assert seen.outcome is Outcome.SEEN
    assert camera.methods[-1] == "TEARDOWN"


async def test_a_camera_that_ignores_teardown_delays_nobody():
    began = asyncio.get_running_loop().time()
    seen = await seen_by(ScriptedCamera(on={"TEARDOWN": lambda request: None}))
    assert seen.outcome is Outcome.SEEN
    assert asyncio.get_running_loop().time() - began < 5


async def test_our_own_slowness_is_told_and_not_blamed_on_the_camera():
    async with ScriptedCamera(media=quiet) as camera:
        task = asyncio.create_task(see(camera.url, key_frame_seconds=0.5))
        await camera.playing.wait()
        time.sleep(1.3)  # noqa: ASYNC251 - a starved event loop is what is played here
        seen = await task
    assert seen.outcome is Outcome.STARVED
    assert seen.facts["loop_lag"] > 1.0


async def test_a_url_that_is_none_is_a_value_error_without_its_password():
    with pytest.raises(ValueError, match="percent-encoded") as caught:
        await see("rtsp://user:sec/ret@host/")
    assert "sec" not in str(caught.value)


async def test_the_password_shows_nowhere_even_if_the_camera_echoes_it():
    secret = "pa55-wörd"

    def echo(request):
        return reply(request, f"400 {secret}", Server=f"cam {secret}")

    async with ScriptedCamera(on={"DESCRIBE": echo}) as camera:
        seen = await see(camera.url, Credentials("monitor", secret))
    assert seen.outcome is Outcome.PROTOCOL
    assert secret not in repr(seen)
    assert "***" in seen.reason


async def test_a_login_in_the_path_shows_nowhere_either():
    async with ScriptedCamera(on={"DESCRIBE": lambda request: reply(request, f"404 {request.url} unknown")}) as camera:
        seen = await see(f"{camera.url}/user=monitor&password=geheim")
    assert seen.outcome is Outcome.NOT_FOUND
    assert "geheim" not in repr(seen)
    assert "password=***" in seen.reason


@pytest.mark.parametrize("before", ["", "x" * 45, "x" * 60, "x" * 300])
async def test_a_login_that_the_camera_echoes_does_not_show_however_it_is_written_or_cut(before):
    secret = "geheim/42"

    def echo(request):
        if "authorization" not in request.headers:
            return reply(request, "401 No", WWW_Authenticate='Basic realm="x"')
        said = f"{before}{request.headers['authorization']} {secret} geheim%2F42"
        return reply(request, f"500 {said}", Server=said)

    async with ScriptedCamera(on={"DESCRIBE": echo}) as camera:
        shown = repr(await see(camera.url, Credentials("monitor", secret)))
    for telling in ("gehe", base64.b64encode(b"monitor:geheim/42").decode()[:8]):
        assert telling not in shown


@pytest.mark.parametrize("fault", ["rst", "eof"])
async def test_hanging_up_in_the_middle_of_the_video(fault):
    async def leaves(camera, writer):
        writer.write(Video().key())
        await asyncio.sleep(0.05)
        writer.transport.abort() if fault == "rst" else writer.close()

    seen = await seen_by(ScriptedCamera(media=leaves))
    assert seen.outcome is Outcome.CLOSED
    assert seen.facts["packets"] > 1
