"""Addresses a device names: pinned to the configured host, and shown without credentials."""

import pytest

from monitor.protocols.onvif import parse, without_secrets
from monitor.protocols.onvif.address import pin, pin_media


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.1", "http://192.0.2.1/onvif/device_service"),
        ("192.0.2.1:8000", "http://192.0.2.1:8000/onvif/device_service"),
        ("https://cam.example/onvif/x", "https://cam.example/onvif/x"),
        ("http://cam.example:80/", "http://cam.example/onvif/device_service"),
        ("[fe80::1]:8080", "http://[fe80::1]:8080/onvif/device_service"),
    ],
)
def test_an_address_is_completed(written: str, meant: str) -> None:
    assert str(parse(written)) == meant


@pytest.mark.parametrize("wrong", ["", "ftp://x", "http://", "http://admin:secret@192.0.2.1/", "192.0.2.1:port"])
def test_a_wrong_address_is_refused_without_repeating_secrets(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+") as refused:
        parse(wrong)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("configured", "xaddr", "used", "foreign"),
    [
        ("192.0.2.1", "http://192.0.2.1/onvif/media", "http://192.0.2.1/onvif/media", ""),
        ("192.0.2.1", "http://192.0.2.1:8080/m", "http://192.0.2.1:8080/m", ""),
        ("192.0.2.1:8001", "http://10.0.0.9/onvif/media", "http://192.0.2.1:8001/onvif/media", "10.0.0.9"),
        ("192.0.2.1", "http://127.0.0.1:80/m", "http://192.0.2.1/m", "127.0.0.1"),
        ("192.0.2.1", "http://:80/onvif/media", "http://192.0.2.1/onvif/media", "http:?:80?onvif?media"),
        ("192.0.2.1", "http://[fe80::1]/m http://192.0.2.1/m?x=1", "http://192.0.2.1/m?x=1", ""),
        ("192.0.2.1", "http://10.0.0.9@192.0.2.1.evil.example/m", "http://192.0.2.1/m", "192.0.2.1.evil.example"),
        ("192.0.2.1", "http://[bad/", "http://192.0.2.1/onvif/device_service", "http:?[bad?"),
        ("https://192.0.2.1", "http://192.0.2.1:80/m", "https://192.0.2.1/m", ""),
        ("192.0.2.1", None, "http://192.0.2.1/onvif/device_service", "none"),
    ],
)
def test_a_service_address_is_pinned_to_the_configured_host(
    configured: str, xaddr: str | None, used: str, foreign: str
) -> None:
    pinned, told = pin(parse(configured), xaddr)
    assert (str(pinned), told) == (used, foreign)


def test_a_stream_address_is_pinned_and_loses_its_login() -> None:
    here = parse("192.0.2.1:8000")
    assert pin_media(here, " rtsp://a:b@10.0.0.9:554/s?x=1&y=2\n") == ("rtsp://192.0.2.1:554/s?x=1&y=2", "10.0.0.9")
    assert pin_media(here, "rtsp://192.0.2.1/s") == ("rtsp://192.0.2.1/s", "")
    assert pin_media(here, "rtsp://::ffff:192.0.2.1/s?x=1") == ("rtsp://192.0.2.1/s?x=1", "::ffff:192.0.2.1")
    assert pin_media(here, "rtsp://:554/s") == ("rtsp://192.0.2.1:554/s", "none")
    for wrong in ("", "rtsp://", "file:///etc/passwd", "rtsp://192.0.2.1/a b", "rtsp://192.0.2.1:99999/"):
        with pytest.raises(ValueError, match=r".+"):
            pin_media(here, wrong)


def test_an_address_is_shown_without_names_and_passwords() -> None:
    shown = without_secrets("rtsp://u:p4ss@192.0.2.1/user=admin&password=p4ss&channel=1.sdp?pwd=p4ss&stream=0")
    assert shown == "rtsp://192.0.2.1/user=***&password=***&channel=1.sdp?pwd=***&stream=0"
