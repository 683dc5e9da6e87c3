"""What one look at a stream means, outcome by outcome and number by number."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.judge import judge
from monitor.limits import Limits, StreamLimits
from monitor.model import IF_IT_LASTS, Evidence, FaultKind, Finding, Key, Outcome, Target, Verdict

GATE = Target(Key("school", "gate"), "camera", "192.0.2.21")
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
FLOWING = {
    "codec": "h264",
    "frames_per_second": 25.0,
    "last_packet_age": 0.04,
    "rtp_clock_running": True,
    "lost": 0,
    "expected": 500,
    "loss_ratio": 0.0,
    "loop_lag": 0.0,
}


def seen(**numbers: Any) -> Evidence:
    return Evidence(
        "rtsp", AT, 2.4, Outcome.SEEN, "h264 1920x1080, 25 frames per second", {"stream": FLOWING | numbers}
    )


def ended(outcome: Outcome, phase: str = "describe") -> Evidence:
    return Evidence("rtsp", AT, 2.4, outcome, "in words", {"phase": phase, "stream": {}})


def verdict(evidence: Evidence, target: Target = GATE) -> tuple[Verdict, FaultKind | None]:
    finding = judge(target, evidence)[0]
    return finding.verdict, finding.fault


def test_a_flowing_stream_is_ok_in_the_words_of_the_look() -> None:
    assert judge(GATE, seen()) == (
        Finding(GATE.key, "rtsp", Verdict.OK, None, "h264 1920x1080, 25 frames per second", AT, 2.4, facts=FLOWING),
    )


UNREACHABLE = (Outcome.DNS, Outcome.REFUSED, Outcome.NO_ROUTE, Outcome.CONNECT_TIMEOUT)
NO_STREAM = (
    Outcome.TIMEOUT,
    Outcome.CLOSED,
    Outcome.TLS,
    Outcome.PROTOCOL,
    Outcome.TOO_LARGE,
    Outcome.NOT_FOUND,
    Outcome.SERVER_ERROR,
    Outcome.NO_VIDEO,
    Outcome.NO_RTP,
    Outcome.NO_KEY_FRAME,
)
REFUSED = (Outcome.AUTH, Outcome.AUTH_RESTING, Outcome.AUTH_MISSING, Outcome.FORBIDDEN)
UNDECIDED = (
    Outcome.BUSY,
    Outcome.REDIRECTED,
    Outcome.UNSUPPORTED,
    Outcome.INCOMPLETE,
    Outcome.CRASHED,
    Outcome.STARVED,
    Outcome.ABANDONED,
    Outcome.FAILED,
)


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [(one, FaultKind.UNREACHABLE) for one in UNREACHABLE]
    + [(one, FaultKind.NO_STREAM) for one in NO_STREAM]
    + [(one, FaultKind.AUTH_FAILED) for one in REFUSED]
    + [(Outcome.STALLED, FaultKind.STALLED), (Outcome.LOCKED, FaultKind.ACCOUNT_LOCKED)],
)
def test_outcomes_that_are_faults(outcome: Outcome, fault: FaultKind) -> None:
    assert verdict(ended(outcome)) == (Verdict.FAULT, fault)


@pytest.mark.parametrize("outcome", UNDECIDED)
def test_outcomes_that_decide_nothing(outcome: Outcome) -> None:
    assert verdict(ended(outcome)) == (Verdict.UNKNOWN, None)


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.CLOSED])
def test_silence_before_the_connection_stood_is_unreachable(outcome: Outcome) -> None:
    assert verdict(ended(outcome, phase="connect")) == (Verdict.FAULT, FaultKind.UNREACHABLE)


def test_a_connection_that_ends_amid_the_video_is_a_stall() -> None:
    evidence = replace(seen(frames=14, watched_seconds=0.96), outcome=Outcome.CLOSED, reason="the device closed it")
    finding = judge(GATE, evidence)[0]
    assert (finding.verdict, finding.fault) == (Verdict.FAULT, FaultKind.STALLED)
    assert finding.reason == "the device closed it; before that 1.0 s of video came"


@pytest.mark.parametrize(("loss", "fault"), [(0.02, FaultKind.NO_STREAM), (0.03, FaultKind.CORRUPT)])
def test_key_frames_that_packet_loss_tore_are_corrupt(loss: float, fault: FaultKind) -> None:
    evidence = replace(seen(loss_ratio=loss, lost=9), outcome=Outcome.NO_KEY_FRAME, reason="none was complete")
    finding = judge(GATE, evidence)[0]
    assert (finding.verdict, finding.fault, finding.reason) == (Verdict.FAULT, fault, "none was complete")


def test_a_key_frame_that_a_glance_was_too_short_for_is_left_to_the_close_look() -> None:
    evidence = replace(seen(), outcome=Outcome.NO_KEY_FRAME, reason="no key frame within 7.0 s")
    glance = replace(evidence, facts={**evidence.facts, "suspect": True})
    assert verdict(glance) == (Verdict.UNKNOWN, None)
    assert "10 to 20 s" in judge(GATE, glance)[0].reason
    assert verdict(evidence) == (Verdict.FAULT, FaultKind.NO_STREAM)


def test_one_frame_at_a_glance_is_neither_a_stall_nor_a_stream() -> None:
    glance = seen(last_packet_age=4.2, frames=1)
    assert verdict(glance) == (Verdict.UNKNOWN, None)
    assert "only 1 frames came, and none for 4.2 s" in judge(GATE, glance)[0].reason


@pytest.mark.parametrize(("frames", "expected"), [(20, Verdict.UNKNOWN), (500, Verdict.FAULT)])
def test_a_few_frames_without_a_key_one_say_nothing_even_closely(frames: int, expected: Verdict) -> None:
    """One frame per second, and every 50th is key: the recorder has it all, and 20 s show none."""
    closely = replace(seen(frames=frames, key_frame_count=0), outcome=Outcome.NO_KEY_FRAME, reason="no key frame")
    assert verdict(closely)[0] is expected


def test_datagrams_that_we_were_too_late_to_take_are_not_lost_by_the_camera() -> None:
    lossy = {"loss_ratio": 0.03, "lost": 15, "loop_lag": 0.6}
    assert verdict(seen(**lossy, transport="udp")) == (Verdict.UNKNOWN, None)
    assert verdict(seen(**lossy)) == (Verdict.FAULT, FaultKind.CORRUPT)
    assert verdict(seen(**lossy | {"loop_lag": 0.0}, transport="udp")) == (Verdict.FAULT, FaultKind.CORRUPT)


def test_key_frames_that_came_in_disorder_are_corrupt() -> None:
    evidence = replace(seen(late_packets=20, key_frame_count=3), outcome=Outcome.NO_KEY_FRAME, reason="none whole")
    assert verdict(evidence) == (Verdict.FAULT, FaultKind.CORRUPT)


def test_a_busy_camera_says_what_it_becomes_if_it_lasts() -> None:
    assert judge(GATE, ended(Outcome.BUSY))[0].facts[IF_IT_LASTS] == FaultKind.NO_STREAM


@pytest.mark.parametrize(
    ("numbers", "fault", "words"),
    [
        ({"last_packet_age": 1.4}, None, "25 frames"),
        ({"last_packet_age": 1.6}, FaultKind.STALLED, "no packet for 1.6 s"),
        ({"last_packet_age": 3.9, "frames": 3, "largest_gap": 4.0}, None, "25 frames"),  # one in four seconds
        ({"last_packet_age": 13.0, "frames": 3, "largest_gap": 4.0}, FaultKind.STALLED, "no packet for 13.0 s"),
        ({"rtp_clock_running": False}, FaultKind.STALLED, "clock stands still"),
        ({"rtp_clock_running": None}, None, "25 frames"),
        ({"loss_ratio": 0.02, "lost": 10}, None, "25 frames"),
        ({"loss_ratio": 0.03, "lost": 15}, FaultKind.CORRUPT, "15 of 500 packets lost (3.0%)"),
        ({"loss_ratio": None}, None, "25 frames"),
    ],
)
def test_numbers_against_limits(numbers: dict[str, Any], fault: FaultKind | None, words: str) -> None:
    finding = judge(GATE, seen(**numbers))[0]
    assert (finding.fault, finding.verdict) == (fault, Verdict.FAULT if fault else Verdict.OK)
    assert words in finding.reason


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"frames_per_second": 25.0}, (Verdict.OK, None)),
        ({"frames_per_second": 15.0}, (Verdict.OK, None)),
        ({"frames_per_second": 14.0}, (Verdict.FAULT, FaultKind.LOW_FRAME_RATE)),
        ({"frames_per_second": 14.0, "loop_lag": 0.5}, (Verdict.UNKNOWN, None)),  # we were late ourselves
        ({"frames_per_second": 25.0, "loop_lag": 0.5}, (Verdict.OK, None)),  # late, and still enough came
        ({"frames_per_second": None}, (Verdict.UNKNOWN, None)),
        ({"frames_per_second": 3.0, "last_packet_age": 9.0}, (Verdict.UNKNOWN, None)),  # stalled says it all
    ],
)
def test_the_frame_rate_is_an_aspect_of_its_own(
    numbers: dict[str, Any], expected: tuple[Verdict, FaultKind | None]
) -> None:
    target = replace(GATE, limits=Limits(stream=StreamLimits(frame_rate=25.0)))
    _, rate = judge(target, seen(**numbers))
    assert (rate.aspect, rate.verdict, rate.fault) == ("frame_rate", *expected)


def test_without_a_nominal_rate_the_rate_is_not_judged() -> None:
    assert [finding.aspect for finding in judge(GATE, seen(frames_per_second=1.0))] == [""]


@pytest.mark.parametrize(
    ("role", "outcome", "expected"),
    [
        ("camera", Outcome.SEEN, (Verdict.OK, None)),
        ("camera", Outcome.REFUSED, (Verdict.FAULT, FaultKind.UNREACHABLE)),
        ("recorder", Outcome.CONNECT_TIMEOUT, (Verdict.FAULT, FaultKind.RECORDER_UNREACHABLE)),
        ("camera", Outcome.FAILED, (Verdict.UNKNOWN, None)),
    ],
)
def test_a_bare_port(role: str, outcome: Outcome, expected: tuple[Verdict, FaultKind | None]) -> None:
    evidence = Evidence("tcp", AT, 0.1, outcome, "in words")
    assert verdict(evidence, replace(GATE, role=role)) == expected
