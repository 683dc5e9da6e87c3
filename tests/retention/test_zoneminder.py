"""A ZoneMinder server is read over its HTTP API: pages of 100, local times, its login and its refusals."""

import logging
from dataclasses import replace

import pytest
from hik import DAY, HOUR, now, verdicts

from monitor.judge.recordings import judge_recordings
from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, Credentials, Deadline, Evidence, Key, Outcome, Target
from monitor.retention.zoneminder import read_zoneminder
from monitor.simulator.isapi import files
from monitor.simulator.recorders import Container, make_clip
from monitor.simulator.zoneminder import Monitor, ZoneminderServer


def tape(**changes) -> list[tuple[float, float]]:
    return files(now(), seconds=600.0, **changes)


def target(server: ZoneminderServer, channel: str = "1", password: str = "recorder-password", **options) -> Target:
    return Target(
        Key("school", "nvr"),
        "recorder",
        server.host,
        credentials=Credentials("admin", password),
        timezone="Asia/Shanghai",
        kind="zoneminder",
        options={"port": server.port, "request_pause": 0.0, **options},
        channels=(Channel("gate", channel),),
    )


async def look(wanted: Target, memory: bytes = b"") -> Evidence:
    return await read_zoneminder(wanted, memory, Deadline.after(90))


@pytest.mark.parametrize(
    ("segments", "verdict"),
    [
        (tape, ("ok", None)),
        (lambda: tape(holes=[(now() - 5 * DAY, now() - 5 * DAY + HOUR)]), ("fault", "recording_gap")),
        (lambda: tape(holes=[(now() - 3 * DAY, now() + HOUR)]), ("fault", "recording_stopped")),
        (lambda: tape(days=9), ("fault", "retention_short")),
        (list, ("fault", "recording_stopped")),
    ],
    ids=["whole", "an hour missing", "stopped 3 days ago", "9 days only", "nothing"],
)
async def test_what_is_kept(segments, verdict):
    async with ZoneminderServer(monitors=[Monitor(1, segments=segments())]) as server:
        wanted = target(server)
        assert verdicts(wanted, await look(wanted))["gate"] == verdict


@pytest.mark.parametrize(("zone", "tz"), [("America/New_York", None), ("UTC", None), ("Asia/Shanghai", "")])
async def test_events_are_dated_in_the_zone_of_the_server(zone: str, tz: str | None):
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape())], timezone=zone, tz=tz) as server:
        wanted = target(server)
        assert verdicts(wanted, await look(wanted))["gate"] == ("ok", None)


async def test_a_server_may_give_fewer_events_a_page_than_were_asked_for():
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape())], page_size=25) as server:
        wanted = target(server)
        assert verdicts(wanted, await look(wanted))["gate"] == ("ok", None)


async def test_no_token_is_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape())]) as server:
        assert (await look(target(server))).outcome is Outcome.SEEN
        assert any(server.token in request.target for request in server.sent)
        assert server.token not in caplog.text


async def test_the_open_event_counts_up_to_now_and_one_never_closed_does_not():
    live = [*tape(holes=[(now() - 300, now() + HOUR)]), (now() - 300, None)]
    dead = [*tape(holes=[(now() - 9 * HOUR, now() + HOUR)]), (now() - 9 * HOUR, None)]
    async with ZoneminderServer(monitors=[Monitor(1, segments=live)]) as server:
        wanted = target(server)
        assert verdicts(wanted, await look(wanted))["gate"] == ("ok", None)
        server.monitors[0].segments = dead
        assert verdicts(wanted, await look(wanted))["gate"] == ("fault", "recording_stopped")


async def test_a_wrong_clock_is_its_own_fault_and_never_a_false_gap():
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape())], clock_offset=8 * HOUR) as server:
        wanted = target(server)
        found = verdicts(wanted, await look(wanted))
    assert found["nvr clock"] == ("fault", "recorder_clock_drift")
    assert found["gate"] == ("ok", None)


async def test_a_monitor_may_be_named_and_an_unknown_one_is_unknown():
    async with ZoneminderServer(monitors=[Monitor(1, "gate-cam", tape(), status="NotRunning")]) as server:
        named = await look(target(server, "gate-cam"))
        strange = await look(target(server, "7"))
    assert named.outcome is Outcome.SEEN
    assert named.recordings.channels[0].online is False
    assert verdicts(target(server, "7"), strange)["gate"] == ("unknown", None)


async def test_a_wrong_password_is_refused_once_and_a_switched_off_api_is_no_wrong_password():
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape())]) as server:
        wrong = await look(target(server, password="wrong"))
        assert server.refused_logins == 1
        server.fault = "api_disabled"
        off = await look(target(server))
    assert (wrong.outcome, wrong.login_worked) == (Outcome.AUTH, False)
    assert (off.outcome, off.login_worked) == (Outcome.FORBIDDEN, None)
    assert "switched off" in off.reason
    assert verdicts(target(server), off)["gate"] == ("unknown", None)


