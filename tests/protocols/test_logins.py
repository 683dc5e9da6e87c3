"""The login guard: an account is never locked, whatever the protocol and however often the monitor restarts."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from monitor.model import Credentials, LoginState
from monitor.protocols.logins import LoginEntry, LoginGuard, may_try

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ACCOUNT = Credentials("monitor", "secret")
HOST = "192.0.2.7"


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def allowed(guard: LoginGuard, when: datetime, host: str = HOST, account: Credentials = ACCOUNT) -> bool:
    return may_try(guard.state(host, account), when)


def test_an_unknown_account_may_be_tried():
    guard = LoginGuard(b"salt")
    assert guard.state(HOST, ACCOUNT) == LoginState()
    assert allowed(guard, NOON)


def test_an_account_that_never_worked_rests_after_one_refusal():
    guard = LoginGuard(b"salt")
    assert guard.refused(HOST, ACCOUNT, NOON)
    assert guard.state(HOST, ACCOUNT) == LoginState(NOON, after(hours=12), False)
    assert not allowed(guard, NOON)
    assert not allowed(guard, after(hours=11, minutes=59))
    assert allowed(guard, after(hours=12))


def test_an_account_that_worked_gets_one_second_chance():
    guard = LoginGuard(b"salt")
    guard.worked(HOST, ACCOUNT, NOON)
    guard.refused(HOST, ACCOUNT, NOON)
    assert not allowed(guard, after(minutes=9))
    assert allowed(guard, after(minutes=10))
    guard.refused(HOST, ACCOUNT, after(minutes=10))
    assert not allowed(guard, after(hours=12))
    assert allowed(guard, after(hours=12, minutes=10))
    guard.refused(HOST, ACCOUNT, after(hours=13))
    assert not allowed(guard, after(hours=24))


def test_a_success_clears_the_refusals_and_renews_the_second_chance():
    guard = LoginGuard(b"salt")
    guard.refused(HOST, ACCOUNT, NOON)
    assert guard.worked(HOST, ACCOUNT, after(hours=12))
    assert guard.state(HOST, ACCOUNT) == LoginState(None, None, True)
    assert not guard.worked(HOST, ACCOUNT, after(hours=13)), "nothing changed, nothing to save"
    guard.refused(HOST, ACCOUNT, after(hours=14))
    assert allowed(guard, after(hours=14, minutes=10))


def test_another_password_user_or_host_is_another_account():
    guard = LoginGuard(b"salt")
    guard.refused(HOST, ACCOUNT, NOON)
    assert allowed(guard, NOON, account=Credentials("monitor", "changed"))
    assert allowed(guard, NOON, account=Credentials("admin", "secret"))
    assert allowed(guard, NOON, host="192.0.2.8")


def test_the_host_is_the_same_in_any_case():
    guard = LoginGuard(b"salt")
    guard.refused("Camera.Local", ACCOUNT, NOON)
    assert not allowed(guard, NOON, host="camera.local")


def test_entries_outlive_a_restart_and_hold_no_password():
    guard = LoginGuard(b"salt")
    guard.refused(HOST, ACCOUNT, NOON)
    (entry,) = guard.entries()
    assert "secret" not in json.dumps(asdict(entry), default=str)
    again = LoginGuard(b"salt", [LoginEntry(**asdict(entry))])
    assert not allowed(again, after(hours=11))


def test_the_fingerprint_depends_on_the_salt():
    prints = set()
    for salt in (b"one", b"two", b"x" * 100):
        guard = LoginGuard(salt)
        guard.refused(HOST, ACCOUNT, NOON)
        prints.add(guard.entries()[0].fingerprint)
    assert len(prints) == 3


def test_a_password_that_is_no_text_is_an_account_too():
    guard = LoginGuard(b"salt")
    odd = Credentials("monitor", b"\xff\xfe".decode("utf-8", "surrogateescape"))
    guard.refused(HOST, odd, NOON)
    assert not allowed(guard, NOON, account=odd)
