"""Proof that recordings play: over RTSP from a Hikvision recorder, as clips from a Frigate server."""

import time
from dataclasses import replace

import pytest
from hik import DAY, HOUR, files, look, now, recorder, verdicts
from hik import target as hikvision

from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, Deadline, Evidence, Key, Segment, Target
from monitor.retention.frigate import read_frigate
from monitor.retention.sampling import instants
from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.frigate import FrigateCamera, FrigateServer

CAMERA = CameraSpec(
    "playback", "127.0.0.1", port=0, width=160, height=96, gop=10, username="admin", password="s3cret-of-nvr"
)
TWO = Limits(recording=RecordingLimits(proof_samples=2))


def closely(wanted: Target) -> Target:
    return replace(wanted, close=True, channels=tuple(replace(one, limits=TWO) for one in wanted.channels))


async def prove(fault: str = "", **changes) -> tuple[Target, Evidence, dict]:
    async with Simulator([replace(CAMERA, fault=fault, **changes)]) as site, recorder() as nvr:
        wanted = closely(hikvision(nvr, rtsp_port=site.cameras["playback"].port))
        return wanted, await look(wanted, seconds=50.0), site.stats("playback")


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
        first = await look(wanted, seconds=50.0)
        second = await look(wanted, first.memory, seconds=50.0)
        refused = site.stats("playback")["refused_logins"]
    assert refused == 1
    assert first.login_worked is second.login_worked is True, "the account itself is good"
    assert verdicts(wanted, second)["cam1"] == ("ok", None)


async def test_what_did_not_play_is_tried_again_until_it_does():
    async with Simulator([replace(CAMERA, fault="not_found")]) as site, recorder() as nvr:
        wanted = closely(hikvision(nvr, rtsp_port=site.cameras["playback"].port))
        first = await look(wanted, seconds=50.0)
        glance = replace(wanted, close=False)
        again = await look(glance, first.memory, seconds=50.0)
        assert verdicts(wanted, again)["cam1"] == ("fault", "recording_invalid")
        site.set_fault("playback", "")
        await site.settled()
        healed = await look(glance, again.memory, seconds=50.0)
    before = {sample.at for sample in first.recordings.samples}
    assert before <= {sample.at for sample in again.recordings.samples}
    assert verdicts(wanted, healed)["cam1"] == ("ok", None)


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
        evidence = await read_frigate(wanted, b"", Deadline.after(50))
    assert [sample.good for sample in evidence.recordings.samples] == [good, good]
    assert verdicts(wanted, evidence)["gate"][0] == ("ok" if good else "fault")


def test_samples_are_of_every_day_first_and_never_of_what_is_being_written():
    moment = time.time()
    segments = [Segment(moment - (day + 1) * DAY, moment - day * DAY) for day in range(5)]
    chosen = instants(segments, 5, moment)
    assert len({int((moment - at) // DAY) for at in chosen}) == 5
    assert all(at < moment - 500 for at in instants([Segment(moment - HOUR, None)], 50, moment))
    assert instants([], 5, moment) == []
