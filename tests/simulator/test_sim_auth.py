"""Logins as told by a client that computes them itself."""

import base64
import hashlib

import pytest

from monitor.simulator.auth import REALM, Answer, Guard

URI = "rtsp://127.0.0.1/stream1"


def digest(guard: Guard, password: str, *, nc: str = "00000001", uri: str = URI, nonce: str = "") -> str:
    algorithm = hashlib.sha256 if guard.scheme == "digest-sha256" else hashlib.md5

    def hashed(text: str) -> str:
        return algorithm(text.encode()).hexdigest()

    nonce = nonce or guard.nonce
    qop = "" if guard.scheme == "digest-rfc2069" else f":{nc}:c0ffee:auth"
    response = hashed(f"{hashed(f'admin:{REALM}:{password}')}:{nonce}{qop}:{hashed(f'DESCRIBE:{uri}')}")
    return (
        f'Digest username="admin", realm="{REALM}", nonce="{nonce}", uri="{uri}", response="{response}", '
        f'qop=auth, nc={nc}, cnonce="c0ffee"'
    )


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()


def ask(guard: Guard, authorization: str | None) -> Answer:
    return guard.check(authorization, "DESCRIBE", URI)


@pytest.mark.parametrize("scheme", ["digest", "digest-sha256", "digest-rfc2069"])
def test_digest_takes_the_right_password_only(scheme: str) -> None:
    guard = Guard(scheme, "admin", "s3cret")
    assert ask(guard, None) is Answer.MISSING
    assert ask(guard, digest(guard, "wrong")) is Answer.REFUSED
    assert ask(guard, digest(guard, "s3cret")) is Answer.ACCEPTED
    assert ask(guard, basic("s3cret")) is Answer.REFUSED


def test_basic_takes_the_right_password_only() -> None:
    guard = Guard("basic", "admin", "pass:wörd")
    assert ask(guard, None) is Answer.MISSING
    assert ask(guard, basic("pass:wörd")) is Answer.ACCEPTED
    assert ask(guard, basic("pass")) is Answer.REFUSED
    assert ask(guard, "Basic not*base64") is Answer.REFUSED


def test_a_nonce_count_must_rise() -> None:
    guard = Guard("digest", "admin", "s3cret")
    assert ask(guard, digest(guard, "s3cret", nc="00000002")) is Answer.ACCEPTED
    assert ask(guard, digest(guard, "s3cret", nc="00000002")) is Answer.REFUSED
    assert ask(guard, digest(guard, "s3cret", nc="00000003")) is Answer.ACCEPTED


def test_the_signed_uri_must_be_the_one_asked_for() -> None:
    guard = Guard("digest", "admin", "s3cret")
    assert ask(guard, digest(guard, "s3cret", uri=URI + "/trackID=1")) is Answer.REFUSED


def test_the_right_password_under_an_old_nonce_is_stale_not_wrong() -> None:
    guard = Guard("digest", "admin", "s3cret")
    answer = ask(guard, digest(guard, "s3cret", nonce="01d"))
    assert answer is Answer.STALE
    assert "stale=true" in guard.challenge(answer)
    assert "stale" not in guard.challenge(Answer.MISSING)


def test_a_one_shot_nonce_is_gone_after_one_request() -> None:
    guard = Guard("digest", "admin", "s3cret", one_shot=True)
    first = guard.nonce
    assert ask(guard, digest(guard, "s3cret")) is Answer.ACCEPTED
    assert ask(guard, digest(guard, "s3cret", nonce=first, nc="00000002")) is Answer.STALE
    assert ask(guard, digest(guard, "s3cret")) is Answer.ACCEPTED


def test_challenges_name_what_is_wanted() -> None:
    assert Guard("basic", "a", "b").challenge(Answer.MISSING) == f'Basic realm="{REALM}"'
    assert "algorithm=SHA-256" in Guard("digest-sha256", "a", "b").challenge(Answer.MISSING)
    assert "qop" not in Guard("digest-rfc2069", "a", "b").challenge(Answer.MISSING)


def test_a_camera_without_a_user_name_is_open() -> None:
    assert ask(Guard("digest", "", ""), None) is Answer.ACCEPTED
