"""The runner holds its promises whatever a probe does. The probes here are real ones of the seam: plain functions."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from monitor import runner
from monitor.judge import judge
from monitor.model import Credentials, Deadline, Evidence, Key, Memory, Outcome, Target, Verdict
from monitor.protocols.logins import LoginEntry, LoginGuard
from monitor.runner import GRACE, HostLocks, Lanes, Runner

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def camera(device: str = "gate", host: str = "127.0.0.1") -> Target:
    return Target(Key("school", device), "camera", host, credentials=Credentials("monitor", "s3cret"))


def seen(outcome: Outcome = Outcome.SEEN, login_worked: bool | None = None) -> Evidence:
    return Evidence("rtsp", NOW, 0.0, outcome, "seen", login_worked=login_worked)


async def forget(entry: LoginEntry) -> None:
    pass


def runner_of(probe, *, slots: int = 8, seconds: float = 5.0, failures: list | None = None, keep=None) -> Runner:
    counted = failures if failures is not None else []
    return Runner(
        {"rtsp": probe},
        judge,
        LoginGuard(b"salt" * 4, []),
        slots=slots,
        seconds=seconds,
        on_failure=lambda name, outcome: counted.append((name, outcome)),
        keep_login=keep or forget,
    )


async def test_an_error_of_ours_becomes_unknown_without_its_text():
    async def broken(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        raise ValueError("rtsp://monitor:s3cret@127.0.0.1/")

    failures: list = []
    evidence = (await runner_of(broken, failures=failures).look("rtsp", camera(), b"")).evidence
    assert evidence.outcome is Outcome.FAILED
    assert evidence.reason == "the monitor failed at this look (ValueError)"
    assert failures == [("rtsp", "failed")]


async def test_evidence_nobody_can_judge_is_an_error_of_ours_too():
    async def odd(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        return Evidence("rtsp", NOW, 0.0, Outcome.SEEN, "seen", facts={"stream": 7})

    seen = await runner_of(odd).look("rtsp", camera(), b"")
    assert seen.evidence.outcome is Outcome.FAILED
    assert [finding.verdict for finding in seen.findings] == [Verdict.UNKNOWN]


async def test_the_text_of_an_error_of_ours_never_reaches_the_log(caplog):
    async def broken(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        raise ValueError("password s3cret")

    await runner_of(broken).look("rtsp", camera(), b"")
    assert "ValueError at" in caplog.text
    assert "s3cret" not in caplog.text


async def test_what_fails_at_every_look_is_told_at_the_first_time_the_tenth_and_the_hundredth(caplog):
    async def broken(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        raise ImportError("no module")

    failures: list = []
    looking = runner_of(broken, failures=failures)
    for number in range(20):
        await looking.look("rtsp", camera(f"cam-{number}", f"127.0.0.{number + 1}"), b"")
    told = [record.getMessage() for record in caplog.records]
    assert len(failures) == 20
    assert [line.partition(" at ")[2].partition(" ")[0] for line in told] == ["school/cam-0", "school/cam-9"]
    assert "(10 times now)" in told[1]


async def test_a_probe_that_never_ends_is_abandoned():
    async def endless(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        await asyncio.Event().wait()
        raise AssertionError

    failures: list = []
    begun = time.monotonic()
    evidence = (await runner_of(endless, seconds=0.05, failures=failures).look("rtsp", camera(), b"")).evidence
    assert evidence.outcome is Outcome.ABANDONED
    assert time.monotonic() - begun < GRACE + 10
    assert failures == [("rtsp", "abandoned")]


async def test_one_host_is_looked_at_once_at_a_time():
    inside, most = 0, 0

    async def counting(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        return seen()

    runner = runner_of(counting)
    await asyncio.gather(*(runner.look("rtsp", camera(f"c{i}"), b"") for i in range(5)))
    assert most == 1


async def test_different_hosts_are_looked_at_together():
    everyone = asyncio.Barrier(3)

    async def together(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        await everyone.wait()
        return seen()

    runner = runner_of(together)
    looks = (runner.look("rtsp", camera(f"c{i}", f"127.0.0.{i}"), b"") for i in range(3))
    assert len(await asyncio.gather(*looks)) == 3


async def test_a_host_lock_nobody_wants_is_forgotten():
    locks = HostLocks()
    async with locks.held("127.0.0.1"):
        assert locks._locks
    assert not locks._locks
    assert not locks._wanted


async def test_slow_hosts_leave_slots_for_the_others(monkeypatch):
    monkeypatch.setattr(runner, "SILENT_SECONDS", 60)
    lanes = Lanes(2)
    for host in ("dead-1", "dead-2"):
        lanes.remember(host, Outcome.TIMEOUT)
    async with lanes.slot("dead-1"):
        second = asyncio.create_task(_enter(lanes, "dead-2"))
        await _enter(lanes, "alive")
        assert not second.done()
    await second


async def test_a_host_that_was_silent_before_lends_its_slot_sooner(monkeypatch):
    monkeypatch.setattr(runner, "SILENT_SECONDS", 0.05)
    monkeypatch.setattr(runner, "SLOT_SECONDS", 60)
    lanes = Lanes(1)
    lanes.remember("dead-1", Outcome.TIMEOUT)
    lanes.remember("dead-2", Outcome.NO_RTP)
    async with lanes.slot("dead-1"), asyncio.timeout(30), lanes.slot("dead-2"):
        await _enter(lanes, "alive")


async def test_a_host_that_answers_again_leaves_the_slow_lane():
    lanes = Lanes(2)
    lanes.remember("cam", Outcome.TIMEOUT)
    lanes.remember("cam", Outcome.SEEN)
    async with lanes.slot("cam"):
        await _enter(lanes, "other")


async def test_a_look_that_waits_for_silence_lends_its_slot_to_the_next(monkeypatch):
    monkeypatch.setattr(runner, "SLOT_SECONDS", 0.05)
    lanes = Lanes(1)
    for _ in range(2):  # a slot given back early is given back once
        async with lanes.slot("never seen"), asyncio.timeout(30):
            await _enter(lanes, "alive")
    async with lanes.slot("a"):
        second = asyncio.create_task(_enter(lanes, "b"))
        await asyncio.sleep(0)
        assert not second.done()
    await second


async def test_long_looks_have_slots_of_their_own():
    lanes = Lanes(4)
    async with lanes.slot("recorder", long=True):
        assert lanes.full()
        await _enter(lanes, "alive")
    assert not lanes.full()


async def _enter(lanes: Lanes, host: str) -> None:
    async with lanes.slot(host):
        pass


async def test_a_refused_login_rests_for_every_protocol_on_that_host():
    tried: list[bool] = []

    async def refusing(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        tried.append(target.login.refused_at is None)
        return seen(Outcome.AUTH, login_worked=False)

    runner = runner_of(refusing)
    await runner.look("rtsp", camera(), b"")
    await runner.look("rtsp", camera("same-host"), b"")
    assert tried == [True, False]


async def test_a_refused_login_is_kept_before_the_host_is_free_again():
    kept: list[LoginEntry] = []

    async def refusing(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
        return seen(Outcome.AUTH, login_worked=False)

    async def keep(entry: LoginEntry) -> None:
        assert runner._locks._wanted
        kept.append(entry)

    runner = runner_of(refusing, keep=keep)
    await runner.look("rtsp", camera(), b"")
    assert [(entry.host, entry.username, entry.refusals) for entry in kept] == [("127.0.0.1", "monitor", 1)]
    assert "s3cret" not in repr(kept)


@pytest.mark.parametrize(("close", "least"), [(False, 5.0), (True, 45.0)])
def test_a_close_look_has_more_time(close: bool, least: float):
    runner = runner_of(None)
    target = Target(Key("s", "d"), "camera", "127.0.0.1", close=close)
    assert runner.seconds_for("picture", target) == least
