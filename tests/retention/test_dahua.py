"""A Dahua recorder is read over CGI: channels counted twice, finders given back, its own way to say locked."""

import time
from dataclasses import replace

import pytest
from hik import DAY, HOUR, files, now, verdicts

from monitor.model import Channel, Credentials, Deadline, Evidence, Key, LoginState, Outcome, Target
from monitor.retention.dahua import read_dahua
from monitor.simulator.dahua import DahuaChannel, DahuaRecorder


def recorder(*segments, **changes) -> DahuaRecorder:
    return DahuaRecorder(channels=[DahuaChannel(one) for one in segments or (files(now()),)], **changes)


def target(nvr: DahuaRecorder, *channels: str, password: str = "recorder-password") -> Target:
    return Target(
        Key("school", "nvr"),
        "recorder",
        nvr.host,
        credentials=Credentials("admin", password),
        timezone="Asia/Shanghai",
        kind="dahua",
        options={"port": nvr.port, "request_pause": 0.0},
        channels=tuple(Channel(f"cam{name}", name) for name in channels or ("1",)),
    )


async def look(wanted: Target, memory: bytes = b"") -> Evidence:
    return await read_dahua(wanted, memory, Deadline.after(90))


@pytest.mark.parametrize(
    ("segments", "verdict"),
    [
        (files, ("ok", None)),
        (lambda t: files(t, seconds=600.0), ("ok", None)),
        (lambda t: files(t, holes=[(t - 5 * DAY, t - 5 * DAY + HOUR)]), ("fault", "recording_gap")),
        (lambda t: files(t, holes=[(t - 3 * DAY, t + HOUR)]), ("fault", "recording_stopped")),
        (lambda t: files(t, days=9), ("fault", "retention_short")),
        (lambda t: [], ("fault", "recording_stopped")),
    ],
    ids=["whole", "many pages", "an hour missing", "stopped 3 days ago", "9 days only", "nothing"],
)
async def test_what_is_kept(segments, verdict):
    async with recorder(files(now()), segments(now())) as nvr:
        wanted = target(nvr, "1", "2")
        found = verdicts(wanted, await look(wanted))
    assert found["cam2"] == verdict
    assert found["cam1"] == ("ok", None)
    assert not nvr.finders, "every finder is given back"


@pytest.mark.parametrize(
    ("fault", "words"),
    [("foreign_channel", "another one"), ("repeated_page", "nothing new"), ("error_text", "an error")],
)
async def test_a_search_that_lies_is_unknown_and_its_finder_is_given_back(fault: str, words: str):
    async with recorder(files(now(), seconds=600.0), fault=fault) as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
    assert words in evidence.recordings.channels[0].unread
    assert verdicts(wanted, evidence)["cam1"] == ("unknown", None)
    assert not nvr.finders


async def test_a_channel_that_is_not_there_is_unknown_even_where_channels_are_not_told():
    async with recorder() as nvr:
        wanted = target(nvr, "7")
        assert verdicts(wanted, await look(wanted))["cam7"] == ("unknown", None)
        nvr.fault = "no_modes"
        assert verdicts(wanted, await look(wanted))["cam7"] == ("unknown", None)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, ("ok", None)),  # full, as every recorder that overwrites
        ({"disk_error": True}, ("fault", "disk_failed")),
        ({"disk_state": "Error"}, ("fault", "disk_failed")),
        ({"disk_state": "Initializing"}, ("unknown", None)),
        ({"disk_type": "ReadOnly"}, ("fault", "disk_failed")),
        ({"disk_type": "Redundant"}, ("ok", None)),
    ],
)
async def test_disks(changes, verdict):
    async with recorder(**changes) as nvr:
        wanted = target(nvr)
        assert verdicts(wanted, await look(wanted))["nvr disk:/dev/sda"] == verdict


@pytest.mark.parametrize("hours", [-2, 8])
async def test_a_wrong_clock_is_its_own_fault_and_never_a_false_gap(hours: float):
    async with recorder(clock_offset=hours * HOUR) as nvr:
        wanted = target(nvr)
        found = verdicts(wanted, await look(wanted))
    assert found["nvr clock"] == ("fault", "recorder_clock_drift")
    assert found["cam1"] == ("ok", None)


async def test_a_recording_that_is_switched_off_is_told():
    async with recorder() as nvr:
        nvr.channels[0].mode = 2
        assert (await look(target(nvr))).facts["disabled"] == ["1"]


async def test_a_wrong_password_is_refused_once_and_a_missing_right_is_no_lock():
    async with recorder() as nvr:
        wrong = await look(target(nvr, password="wrong"))
        assert nvr.refused_logins == 1
        nvr.fault = "no_right"
        forbidden = await look(target(nvr))
    assert (wrong.outcome, wrong.login_worked) == (Outcome.AUTH, False)
    assert forbidden.outcome is Outcome.FORBIDDEN


@pytest.mark.parametrize(("ever_worked", "taught"), [(True, None), (False, False)])
async def test_a_locked_account_is_left_alone_until_the_lock_is_over(ever_worked: bool, taught: bool | None):
    async with recorder(locked_until=time.time() + 600) as nvr:
        wanted = replace(target(nvr), login=LoginState(ever_worked=ever_worked))
        locked = await look(wanted)
        sent = nvr.requests.total()
        still = await look(wanted, locked.memory)
    assert locked.outcome is still.outcome is Outcome.LOCKED
    assert "10 min" in locked.reason
    assert locked.login_worked is taught
    assert nvr.requests.total() == sent
    assert verdicts(wanted, still)["nvr"] == ("fault", "account_locked")


async def test_closed_days_come_from_memory():
    async with recorder(files(now(), seconds=600.0)) as nvr:
        wanted = target(nvr)
        first = await look(wanted)
        cold = nvr.requests.total()
        again = await look(wanted, first.memory)
    assert verdicts(wanted, again)["cam1"] == ("ok", None)
    assert nvr.requests.total() - cold < cold * 0.75
