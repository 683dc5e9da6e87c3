"""One look at a recorder becomes findings: one for each of its aspects, and one for each camera."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.judge import judge
from monitor.judge.recordings import judge_recordings
from monitor.model import (
    Channel,
    ChannelRecordings,
    Disk,
    Evidence,
    Finding,
    Key,
    Outcome,
    Recordings,
    Sample,
    Segment,
    Target,
)

AT = datetime(2026, 9, 20, 12, 0, tzinfo=UTC)
NOW = AT.timestamp()
DAY = 86400.0
TARGET = Target(
    Key("school", "nvr"),
    "recorder",
    "192.0.2.10",
    timezone="Asia/Shanghai",
    kind="ssh",
    channels=(Channel("gate", "ch1"), Channel("yard", "ch2")),
)
ROW = {
    *("site", "recorder", "camera", "verdict", "fault", "reason", "required_days", "span_days", "depth_days"),
    *("coverage", "longest_gap_seconds", "gaps", "gaps_count", "oldest", "newest", "samples_checked", "samples_bad"),
    *("samples_dated", "forecast_days", "days"),
}


def full(channel: str, days: float = 16.0, size: int = 10**12, **more: object) -> ChannelRecordings:
    return ChannelRecordings(channel, (Segment(NOW - days * DAY, NOW, size),), **more)  # type: ignore[arg-type]


def evidence(outcome: Outcome = Outcome.SEEN, recordings: Recordings | None = None, **facts: object) -> Evidence:
    return Evidence("recorder", AT, 2.0, outcome, "what was seen", facts, recordings=recordings)


def of(findings: Sequence[Finding], device: str, aspect: str = "") -> Finding:
    [found] = [one for one in findings if one.key.device == device and one.aspect == aspect]
    return found


def words(finding: Finding) -> tuple[str, str | None]:
    return finding.verdict.value, finding.fault.value if finding.fault else None


def test_a_sound_recorder_with_two_sound_cameras() -> None:
    recordings = Recordings(NOW, (full("ch1"), full("ch2")), (Disk("sda", "ok", 10**14, 10**13),), 1.5)
    findings = judge(TARGET, evidence(recordings=recordings))
    assert {words(one) for one in findings} == {("ok", None)}
    assert [(str(one.key), one.probe, one.aspect) for one in findings] == [
        ("school/nvr", "recorder", ""),
        ("school/nvr", "recorder", "clock"),
        ("school/nvr", "recorder", "disk:sda"),
        ("school/gate", "recording", ""),
        ("school/yard", "recording", ""),
    ]


def test_the_facts_of_a_camera_are_its_row() -> None:
    facts = of(judge_recordings(TARGET, evidence(recordings=Recordings(NOW, (full("ch1"),)))), "gate").facts
    assert set(facts) == ROW
    assert facts["oldest"] == "2026-09-04T20:00:00+08:00"
    assert facts["newest"] == "2026-09-20T20:00:00+08:00"
    assert (facts["span_days"], facts["depth_days"], facts["coverage"]) == (16.0, 16.0, 1.0)
    assert (facts["gaps"], facts["longest_gap_seconds"]) == ([], 0.0)
    assert facts["forecast_days"] is None
    assert facts["days"][-1] == ["2026-09-20", 1.0]


def test_figures_that_are_not_known_are_none_and_never_zero() -> None:
    read = Recordings(NOW, (ChannelRecordings("ch1", None, "permission denied"), full("ch2")))
    found = of(judge_recordings(TARGET, evidence(recordings=read)), "gate")
    assert words(found) == ("unknown", None)
    assert found.reason == "permission denied"
    known = {"site", "recorder", "camera", "verdict", "reason", "required_days", "days"}
    assert all(found.facts[name] is None for name in ROW - known)
    assert found.facts["days"] == []


def test_a_channel_the_recorder_does_not_know_is_unknown() -> None:
    found = of(judge_recordings(TARGET, evidence(recordings=Recordings(NOW, (full("ch1"),)))), "yard")
    assert words(found) == ("unknown", None)


OUTCOMES = [
    (Outcome.REFUSED, "fault", "recorder_unreachable"),
    (Outcome.NO_ROUTE, "fault", "recorder_unreachable"),
    (Outcome.CONNECT_TIMEOUT, "fault", "recorder_unreachable"),
    (Outcome.AUTH, "fault", "recorder_auth_failed"),
    (Outcome.AUTH_RESTING, "fault", "recorder_auth_failed"),
    (Outcome.LOCKED, "fault", "account_locked"),
    (Outcome.HOST_KEY_CHANGED, "fault", "host_key_changed"),
    (Outcome.HOST_KEY_UNKNOWN, "unknown", None),
    (Outcome.LEGACY_CRYPTO, "unknown", None),
    (Outcome.TIMEOUT, "unknown", None),
    (Outcome.INCOMPLETE, "unknown", None),
    (Outcome.FORBIDDEN, "unknown", None),
    (Outcome.ABANDONED, "unknown", None),
    (Outcome.FAILED, "unknown", None),
]


@pytest.mark.parametrize(("outcome", "verdict", "fault"), OUTCOMES)
def test_a_recorder_that_could_not_be_read(outcome: Outcome, verdict: str, fault: str | None) -> None:
    findings = judge_recordings(TARGET, evidence(outcome))
    assert words(of(findings, "nvr")) == (verdict, fault)
    assert {words(of(findings, name)) for name in ("gate", "yard")} == {("unknown", None)}


def test_a_recorder_that_never_answered_is_unreachable() -> None:
    found = of(judge_recordings(TARGET, evidence(Outcome.TIMEOUT, phase="connect")), "nvr")
    assert words(found) == ("fault", "recorder_unreachable")


@pytest.mark.parametrize(
    ("offset", "verdict", "fault"),
    [
        (0.2, "ok", None),
        (-45.0, "ok", None),
        (301.0, "fault", "recorder_clock_drift"),
        (-7200.0, "fault", "recorder_clock_drift"),
    ],
)
def test_the_recorders_clock(offset: float, verdict: str, fault: str | None) -> None:
    read = Recordings(NOW, (full("ch1"), full("ch2")), clock_offset=offset)
    findings = judge_recordings(TARGET, evidence(recordings=read))
    assert words(of(findings, "nvr", "clock")) == (verdict, fault)
    assert words(of(findings, "gate")) == ("ok", None)


@pytest.mark.parametrize(
    ("offset", "note", "reason"),
    [
        (None, "read in its own time zone", "read in its own time zone"),
        (200.0, "", "warning: the recorder's clock is 200 s ahead"),
        (-200.0, "no zone", "warning: the recorder's clock is 200 s behind; no zone"),
        (2.0, "no zone", "warning: no zone; the recorder's clock is 2 s ahead"),
    ],
)
def test_what_is_said_of_a_clock_that_is_no_fault(offset: float | None, note: str, reason: str) -> None:
    read = Recordings(NOW, (full("ch1"), full("ch2")), clock_offset=offset, clock_note=note)
    finding = of(judge_recordings(TARGET, evidence(recordings=read)), "nvr", "clock")
    assert (finding.verdict, finding.reason) == ("ok", reason)


def test_a_clock_that_nothing_is_known_of_is_not_spoken_of() -> None:
    read = Recordings(NOW, (full("ch1"), full("ch2")))
    assert "clock" not in {finding.aspect for finding in judge_recordings(TARGET, evidence(recordings=read))}


def test_a_clock_that_contradicts_the_recordings_is_unknown() -> None:
    note = "recordings end after the recorder's own clock"
    channels = tuple(ChannelRecordings(name, None, note) for name in ("ch1", "ch2"))
    read = Recordings(NOW, channels, clock_offset=0.0, clock_note=note)
    assert words(of(judge_recordings(TARGET, evidence(recordings=read)), "nvr", "clock")) == ("unknown", None)


def test_the_disks_are_shared_by_all_cameras() -> None:
    """Two cameras of 1 TB in 10 days each on 3 TB: 15 days at 0.2 TB a day."""
    channels = (full("ch1", 10.0), full("ch2", 10.0))
    read = Recordings(NOW, channels, (Disk("sda", "ok", 3 * 10**12, 10**12),))
    young = tuple(replace(one, installed=datetime.fromtimestamp(NOW - 10 * DAY, UTC)) for one in TARGET.channels)
    findings = judge_recordings(replace(TARGET, channels=young), evidence(recordings=read))
    assert of(findings, "gate").facts["forecast_days"] == pytest.approx(15.0)
    small = replace(read, disks=(Disk("sda", "ok", 2 * 10**12 + 10**11, 10**11),))
    findings = judge_recordings(replace(TARGET, channels=young), evidence(recordings=small))
    assert words(of(findings, "gate")) == ("fault", "retention_forecast")


def test_without_every_write_rate_there_is_no_forecast() -> None:
    channels = (full("ch1"), ChannelRecordings("ch2", None, "gone"))
    read = Recordings(NOW, channels, (Disk("sda", "ok", 10**12, 10**11),))
    assert of(judge_recordings(TARGET, evidence(recordings=read)), "gate").facts["forecast_days"] is None


def test_a_bad_sample_concerns_its_own_camera() -> None:
    samples = (Sample("ch1", NOW - DAY, False, "is cut off"), Sample("ch2", NOW - DAY, True))
    findings = judge_recordings(
        TARGET, evidence(recordings=Recordings(NOW, (full("ch1"), full("ch2")), samples=samples))
    )
    assert words(of(findings, "gate")) == ("fault", "recording_invalid")
    assert words(of(findings, "yard")) == ("ok", None)
    assert (of(findings, "yard").facts["samples_checked"], of(findings, "yard").facts["samples_bad"]) == (1, 0)


def test_agreed_maintenance_excuses_a_gap() -> None:
    hole = (Segment(NOW - 16 * DAY, NOW - 6 * DAY), Segment(NOW - 5 * DAY, NOW))
    read = evidence(recordings=Recordings(NOW, (ChannelRecordings("ch1", hole), full("ch2"))))
    assert words(of(judge_recordings(TARGET, read), "gate")) == ("fault", "recording_gap")
    excused = [(NOW - 6 * DAY, NOW - 5 * DAY)]
    assert words(of(judge_recordings(TARGET, read, excused), "gate")) == ("ok", None)


def test_of_very_many_gaps_the_longest_are_told_in_order() -> None:
    """As of a camera that records movement alone and was configured as one that always records."""
    starts = [NOW - 15 * DAY + 300.0 * number for number in range(4320)]
    short = tuple(Segment(start, start + 200.0) for start in starts if not 0 <= start - (NOW - 5 * DAY) < 7200)
    recordings = Recordings(NOW, (ChannelRecordings("ch1", short), full("ch2")))
    facts = of(judge_recordings(TARGET, evidence(recordings=recordings)), "gate").facts
    assert len(facts["gaps"]) == 1000 < facts["gaps_count"]
    assert facts["gaps"] == sorted(facts["gaps"])
    longest = [gap for gap in facts["gaps"] if gap[0].startswith("2026-09-15T19:58")]
    assert len(longest) == 1, "the two hours are among them"
