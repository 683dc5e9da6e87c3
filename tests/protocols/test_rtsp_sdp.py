"""Session descriptions as cameras write them."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp.sdp import VideoTrack, video_track

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=Media\r\nt=0 0\r\n"
VIDEO = HEAD + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"


def track(text: str) -> VideoTrack:
    return video_track(text.encode())


def outcome_of(text: str) -> Outcome:
    with pytest.raises(DeviceError) as caught:
        track(text)
    return caught.value.outcome


def test_the_least_that_works():
    assert track(VIDEO) == VideoTrack("h264", 96)


@pytest.mark.parametrize(
    ("line", "codec"),
    [
        ("a=rtpmap:96 H264/90000", "h264"),
        ("a=rtpmap:96 h265/90000", "hevc"),
        ("a=rtpmap:96 HEVC/90000", "hevc"),
        ("a=rtpmap:96  H265/90000", "hevc"),
        ("a=rtpmap:96 JPEG/90000", "mjpeg"),
    ],
)
def test_codecs(line, codec):
    assert track(HEAD + "m=video 0 RTP/AVP 96\r\n" + line + "\r\n").codec == codec


def test_static_jpeg_needs_no_rtpmap():
    assert track(HEAD + "m=video 0 RTP/AVP 26\r\n") == VideoTrack("mjpeg", 26)


@pytest.mark.parametrize(
    ("fmtp", "donl"), [("sprop-max-don-diff=2", True), ("a=1; sprop-max-don-diff = 0", False), ("", False)]
)
def test_decoding_order_numbers_are_announced(fmtp, donl):
    lines = f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\na=fmtp:96 {fmtp}\r\n"
    assert video_track(f"v=0\r\n{lines}".encode()).donl is donl


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_line_end(end):
    text = (VIDEO + "a=control:track1\r\n").replace("\r\n", end)
    assert track(text).control == "track1"


def test_only_the_video_block_counts():
    text = HEAD + "m=audio 0 RTP/AVP 96\r\na=control:a\r\na=rtpmap:96 PCMU/8000\r\n"
    text += "m=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=control:v\r\n"
    text += "m=application 0 RTP/AVP 98\r\na=control:meta\r\na=rtpmap:98 vnd.onvif.metadata/90000\r\n"
    assert track(text) == VideoTrack("hevc", 97, control="v")


def test_of_several_formats_the_first_readable_is_taken():
    text = HEAD + "m=video 0 RTP/AVP 95 96\r\na=rtpmap:95 VP8/90000\r\na=rtpmap:96 H264/90000\r\n"
    assert track(text).payload_type == 96
    text = HEAD + "m=video 0 RTP/AVP 95\r\na=rtpmap:95 VP8/90000\r\n" + VIDEO.removeprefix(HEAD)
    assert track(text).payload_type == 96


@pytest.mark.parametrize(
    ("fmtp", "units"),
    [
        ("packetization-mode=1;sprop-parameter-sets=Z0IAKQ==,aM4G4g==;profile-level-id=42", ["67420029", "68ce06e2"]),
        ("profile-level-id=42; sprop-parameter-sets=Z0IAKQ,aM4G4g", ["67420029", "68ce06e2"]),
        ('sprop-parameter-sets="Z0IAKQ==,aM4G4g=="', ["67420029", "68ce06e2"]),
        ("sprop-vps=QAEM;sprop-sps=QgEB; SPROP-PPS=RAHA", ["40010c", "420101", "4401c0"]),
        ("sprop-parameter-sets=,!!,Z0IAKQ==", ["67420029"]),
        ("sprop-parameter-sets=", []),
        ("", []),
    ],
)
def test_parameter_sets(fmtp, units):
    found = track(VIDEO + f"a=fmtp:95 sprop-sps=AAAA\r\na=fmtp:96 {fmtp}\r\n").parameter_sets
    assert [unit.hex() for unit in found] == units


def test_the_parameters_of_the_only_format_may_have_another_number():
    fmtp = "a=fmtp:62 sprop-parameter-sets=Z0IAKQ==\r\n"
    assert [unit.hex() for unit in track(VIDEO + fmtp).parameter_sets] == ["67420029"]
    assert track(VIDEO.replace("AVP 96", "AVP 96 62") + fmtp).parameter_sets == ()


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("a=framerate:12.5", "frame_rate", 12.5),
        ("a=framerate: 25.0", "frame_rate", 25.0),
        ("a=framerate:0", "frame_rate", None),
        ("a=framerate:fast", "frame_rate", None),
        ("a=x-dimensions:2560,1440", "size", (2560, 1440)),
        ("a=x-dimensions: 2560, 1440", "size", (2560, 1440)),
        ("a=framesize:96 640-360", "size", (640, 360)),
        ("a=x-dimensions:wide", "size", None),
        ("a=rtpmap:96 H264/0", "clock_rate", 90000),
    ],
)
def test_optional_attributes(lines, field, value):
    assert getattr(track(VIDEO + lines + "\r\n"), field) == value


def test_an_absolute_control_of_the_session_is_the_base():
    assert track(VIDEO.replace("t=0 0", "a=control:rtsp://10.0.0.1/s/")).base == "rtsp://10.0.0.1/s/"
    assert track(VIDEO.replace("t=0 0", "a=control:*")).base == ""


def test_what_offers_no_video_is_told_apart():
    assert outcome_of(HEAD) is Outcome.NO_VIDEO
    assert outcome_of(HEAD + "m=audio 0 RTP/AVP 0\r\n") is Outcome.NO_VIDEO
    assert outcome_of(HEAD + "m=video 0 RTP/AVP\r\n") is Outcome.UNSUPPORTED
    assert outcome_of(HEAD + "m=video 0 RTP/AVP 96 999 x\r\na=rtpmap:96 AV1/90000\r\n") is Outcome.UNSUPPORTED
    assert outcome_of("") is Outcome.PROTOCOL
    assert outcome_of("<html>login</html>") is Outcome.PROTOCOL


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["m=video ", "a=rtpmap:", "a=fmtp:", "96", " ", "H264", "/", "\r\n", "v=0", "a=framerate:", "m="]
        )
        | st.text(max_size=6),
        max_size=40,
    )
)
def test_no_text_raises_anything_but_a_device_error(words):
    with contextlib.suppress(DeviceError):
        video_track("".join(words).encode("utf-8", "surrogatepass"))
