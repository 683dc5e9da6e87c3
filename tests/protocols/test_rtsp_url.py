"""RTSP addresses: the password comes out and never shows; what a camera names is pinned to its host."""

import pytest

from monitor.model import Credentials
from monitor.protocols.rtsp import host_of, split_url
from monitor.protocols.rtsp.url import Address, address_of, control_url, redirect_url
from monitor.protocols.shown import without_secrets


@pytest.mark.parametrize(
    ("url", "clean", "credentials"),
    [
        ("rtsp://192.0.2.1/live", "rtsp://192.0.2.1/live", None),
        ("rtsp://u:p@192.0.2.1:8554/live?a=1&b=2", "rtsp://192.0.2.1:8554/live?a=1&b=2", Credentials("u", "p")),
        ("rtsp://u:p%40%2F%3A%25@cam/", "rtsp://cam/", Credentials("u", "p@/:%")),
        ("rtsp://u:a:b@cam/", "rtsp://cam/", Credentials("u", "a:b")),
        ("rtsp://u:a@b@cam/", "rtsp://cam/", Credentials("u", "a@b")),
        ("rtsp://%E7%94%A8:p@cam/", "rtsp://cam/", Credentials("用", "p")),
        ("rtsp://u@cam/", "rtsp://cam/", Credentials("u", "")),
        ("rtsp://:p@cam/", "rtsp://cam/", Credentials("", "p")),
        ("RTSPS://CAM.Local/Case", "rtsps://cam.local/Case", None),
        ("rtsp://u:p@[2001:DB8::1]:554/x", "rtsp://[2001:db8::1]:554/x", Credentials("u", "p")),
        ("rtsp://cam", "rtsp://cam", None),
        (" rtsp://cam/a b%20c#frag ", "rtsp://cam/a%20b%20c", None),
        ("rtsp://cam/通道", "rtsp://cam/%E9%80%9A%E9%81%93", None),
        ("rtsp://cam/?user=x&password=y==", "rtsp://cam/?user=x&password=y==", None),
        ("rtsp://192.0.2.1:554/main@live", "rtsp://192.0.2.1:554/main@live", None),
        ("rtsp://u:p@cam.lan/main@live", "rtsp://cam.lan/main@live", Credentials("u", "p")),
    ],
)
def test_credentials_are_taken_out(url, clean, credentials):
    assert split_url(url) == (clean, credentials)


@pytest.mark.parametrize(
    "url",
    [
        "http://u:secret@cam/",
        "rtsp://",
        "rtsp:///live",
        "rtsp://u:sec/ret@cam/",
        "rtsp://u:sec#ret@cam/",
        "rtsp://u:12/sec@cam/",
        "rtsp://u:12#sec@cam/",
        "rtsp://u:#sec@192.0.2.1/",
        "rtsp://u:?sec@192.0.2.1/",
        "rtsp://u:p@ss/sec@cam.lan/",
        "rtsp://u:secret@cam:0/",
        "rtsp://u:secret@cam:99999/",
        "rtsp://u:secret@cam:port/",
        "rtsp://u:secret@[::1/",
        "rtsp://u:secret@ca m/",
        "rtsp://u:secret@ca\x00m/",
        "secret",
        "",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError, match="URL") as caught:
        split_url(url)
    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_ports_have_their_defaults():
    assert address_of("rtsp://cam/") == Address("cam", 554, tls=False)
    assert address_of("rtsps://cam/") == Address("cam", 322, tls=True)
    assert address_of("rtsp://u:p@Cam:8554/") == Address("cam", 8554, tls=False)
    assert host_of("rtsp://[2001:db8::1]/") == "2001:db8::1"


@pytest.mark.parametrize(
    ("base", "control", "url"),
    [
        ("rtsp://cam/live/", "track1", "rtsp://cam/live/track1"),
        ("rtsp://cam/live", "track1", "rtsp://cam/live/track1"),
        ("rtsp://cam/live?channel=1&subtype=0/", "trackID=0", "rtsp://cam/live?channel=1&subtype=0/trackID=0"),
        ("rtsp://cam/live?channel=1", "trackID=0", "rtsp://cam/live?channel=1/trackID=0"),
        ("rtsp://cam/live/", "/track1", "rtsp://cam/live/track1"),
        ("rtsp://cam/live/", "*", "rtsp://cam/live/"),
        ("rtsp://cam/live/", "", "rtsp://cam/live/"),
        ("rtsp://cam/live/", "RTSP://10.0.0.1:99/in/1?x=y", "rtsp://cam/in/1?x=y"),
        ("rtsp://10.0.0.1/in/", "track1", "rtsp://cam/in/track1"),
        ("rtsp://evil:1/in/", "rtsps://evil@more/x", "rtsp://cam/x"),
        ("rtsp://cam/", "a b\tc", "rtsp://cam/a%20bc"),
        ("rtsp://[/", "x", "rtsp://cam/"),
        ("10.0.0.1:554/in/", "track1", "rtsp://cam/in/track1"),
        ("10.0.0.1/in/", "*", "rtsp://cam/in/"),
        ("in/2.0/", "track1", "rtsp://cam/in/2.0/track1"),
        ("/in/", "track1", "rtsp://cam/in/track1"),
        ("rtsp://cam/\udccd\udcf8/", "\udcff", "rtsp://cam/%CD%F8/%FF"),
    ],
)
def test_tracks_are_joined_as_cameras_mean_it_and_stay_on_their_host(base, control, url):
    assert control_url(base, control, "rtsp://cam/") == url


@pytest.mark.parametrize(
    ("location", "present", "followed"),
    [
        ("rtsp://cam:8554/b", "rtsp://cam/a", "rtsp://cam:8554/b"),
        ("rtsp://u:p@CAM/b", "rtsp://cam/a", "rtsp://cam/b"),
        ("rtsps://cam/b", "rtsp://cam/a", "rtsps://cam/b"),
        ("rtsp://cam/b", "rtsps://cam/a", None),
        ("rtsp://other/b", "rtsp://cam/a", None),
        ("/b", "rtsp://cam:8554/a", "rtsp://cam:8554/b"),
        ("//other/b", "rtsp://cam/a", None),
        ("http://cam/b", "rtsp://cam/a", None),
        ("", "rtsp://cam/a", None),
    ],
)
def test_redirects_stay_on_the_host(location, present, followed):
    assert redirect_url(location, present) == followed


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://192.0.2.1/live?channel=1", "rtsp://192.0.2.1/live?channel=1"),
        ("rtsp://u:sec@192.0.2.1/user=a&password=sec&channel=1", "rtsp://192.0.2.1/user=***&password=***&channel=1"),
        (
            "rtsp://192.0.2.1/user=a_password=s_e_c_channel=1_stream=0.sdp?real",
            "rtsp://192.0.2.1/user=***_password=***_channel=1_stream=0.sdp?real",
        ),
        ("rtsp://192.0.2.1/live?PWD=sec", "rtsp://192.0.2.1/live?PWD=***"),
        ("rtsp://192.0.2.1/live?authbasic=c2Vj&loginpas=sec", "rtsp://192.0.2.1/live?authbasic=***&loginpas=***"),
        (
            "rtsp://192.0.2.1/s?profiletoken=p1&passive&subtype=0",
            "rtsp://192.0.2.1/s?profiletoken=p1&passive&subtype=0",
        ),
    ],
)
def test_a_login_in_the_path_is_not_shown(url, shown):
    assert without_secrets(url) == shown