@pytest.mark.parametrize("fault", ["endless_pages", "no_times"])
async def test_answers_that_make_no_sense_are_unknown(fault: str):
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape())], fault=fault) as server:
        wanted = target(server)
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.INCOMPLETE
    assert verdicts(wanted, evidence)["gate"] == ("unknown", None)


async def test_closed_days_come_from_memory():
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape(), size=None)]) as server:
        wanted = target(server)
        first = await look(wanted)
        cold = server.requests.total()
        again = await look(wanted, first.memory)
    assert verdicts(wanted, again)["gate"] == ("ok", None)
    assert server.requests.total() - cold <= 14 < cold


async def test_no_secret_is_told():
    async with ZoneminderServer(monitors=[Monitor(1, segments=tape())]) as server:
        evidence = await look(target(server))
        assert server.token not in repr(evidence)
        assert "recorder-password" not in repr(evidence)


def hourly() -> list[tuple[float, float]]:
    return files(now(), seconds=HOUR)


def closely(wanted: Target, samples: int = 3) -> Target:
    limits = Limits(recording=RecordingLimits(proof_samples=samples))
    return replace(wanted, close=True, channels=tuple(replace(one, limits=limits) for one in wanted.channels))


DAMAGED = {
    "whole": (None, ("ok", None), {True}),
    "moov last": (make_clip(Container.MOOV_LAST), ("ok", None), {True}),
    "long": (make_clip(seconds=1.0) + bytes((0, 0x20, 0, 0)) + b"free" + bytes(2 * 1024**2 - 8), ("ok", None), {True}),
    "empty": (b"", ("fault", "recording_invalid"), {False}),
    "zero-filled": (bytes(5000), ("fault", "recording_invalid"), {False}),
    "cut off": (make_clip()[:-200], ("fault", "recording_invalid"), {False}),
}


@pytest.mark.parametrize("name", DAMAGED)
async def test_the_index_says_recorded_and_the_file_must_play(name: str):
    video, verdict, good = DAMAGED[name]
    async with ZoneminderServer(monitors=[Monitor(1, segments=hourly(), video=video)]) as server:
        wanted = closely(target(server))
        evidence = await look(wanted)
    assert {sample.good for sample in evidence.recordings.samples} == good
    assert verdicts(wanted, evidence)["gate"] == verdict
    assert evidence.login_worked is True


async def test_a_file_that_is_gone_and_events_kept_as_single_pictures():
    async with ZoneminderServer(monitors=[Monitor(1, segments=hourly())], fault="no_files") as server:
        gone = await look(closely(target(server)))
        server.fault, server.monitors[0].jpegs = "", True
        shown = await look(closely(target(server)))
    assert {sample.reason for sample in gone.recordings.samples} == {"is listed, but its file cannot be opened"}
    assert {sample.good for sample in shown.recordings.samples} == {True}


async def test_large_files_are_fetched_in_part():
    large = DAMAGED["long"][0]
    async with ZoneminderServer(monitors=[Monitor(1, segments=hourly(), video=large)]) as server:
        await look(closely(target(server), 1))
        ranges = [one.headers["range"] for one in server.sent if "range" in one.headers]
    spans = [[int(end) for end in one.removeprefix("bytes=").split("-")] for one in ranges]
    assert sum(last - first + 1 for first, last in spans) < len(large) / 10


async def test_storage_areas_are_disks_and_tell_how_long_they_will_last():
    async with ZoneminderServer(monitors=[Monitor(1, segments=hourly())]) as server:
        wanted = target(server)
        evidence = await look(wanted)
        server.storage = (("/full", 10**12, 10**12), ("/lost", 0, 0))
        full = await look(wanted)
    [disk] = evidence.recordings.disks
    assert (disk.id, disk.size, disk.free) == ("/var/cache/zoneminder/events", 10**12, 10**11)
    [camera] = [one for one in judge_recordings(wanted, evidence) if one.probe == "recording"]
    assert camera.facts["forecast_days"] == pytest.approx((10**11 + 16 * 24 * 2e7) / (24 * 2e7), rel=0.02)
    found = verdicts(wanted, full)
    assert found["nvr disk:/full"] == ("fault", "disk_full")
    assert found["nvr disk:/lost"] == ("unknown", None)


async def test_a_user_who_may_not_see_the_disks_is_no_refused_login():
    async with ZoneminderServer(monitors=[Monitor(1, segments=hourly())], sees_system=False) as server:
        wanted = target(server)
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.SEEN
    assert evidence.login_worked is True
    assert evidence.recordings.disks is None
