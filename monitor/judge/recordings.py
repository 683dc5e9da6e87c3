"""What one look at a recorder means: for itself, and for every camera it records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from monitor.judge.recorder import judge_recorder
from monitor.model import (
    Channel,
    ChannelRecordings,
    Evidence,
    Finding,
    Judged,
    Key,
    Recordings,
    Sample,
    Target,
    Verdict,
)
from monitor.retention.coverage import DAY, Coverage, measure
from monitor.retention.forecast import forecast_days, usable_bytes
from monitor.retention.intervals import Stretches
from monitor.retention.verdict import Kept, decide

Excused = Sequence[tuple[float, float]]
"""Agreed maintenance as UTC epoch seconds: nothing is expected then."""
MOST_GAPS = 1000


def judge_recordings(target: Target, evidence: Evidence, excused: Excused = ()) -> tuple[Finding, ...]:
    """Findings of probe ``recorder`` for the recorder, and one of probe ``recording`` for each of its cameras.

    The facts of a camera's finding are its row of ``cctv retention --json``, and ``days``: [date, share recorded].
    """
    return (*judge_recorder(target, evidence), *_cameras(target, evidence, excused))


def _cameras(target: Target, evidence: Evidence, excused: Excused) -> list[Finding]:
    recordings = evidence.recordings
    if recordings is None:
        why = f"the recordings could not be read: {evidence.reason}"
        return [_unknown(target, evidence, channel, why) for channel in target.channels]
    read = {one.channel: one for one in recordings.channels}
    measured = {
        channel.channel: measure(
            found.segments,
            channel,
            channel.limits.recording,
            target.timezone,
            recordings.read_at,
            excused,
            found.segment_seconds,
        )
        for channel in target.channels
        if (found := read.get(channel.channel)) is not None and found.segments is not None
    }
    holds = _forecast(target, recordings, measured)
    return [_camera(target, evidence, channel, read, measured, holds) for channel in target.channels]


def _forecast(target: Target, recordings: Recordings, measured: dict[str, Coverage]) -> float | None:
    """Days the disks hold; None unless the write rate of every camera is known."""
    coverages = [measured.get(channel.channel) for channel in target.channels]
    usable = usable_bytes(recordings.disks, (one.recorded_bytes if one else None for one in coverages))
    return forecast_days(usable, (one.bytes_per_day if one else None for one in coverages))


def _camera(
    target: Target,
    evidence: Evidence,
    channel: Channel,
    read: dict[str, ChannelRecordings],
    measured: dict[str, Coverage],
    holds: float | None,
) -> Finding:
    found, recordings = read.get(channel.channel), evidence.recordings
    assert recordings is not None
    if found is None or found.segments is None:
        return _unknown(target, evidence, channel, found.unread if found else "the recorder does not know this channel")
    samples = [sample for sample in recordings.samples if sample.channel == channel.channel]
    kept = Kept(
        channel,
        measured[channel.channel],
        channel.limits.recording,
        target.timezone,
        recordings.read_at,
        samples,
        found.cap_days,
        found.cap_unread,
        holds,
    )
    judged = decide(kept)
    return _finding(target, evidence, channel, judged, _row(target, channel, judged, kept))


def _unknown(target: Target, evidence: Evidence, channel: Channel, why: str) -> Finding:
    judged: Judged = (Verdict.UNKNOWN, None, why)
    return _finding(target, evidence, channel, judged, _row(target, channel, judged, None))


def _finding(target: Target, evidence: Evidence, channel: Channel, judged: Judged, row: dict[str, Any]) -> Finding:
    verdict, fault, reason = judged
    key = Key(target.key.site, channel.camera)
    return Finding(key, "recording", verdict, fault, reason, evidence.at, evidence.seconds, facts=row)


def _row(target: Target, channel: Channel, judged: Judged, kept: Kept | None) -> dict[str, Any]:
    """The camera's row; figures that are not known are None, never 0."""
    verdict, fault, reason = judged
    coverage = kept.coverage if kept else Coverage(channel.limits.recording.retention_days, (0.0, 0.0))
    samples: Sequence[Sample] = kept.samples if kept else ()
    checked = sum(sample.good is not None for sample in samples)
    return {
        "site": target.key.site,
        "recorder": target.key.device,
        "camera": channel.camera,
        "verdict": verdict.value,
        "fault": fault.value if fault else None,
        "reason": reason,
        "required_days": channel.limits.recording.retention_days,
        "span_days": _days(coverage.span),
        "depth_days": _days(coverage.depth),
        "coverage": _round(coverage.coverage, 6),
        "longest_gap_seconds": _round(coverage.longest_gap, 1),
        "gaps": [[_when(start, target), _when(end, target)] for start, end in _told(coverage.gaps)] if kept else None,
        "gaps_count": len(coverage.gaps) if kept else None,
        "oldest": _when(coverage.oldest, target),
        "newest": _when(coverage.newest, target),
        "samples_checked": checked if kept else None,
        "samples_bad": sum(sample.good is False for sample in samples) if checked else None,
        "samples_dated": sum(bool(sample.dated) for sample in samples) if checked else None,
        "forecast_days": _round(kept.forecast_days if kept else None, 2),
        "days": [[day.date.isoformat(), _round(day.coverage, 4)] for day in coverage.days],
    }


def _told(gaps: Stretches) -> list[list[float]]:
    """In the order of time; of very many, as of a camera that records movement alone, the longest."""
    longest = np.sort(np.argsort(gaps[:, 0] - gaps[:, 1], kind="stable")[:MOST_GAPS])
    told: list[list[float]] = gaps[longest].tolist()
    return told


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / DAY, 3)


def _round(number: float | None, digits: int) -> float | None:
    return None if number is None else round(number, digits)


def _when(instant: float | None, target: Target) -> str | None:
    if instant is None:
        return None
    return datetime.fromtimestamp(instant, ZoneInfo(target.timezone)).isoformat(timespec="seconds")
