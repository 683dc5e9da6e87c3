"""What a camera's own words mean."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.judge.onvif import judge_onvif
from monitor.model import IF_IT_LASTS, Evidence, FaultKind, Finding, Key, Outcome, Target, Verdict

MAIN = {"token": "1", "name": "main", "codec": "h264", "width": 1280, "height": 720, "fps": 25, "bitrate": 2048}
SUB = {"token": "2", "name": "sub", "codec": "h264", "width": 640, "height": 360, "fps": 15, "bitrate": 512}
HEALTHY = {"clock_offset_seconds": 0.4, "serial": "A1", "profiles": [MAIN, SUB]}
DELIVERED = {"codec": "h264", "width": 1280, "height": 720, "frames_per_second": 24.8}


def judged(facts: dict[str, Any], outcome: Outcome = Outcome.SEEN, **options: Any) -> dict[str, Finding]:
    target = Target(Key("site", "gate"), "camera", "192.0.2.1", options=options)
    evidence = Evidence("onvif", datetime(2026, 1, 1, tzinfo=UTC), 0.1, outcome, "as seen", {"onvif": facts})
    return {finding.aspect: finding for finding in judge_onvif(target, evidence)}


def test_a_healthy_camera_is_ok_in_every_aspect() -> None:
    findings = judged(HEALTHY, last_stream=DELIVERED)
    assert set(findings) == {"", "clock", "identity", "stream"}
    assert all(finding.verdict is Verdict.OK for finding in findings.values())


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome.REFUSED, FaultKind.UNREACHABLE),
        (Outcome.CONNECT_TIMEOUT, FaultKind.UNREACHABLE),
        (Outcome.TIMEOUT, FaultKind.ONVIF_FAILED),
        (Outcome.PROTOCOL, FaultKind.ONVIF_FAILED),
        (Outcome.REDIRECTED, FaultKind.ONVIF_FAILED),
        (Outcome.AUTH, FaultKind.AUTH_FAILED),
        (Outcome.AUTH_RESTING, FaultKind.AUTH_FAILED),
        (Outcome.LOCKED, FaultKind.ACCOUNT_LOCKED),
        (Outcome.UNSUPPORTED, None),
        (Outcome.BUSY, None),
        (Outcome.STARVED, None),
        (Outcome.FAILED, None),
    ],
)
def test_access(outcome: Outcome, fault: FaultKind | None) -> None:
    finding = judged({}, outcome)[""]
    assert (finding.verdict, finding.fault) == (Verdict.FAULT if fault else Verdict.UNKNOWN, fault)


def test_only_the_access_of_a_busy_device_becomes_a_fault_if_it_lasts() -> None:
    findings = judged({"clock_offset_seconds": None}, Outcome.BUSY)
    assert {aspect: IF_IT_LASTS in finding.facts for aspect, finding in findings.items()} == {"": True, "clock": False}


def test_a_device_that_is_not_there_has_no_clock_identity_or_stream_to_judge() -> None:
    assert set(judged({}, Outcome.REFUSED)) == {""}


@pytest.mark.parametrize(
    ("offset", "verdict", "words"),
    [
        (0.9, Verdict.OK, "agrees with ours"),
        (59.0, Verdict.OK, "59 s ahead"),
        (-61.0, Verdict.FAULT, "1 min 01 s behind"),
        (8 * 3600.0, Verdict.FAULT, "local time"),
        (8 * 3600.0 + 300, Verdict.FAULT, "8 h 05 min ahead"),
        (None, Verdict.UNKNOWN, "no usable UTC time"),
    ],
)
def test_clock(offset: float | None, verdict: Verdict, words: str) -> None:
    finding = judged({**HEALTHY, "clock_offset_seconds": offset})["clock"]
    assert (finding.verdict, finding.fault is FaultKind.CLOCK_DRIFT) == (verdict, verdict is Verdict.FAULT)
    assert words in finding.reason


def test_a_drift_of_hours_and_minutes_is_not_called_local_time() -> None:
    assert "local" not in judged({**HEALTHY, "clock_offset_seconds": 8 * 3600.0 + 300})["clock"].reason


def test_another_serial_than_the_first_one_seen_is_another_device() -> None:
    finding = judged({**HEALTHY, "known": {"serial": "B2"}})["identity"]
    assert (finding.verdict, finding.fault) == (Verdict.FAULT, FaultKind.DEVICE_REPLACED)


def test_the_commissioned_serial_counts_before_the_one_first_seen() -> None:
    assert judged({**HEALTHY, "known": {"serial": "B2"}}, serial="A1")["identity"].verdict is Verdict.OK
    assert judged(HEALTHY, serial="C3")["identity"].fault is FaultKind.DEVICE_REPLACED


def test_a_serial_no_longer_told_is_unknown_and_one_never_told_is_nothing() -> None:
    assert judged({**HEALTHY, "serial": "", "known": {"serial": "A1"}})["identity"].verdict is Verdict.UNKNOWN
    assert "identity" not in judged({**HEALTHY, "serial": ""})


def test_broken_xml_is_no_evidence_of_another_device_or_stream() -> None:
    mended = {
        **HEALTHY,
        "mended": ["GetDeviceInformation", "GetProfiles"],
        "known": {"serial": "B2", "profiles": [SUB]},
    }
    findings = judged(mended, last_stream={**DELIVERED, "codec": "hevc"})
    assert findings["identity"].verdict is findings["stream"].verdict is Verdict.UNKNOWN


def test_a_new_firmware_is_no_fault() -> None:
    findings = judged({**HEALTHY, "firmware": "2", "firmware_before": "1"}, last_stream=DELIVERED)
    assert all(finding.verdict is Verdict.OK for finding in findings.values())


@pytest.mark.parametrize(
    "change",
    [{"codec": "hevc"}, {"width": 1920, "height": 1080}, {"frames_per_second": 5.0}, {"frames_per_second": 50.0}],
)
def test_a_stream_unlike_every_profile_has_changed(change: dict[str, Any]) -> None:
    finding = judged(HEALTHY, last_stream={**DELIVERED, **change})["stream"]
    assert (finding.verdict, finding.fault) == (Verdict.FAULT, FaultKind.STREAM_CHANGED)


def test_the_substream_and_a_night_s_half_rate_are_no_change() -> None:
    sub = {"codec": "h264", "width": 640, "height": 360, "frames_per_second": 15}
    assert judged(HEALTHY, last_stream=sub)["stream"].verdict is Verdict.OK
    assert judged(HEALTHY, last_stream={**DELIVERED, "frames_per_second": 12.5})["stream"].verdict is Verdict.OK


def test_the_older_media_service_has_no_word_for_h265_so_its_codec_is_not_held_against_it() -> None:
    hevc = {**DELIVERED, "codec": "hevc"}
    assert judged({**HEALTHY, "media_service": "media"}, last_stream=hevc)["stream"].verdict is Verdict.OK
    assert judged({**HEALTHY, "media_service": "media2"}, last_stream=hevc)["stream"].verdict is Verdict.FAULT


def test_what_a_device_does_not_tell_is_not_held_against_it() -> None:
    silent = {**MAIN, "codec": None, "width": None, "height": None, "fps": None}
    assert judged({**HEALTHY, "profiles": [silent]}, last_stream=DELIVERED)["stream"].verdict is Verdict.OK


@pytest.mark.parametrize("profiles", [[{**MAIN, "codec": "hevc"}, SUB], [SUB], [{**MAIN, "fps": 5}, SUB]])
def test_a_profile_set_up_otherwise_than_when_first_seen_has_changed(profiles: list[dict[str, Any]]) -> None:
    finding = judged({**HEALTHY, "profiles": profiles, "known": {"profiles": [MAIN, SUB]}})["stream"]
    assert finding.fault is FaultKind.STREAM_CHANGED
    assert "main" in finding.reason


def test_commissioned_profiles_count_before_those_first_seen() -> None:
    changed = {**HEALTHY, "known": {"profiles": [{**MAIN, "fps": 5}, SUB]}}
    assert judged(changed, profiles=[MAIN, SUB])["stream"].verdict is Verdict.OK


def test_without_a_stream_to_compare_with_the_set_up_is_told() -> None:
    finding = judged(HEALTHY)["stream"]
    assert finding.verdict is Verdict.OK
    assert "no stream was seen yet" in finding.reason
