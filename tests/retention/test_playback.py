"""Proof that recordings play: over RTSP from Hikvision, Dahua and ONVIF recorders, as clips from a Frigate server."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hik import DAY, HOUR, files, look, now, recorder, verdicts
from hik import target as hikvision

from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, Credentials, Deadline, Evidence, Key, Segment, Target
from monitor.retention.dahua import read_dahua
from monitor.retention.frigate import read_frigate
from monitor.retention.onvif import read_onvif
from monitor.retention.replay import agreeing, another_time
from monitor.retention.sampling import instants
from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.dahua import DahuaChannel, DahuaRecorder
from monitor.simulator.frigate import FrigateCamera, FrigateServer
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_recordings import Recording, add_recordings

CAMERA = CameraSpec(
    "playback", "127.0.0.1", port=0, width=160, height=96, gop=10, username="admin", password="s3cret-of-nvr"
)
TWO = Limits(recording=RecordingLimits(proof_samples=2))


def closely(wanted: Target) -> Target:
    return replace(wanted, close=True, channels=tuple(replace(one, limits=TWO) for one in wanted.channels))


async def prove(fault: str = "", **changes) -> tuple[Target, Evidence, dict]:
    async with Simulator([replace(CAMERA, fault=fault, **changes)]) as site, recorder() as nvr:
        wanted = closely(hikvision(nvr, rtsp_port=site.cameras["playback"].port))
        return wanted, await look(wanted, seconds=90.0), site.stats("playback")


async def test_recordings_that_play():
    wanted, evidence, stats = await prove()
    assert [sample.good for sample in evidence.recordings.samples] == [True, True]
    assert verdicts(wanted, evidence)["cam1"] == ("ok", None)
    assert stats["refused_logins"] == 0
    assert (stats["sessions"], stats["teardowns"]) == (0, 2), "every session is given back"


async def test_recordings_that_do_not_play_are_invalid():
    wanted, evidence, _ = await prove("not_found")
    assert [sample.good for sample in evidence.recordings.samples] == [False, False]
    assert verdicts(wanted, evidence)["cam1"] == ("fault", "recording_invalid")


async def test_a_recorder_that_has_no_session_left_proves_nothing():
    wanted, evidence, stats = await prove("busy")
    assert [sample.good for sample in evidence.recordings.samples] == [None]
    assert verdicts(wanted, evidence)["cam1"] == ("ok", None)
    assert stats["requests"]["SETUP"] == 1, "not asked again"


async def test_an_account_that_may_not_play_is_tried_once():
    async with Simulator([replace(CAMERA, password="another")]) as site, recorder() as nvr:
        wanted = closely(hikvision(nvr, rtsp_port=site.cameras["playback"].port))
        first = await look(wanted, seconds=90.0)
        second = await look(wanted, first.memory, seconds=90.0)
        refused = site.stats("playback")["refused_logins"]
    assert refused == 1
    assert first.login_worked is second.login_worked is True, "the account itself is good"
    assert verdicts(wanted, second)["cam1"] == ("ok", None)


async def test_what_did_not_play_is_tried_again_until_it_does():
    async with Simulator([replace(CAMERA, fault="not_found")]) as site, recorder() as nvr:
        wanted = closely(hikvision(nvr, rtsp_port=site.cameras["playback"].port))
        first = await look(wanted, seconds=90.0)
        glance = replace(wanted, close=False)
        again = await look(glance, first.memory, seconds=90.0)
        assert verdicts(wanted, again)["cam1"] == ("fault", "recording_invalid")
        site.set_fault("playback", "")
        await site.settled()
        healed = await look(glance, again.memory, seconds=90.0)
    before = {sample.at for sample in first.recordings.samples}
    assert before <= {sample.at for sample in again.recordings.samples}
    assert verdicts(wanted, healed)["cam1"] == ("ok", None)


TOLD = [
    ("", [True, True], ""),
    ("asked", [True, True], "PLAY reply"),
    ("reports", [True, True], "sender report"),
    ("another", [False, False], ""),
]


@pytest.mark.parametrize(("habit", "good", "dated"), TOLD)
async def test_the_time_a_recorder_says_it_plays_is_held_against_the_one_asked(habit: str, good: list, dated: str):
    wanted, evidence, _ = await prove(playback=habit)
    samples = evidence.recordings.samples
    assert [sample.good for sample in samples] == good
    assert {sample.dated for sample in samples} == {dated}
    if habit == "another":
        assert "65 min before" in samples[0].reason
        assert verdicts(wanted, evidence)["cam1"] == ("fault", "recording_invalid")


def nvr_target(host: str, kind: str, channel: str, options: dict[str, Any]) -> Target:
    return Target(
        Key("school", "nvr"),
        "recorder",
        host,
        credentials=Credentials("admin", CAMERA.password),
        timezone="Asia/Shanghai",
        kind=kind,
        options=options,
        channels=(Channel("gate", channel, limits=TWO),),
        close=True,
    )


@pytest.mark.parametrize(("habit", "good", "dated"), TOLD)
async def test_a_dahua_recorder_plays_by_its_own_wall_clock(habit: str, good: list, dated: str):
    channel = DahuaChannel(files(now()))
    async with Simulator([replace(CAMERA, playback=habit)]) as site, DahuaRecorder(channels=[channel]) as nvr:
        nvr.password = CAMERA.password
        options = {"port": nvr.port, "rtsp_port": site.cameras["playback"].port, "request_pause": 0.0}
        wanted = nvr_target(nvr.host, "dahua", "1", options)
        evidence = await read_dahua(wanted, b"", Deadline.after(90))
        assert site.stats("playback")["refused_logins"] == 0
    assert [sample.good for sample in evidence.recordings.samples] == good
    assert {sample.dated for sample in evidence.recordings.samples} == {dated}
    assert nvr.finders == {}, "playing leaves no search open"


@pytest.mark.parametrize(
    ("habit", "good", "dated"),
    [
        ("", [True, True], ""),
        ("asked", [True, True], "replay extension"),
        ("reply", [True, True], "PLAY reply"),
        ("reports", [True, True], "sender report"),
        ("another", [False, False], ""),
        ("another_day", [False, False], ""),
    ],
)
async def test_a_profile_g_device_plays_from_its_replay_service(habit: str, good: list, dated: str):
    device = OnvifCamera(auth="digest", password=CAMERA.password)
    begun = datetime.fromtimestamp(now() - 20 * DAY, UTC)
    shelf = add_recordings(device, [Recording("rec-1", "gate", ((begun, None),))])
    async with Simulator([replace(CAMERA, playback=habit)]) as site, device:
        shelf.rtsp_port = site.cameras["playback"].port
        wanted = nvr_target(device.host, "onvif", "gate", {"port": device.port})
        evidence = await read_onvif(wanted, b"", Deadline.after(90))
        later = await read_onvif(replace(wanted, close=False), evidence.memory, Deadline.after(90))
    assert [sample.good for sample in evidence.recordings.samples] == good
    assert {sample.dated for sample in evidence.recordings.samples} == {dated}
    before = {sample.at for sample in evidence.recordings.samples}
    assert before <= {sample.at for sample in later.recordings.samples}, "they add up"
    if habit == "another_day":
        assert "1440 min before it (replay extension)" in evidence.recordings.samples[0].reason


async def test_a_profile_g_device_without_a_replay_service_is_not_blamed():
    device = OnvifCamera(auth="digest", password=CAMERA.password)
    begun = datetime.fromtimestamp(now() - 20 * DAY, UTC)
    add_recordings(device, [Recording("rec-1", "gate", ((begun, None),))])
    device.services = tuple(name for name in device.services if name != "replay")
    async with device:
        wanted = Target(
            Key("school", "nvr"),
            "recorder",
            device.host,
            credentials=Credentials("admin", CAMERA.password),
            kind="onvif",
            options={"port": device.port},
            channels=(Channel("gate", "gate", limits=TWO),),
            close=True,
        )
        evidence = await read_onvif(wanted, b"", Deadline.after(90))
    assert {sample.good for sample in evidence.recordings.samples} == {None}
    assert verdicts(wanted, evidence)["gate"] == ("ok", None)


def test_local_time_marked_as_utc_is_a_habit_and_no_other_recording():
    at = 1_794_000_000.0
    assert another_time({"PLAY reply": at + 8 * HOUR}, at, 8 * HOUR) == ""
    assert agreeing({"PLAY reply": at + 8 * HOUR}, at, 8 * HOUR) == "PLAY reply"
    assert another_time({"PLAY reply": at + 8 * HOUR}, at) != ""
    assert another_time({"sender report": at + 9 * DAY}, at) == "", "it may tell what time it is now"
    assert agreeing({"sender report": at + 30}, at) == "sender report"


@pytest.mark.parametrize(("fault", "good"), [("", True), ("zero_clips", False)])
async def test_frigate_cuts_out_clips(fault: str, good: bool):
    async with FrigateServer(cameras={"gate": FrigateCamera(files(now()))}, fault=fault) as server:
        wanted = Target(
            Key("school", "nvr"),
            "recorder",
            server.host,
            timezone="Asia/Shanghai",
            kind="frigate",
            options={"port": server.port, "request_pause": 0.0},
            channels=(Channel("gate", "gate", limits=TWO),),
            close=True,
        )
        evidence = await read_frigate(wanted, b"", Deadline.after(90))
    assert [sample.good for sample in evidence.recordings.samples] == [good, good]
    assert verdicts(wanted, evidence)["gate"][0] == ("ok" if good else "fault")


def test_samples_are_of_every_day_first_and_never_of_what_is_being_written():
    moment = time.time()
    segments = [Segment(moment - (day + 1) * DAY, moment - day * DAY) for day in range(5)]
    chosen = instants(segments, 5, moment)
    assert len({int((moment - at) // DAY) for at in chosen}) == 5
    assert all(at < moment - 500 for at in instants([Segment(moment - HOUR, None)], 50, moment))
    assert instants([], 5, moment) == []
