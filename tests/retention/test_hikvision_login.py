"""One refused login, ever: the guard of the daemon, the recorder's own lock, and what is sent when."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hik import look, recorder, target, verdicts

from monitor.judge.recordings import judge_recordings
from monitor.model import Credentials, LoginState, Outcome
from monitor.protocols.logins import LoginEntry, LoginGuard
from monitor.retention import read_recorder
from monitor.runner import Runner


async def forget(entry: LoginEntry) -> None:
    pass


def runner() -> Runner:
    failures: list[tuple[str, str]] = []
    return Runner(
        {"recorder": read_recorder},
        judge_recordings,
        LoginGuard(b"salt" * 4, []),
        slots=4,
        seconds=5.0,
        on_failure=lambda name, outcome: failures.append((name, outcome)),
        keep_login=forget,
    )


async def test_a_wrong_password_for_an_hour_of_polls_is_one_refused_login_and_no_lock():
    daemon = runner()
    async with recorder(lock_after=5) as nvr:
        wanted, memory, found = target(nvr, password="wrong"), b"", set()
        for _ in range(60):
            evidence = (await daemon.look("recorder", wanted, memory)).evidence
            memory = evidence.memory or memory
            found.add(verdicts(wanted, evidence)["nvr"])
            assert verdicts(wanted, evidence)["cam1"] == ("unknown", None)
    assert nvr.refused_logins == 1
    assert not nvr.locked()
    assert found == {("fault", "recorder_auth_failed")}


async def test_a_mended_password_is_tried_at_once():
    daemon = runner()
    async with recorder() as nvr:
        await daemon.look("recorder", target(nvr, password="wrong"), b"")
        evidence = (await daemon.look("recorder", target(nvr), b"")).evidence
    assert evidence.outcome is Outcome.SEEN
    assert nvr.refused_logins == 1


async def test_a_recorder_that_dies_while_the_login_rests_is_unreachable():
    daemon = runner()
    async with recorder() as nvr:
        wanted = target(nvr, password="wrong")
        await daemon.look("recorder", wanted, b"")
    evidence = (await daemon.look("recorder", wanted, b"")).evidence
    assert evidence.outcome is Outcome.REFUSED
    assert verdicts(wanted, evidence)["nvr"] == ("fault", "recorder_unreachable")


async def test_no_credentials_are_sent_before_a_challenge_and_never_basic():
    async with recorder() as nvr:
        await look(target(nvr))
    sent = [request.headers.get("authorization", "") for request in nvr.sent]
    assert sent[0] == ""
    assert all(value.startswith("Digest ") for value in sent[1:])
    assert nvr.refused_logins == 0


@pytest.mark.parametrize("auth", ["digest", "digest-sha256", "digest-rfc2069", "basic"])
async def test_every_kind_of_login_a_recorder_may_want(auth: str):
    async with recorder(auth=auth) as nvr:
        evidence = await look(target(nvr))
    assert evidence.outcome is Outcome.SEEN
    assert evidence.login_worked is True
    assert nvr.refused_logins == 0


async def test_without_credentials_the_recorder_is_asked_nothing_twice():
    async with recorder() as nvr:
        evidence = await look(replace(target(nvr), credentials=None))
    assert evidence.outcome is Outcome.AUTH_MISSING
    assert evidence.login_worked is None
    assert nvr.requests.total() == 1


async def test_a_locked_account_is_left_alone_until_the_lock_is_over():
    """Somebody else locked it: the right password is refused too, and works again afterwards."""
    async with recorder(lock_seconds=210.0) as nvr:
        nvr.locked_until = time.time() + 210.0
        wanted = replace(target(nvr), login=LoginState(ever_worked=True))
        locked = await look(wanted)
        sent = nvr.requests.total()
        still = await look(wanted, locked.memory)
    assert locked.outcome is still.outcome is Outcome.LOCKED
    assert "4 min" in locked.reason
    assert locked.login_worked is None, "nothing is learnt about the password: it may be tried when the lock is over"
    assert nvr.requests.total() == sent, "not one request while it is locked"
    assert verdicts(wanted, still)["nvr"] == ("fault", "account_locked")
    assert verdicts(wanted, still)["cam1"] == ("unknown", None)


async def test_after_the_lock_the_right_password_works_again(monkeypatch):
    monkeypatch.setattr("monitor.retention.inquiry.UNLOCK_MARGIN", 0.0)
    async with recorder() as nvr:
        nvr.locked_until = time.time() + 1.2
        wanted = replace(target(nvr), login=LoginState(ever_worked=True))
        memory = (await look(wanted)).memory
        while (evidence := await look(wanted, memory)).outcome is Outcome.LOCKED:
            assert nvr.refused_logins == 1
        assert evidence.outcome is Outcome.SEEN


async def test_a_login_that_never_worked_and_meets_a_lock_rests_as_a_refused_one():
    async with recorder(lock_after=1) as nvr:
        evidence = await look(target(nvr, password="wrong"))
    assert evidence.outcome is Outcome.LOCKED
    assert evidence.login_worked is False
    assert nvr.refused_logins == 1


async def test_a_resting_login_is_not_sent():
    rests = LoginState(refused_at=datetime.now(UTC), rest_until=datetime.now(UTC) + timedelta(hours=1))
    async with recorder() as nvr:
        evidence = await look(replace(target(nvr), login=rests))
    assert evidence.outcome is Outcome.AUTH_RESTING
    assert evidence.login_worked is None
    assert all("authorization" not in request.headers for request in nvr.sent)


async def test_no_secret_is_ever_told():
    async with recorder() as nvr:
        for password in ("s3cret-of-nvr", "wr0ng-secret"):
            wanted = replace(target(nvr), credentials=Credentials("admin", password))
            evidence = await look(wanted)
            told = repr(evidence) + repr(evidence.memory)
            assert password not in told
