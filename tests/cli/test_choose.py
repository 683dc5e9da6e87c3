"""From what a technician types to what is looked at."""

import pytest

from monitor.cli.choose import Configured, UnknownTarget, choose
from monitor.model import Credentials, Key, Target

GATE = Target(Key("school", "gate"), "camera", "127.0.0.1", rtsp="rtsp://127.0.0.1/s")
HALL = Target(Key("school", "hall"), "camera", "127.0.0.2", rtsp="rtsp://127.0.0.2/s")
BANK = Target(Key("bank", "gate"), "camera", "127.0.0.3", rtsp="rtsp://127.0.0.3/s")
LOGIN = Credentials("admin", "x")
KNOWN = Configured((GATE, HALL, BANK))


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], [GATE, HALL, BANK]),
        (["school"], [GATE, HALL]),
        (["bank/gate"], [BANK]),
        (["school/hall", "school"], [HALL, GATE]),
    ],
)
def test_words_name_configured_devices(words, chosen):
    assert choose(words, KNOWN) == chosen


def test_a_bare_url_needs_no_configuration_and_loses_its_password():
    (target,) = choose(["rtsp://monitor:p%40ss@127.0.0.9:8554/s?x=1"], Configured())
    assert target.key == Key("", "rtsp://127.0.0.9:8554/s?x=1")
    assert target.credentials == Credentials("monitor", "p@ss")
    assert target.host == "127.0.0.9"


def test_a_bare_host_is_an_onvif_device():
    (target,) = choose(["127.0.0.9:8080"], Configured(), Credentials("admin", "x"))
    assert (target.onvif, target.host, target.rtsp) == ("127.0.0.9:8080", "127.0.0.9", "")
    assert target.credentials == Credentials("admin", "x")


def test_an_onvif_device_may_be_named_by_the_url_of_its_service():
    (target,) = choose(["http://admin:p%40ss@[::1]:8080/onvif/device_service"], Configured())
    assert target.key == Key("", "http://[::1]:8080/onvif/device_service")
    assert (target.onvif, target.host, target.rtsp) == ("http://[::1]:8080/onvif/device_service", "::1", "")
    assert target.credentials == Credentials("admin", "p@ss")


def test_a_certificate_is_checked_before_a_login_is_sent_and_only_then():
    """Cameras sign theirs themselves: a first look without a login loses nothing to whoever answers."""
    trusts = [choose(["https://cam"], Configured(), login)[0].options.get("onvif_trust") for login in (None, LOGIN)]
    assert trusts == ["any", None]
    assert "onvif_trust" not in choose(["https://admin:x@cam"], Configured())[0].options


def test_two_channels_that_differ_are_two_though_their_logins_are_masked():
    first, second = (f"rtsp://127.0.0.9/user=a_password=sec_channel={n}_stream=0.sdp" for n in (1, 2))
    assert [target.rtsp for target in choose([first, second, first], Configured())] == [first, second]


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("scool", "no site of that name; the sites are bank, school"),
        ("school/gat", "the site school has no such device; it has gate, hall"),
        ("ftp://user:secret@127.0.0.1/", "the URL must begin with rtsp:// or rtsps://"),
        ("http://user:sec/ret@cam/", "the host or port of the URL is not valid"),
        ("user:secret@127.0.0.1:80", "a login is not written before a host"),
        ("user:secret@127.0.0.1/stream", "a login is not written before a host"),
        ("127.0.0.1:99999", "the host or port of the URL is not valid"),
        ("127.0.0.1:port", "the host or port of the URL is not valid"),
        ("[::1", "the host or port of the URL is not valid"),
        (":80", "names no valid host"),
        ("rtsp:127.0.0.1", "An address is written rtsp://"),
    ],
)
def test_a_wrong_word_is_answered_with_what_would_be_right(word, advice):
    with pytest.raises(UnknownTarget) as wrong:
        choose([word], KNOWN)
    assert advice in str(wrong.value)
    assert "secret" not in str(wrong.value)
