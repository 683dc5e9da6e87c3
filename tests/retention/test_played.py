"""Samples of many looks add up: the newest outcome counts, what is gone is forgotten, bad stays bad until it plays."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.judge.recordings import judge_recordings
from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, ChannelRecordings, Deadline, Key, Sample, Segment, Target
from monitor.retention import read_recorder
from monitor.retention.played import MOST, Played, held_in, samples_of, with_new
from monitor.simulator.recorders import Damage, Tape, damage, record

HOUR, DAY = 3600.0, 86400.0


def always(channel: str, at: float) -> bool:
    return True


def test_the_newest_outcome_of_an_instant_counts():
    known = with_new([], [Sample("gate", 1.0, False, "is cut off"), Sample("gate", 2.0, True)], always)
    healed = with_new(known, [Sample("gate", 1.0, True, dated="file time")], always)
    assert healed == [Played("gate", 2.0, True), Played("gate", 1.0, True, "", "file time")]


def test_what_could_not_be_judged_is_shown_once_and_not_kept():
    doubtful = [Sample("gate", 1.0, None, "the recorder is busy")]
    known = with_new([Played("gate", 1.0, False, "is cut off")], doubtful, always)
    assert known == [Played("gate", 1.0, False, "is cut off")], "it is still bad"
    assert [one.good for one in samples_of(known, doubtful)] == [False, None]


def test_what_the_recorder_has_deleted_is_forgotten_and_what_was_not_read_is_not():
    segments = (Segment(100.0, 200.0), Segment(150.0, 250.0), Segment(300.0, None))
    held = held_in([ChannelRecordings("gate", segments), ChannelRecordings("yard", None, "not read")], 400.0)
    found = [at for at in (99.0, 100.0, 249.0, 250.0, 399.0) if held("gate", at)]
    assert found == [100.0, 249.0, 399.0]
    assert held("yard", 99.0)
    assert with_new([Played("gate", 99.0, False)], [], held) == []


def test_of_each_camera_the_newest_are_kept():
    many = [Sample("gate", float(at), True) for at in range(MOST + 50)]
    known = with_new([Played("yard", 0.0, True)], many, always)
    assert len(known) == MOST + 1
    assert known[0] == Played("yard", 0.0, True)
    assert known[-1].at == MOST + 49


def target_of(folder: Path, samples: int) -> Target:
    limits = Limits(recording=RecordingLimits(proof_samples=samples, samples_per_day=100_000))
    return Target(
        Key("school", "nvr"),
        "recorder",
        "localhost",
        timezone="Asia/Shanghai",
        kind="files",
        options={"layout": f"{folder}/{{camera}}/%Y-%m-%d/%H%M%S.mp4"},
        channels=(Channel("gate", "gate", limits),),
    )


@pytest.fixture
def files(tmp_path: Path, now: float) -> list[Path]:
    return record(f"{tmp_path}/{{camera}}/%Y-%m-%d/%H%M%S.mp4", Tape("gate", now, segment=HOUR))


async def test_from_look_to_look_certainty_grows(tmp_path: Path, files: list[Path]):
    target, memory, counts, reason = target_of(tmp_path, 20), b"", [], ""
    for close in (True, False, False, False):
        evidence = await read_recorder(replace(target, close=close), memory, Deadline.after(90))
        memory = evidence.memory or b""
        [camera] = [one for one in judge_recordings(target, evidence) if one.probe == "recording"]
        counts.append(camera.facts["samples_checked"])
        reason = camera.reason
    assert counts[0] == 20
    assert counts == sorted(set(counts)), "every look adds one"
    assert f"{counts[-1]} samples play" in reason
    assert camera.facts["samples_dated"] == counts[-1]


async def test_a_bad_one_counts_until_it_is_gone(tmp_path: Path, files: list[Path]):
    for path in files[:-2]:
        damage(path, Damage.TRUNCATED)
    target = target_of(tmp_path, 3)
    first = await read_recorder(replace(target, close=True), b"", Deadline.after(90))
    spoiled = {one.at for one in first.recordings.samples if one.good is False}
    second = await read_recorder(target, first.memory, Deadline.after(90))
    assert spoiled
    assert spoiled <= {one.at for one in second.recordings.samples if one.good is False}
    for path in files[:-2]:
        path.unlink()
    third = await read_recorder(target, second.memory, Deadline.after(90))
    assert not [one for one in third.recordings.samples if one.good is False]
