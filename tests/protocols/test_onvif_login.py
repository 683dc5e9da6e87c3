"""HTTP digest as devices offer it: credentials go out once, for the best offer we know, whatever stands around it."""

import pytest

from monitor.model import Credentials, Outcome
from monitor.protocols.auth import parse_challenges
from monitor.protocols.onvif.login import Digest
from monitor.protocols.onvif.transport import Answer
from monitor.protocols.onvif.trouble import Trouble

PATH = "/onvif/device_service"


def refusal(*offers: str) -> Answer:
    return Answer(401, {"www-authenticate": "\n".join(offers)}, b"")


OK = Answer(200, {}, b"")


def sent(answers: list[Answer], *, trusted: bool = False, digest: Digest | None = None) -> list[dict[str, str]]:
    """The parameters of every Authorization that was sent while these answers came; {} = none was."""
    exchange = (digest or Digest(Credentials("admin", "geheim"))).exchange(PATH, trusted)
    headers = [next(exchange)]
    for answer in answers:
        try:
            headers.append(exchange.send(answer))
        except StopIteration:
            break
    lines = [each.get("Authorization", "") for each in headers]
    return [dict(parse_challenges([line])[0].parameters) if line else {} for line in lines]


@pytest.mark.parametrize(
    ("offers", "algorithm"),
    [
        (['Digest realm="r", nonce="1"'], None),
        (['Digest realm="r", nonce="1", algorithm=md5, qop="auth"'], "md5"),
        (['Digest realm="r", nonce="1", algorithm=""'], None),
        (['Digest nonce="1"'], None),
        (['Basic realm="x"', 'Digest realm="r", nonce="1"'], None),
        (['Basic realm="a, b", Digest realm="r", nonce="1"'], None),
        (['Digest realm="r", nonce="0", algorithm=SHA-512-256', 'Digest realm="r", nonce="1", algorithm=MD5'], "MD5"),
        (['Digest realm="r", nonce="0", algorithm=MD5', 'Digest realm="r", nonce="1", algorithm=SHA-256'], "SHA-256"),
    ],
)
def test_the_best_offer_is_answered_once(offers, algorithm) -> None:
    bare, signed = sent([refusal(*offers), refusal(*offers)])
    assert bare == {}
    assert (signed["nonce"], signed["uri"], signed.get("algorithm")) == ("1", PATH, algorithm)


def test_a_nonce_that_was_old_at_once_is_renewed_once() -> None:
    stale = [refusal(f'Digest realm="r", nonce="{number}", stale=true') for number in range(4)]
    assert [each.get("nonce") for each in sent(stale)] == [None, "0", "1"]


def test_within_a_look_a_login_that_worked_takes_a_new_nonce_and_counts_the_old() -> None:
    digest = Digest(Credentials("admin", "geheim"))
    sent([refusal('Digest realm="r", nonce="1", qop="auth"'), OK], digest=digest)
    assert [each["nc"] for each in sent([OK], trusted=True, digest=digest)] == ["00000002"]
    renewed = sent([refusal('Digest realm="r", nonce="2", qop="auth"'), OK], trusted=True, digest=digest)
    assert [(each["nonce"], each["nc"]) for each in renewed] == [("1", "00000003"), ("2", "00000001")]


@pytest.mark.parametrize("offer", ["Digest", 'Digest realm="r"', 'Digest realm="r", nonce="1", qop="auth-int"'])
def test_an_offer_that_cannot_be_answered_is_no_wrong_password(offer) -> None:
    with pytest.raises(Trouble) as caught:
        sent([refusal(offer)])
    assert caught.value.outcome is Outcome.UNSUPPORTED
