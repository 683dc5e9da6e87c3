"""The fault matrix of retention: what is done to a tree of real recordings, and the verdict it must get."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ssh_host import verdicts
from test_containers import encoded

from monitor.judge.recordings import judge_recordings
from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, Deadline, Disk, Evidence, Finding, Key, Outcome, Recordings, Target
from monitor.retention import read_recorder
from monitor.retention.health import disks_of
from monitor.simulator.recorders import Container, Damage, Tape, damage, make_clip, record

DAY, HOUR = 86400.0, 3600.0
LAYOUT = "video/{camera}/%Y-%m-%d/%H%M%S.mp4"


def target_of(folder: Path, *channels: str, close: bool = False, samples: int = 60, **options: Any) -> Target:
    limits = Limits(recording=RecordingLimits(proof_samples=samples))
    return Target(
        Key("school", "nvr"),
        "recorder",
        "localhost",
        timezone="Asia/Shanghai",
        kind="files",
        options={"layout": f"{folder}/{LAYOUT}"} | options,
        channels=tuple(Channel(channel, channel, limits) for channel in channels),
        close=close,
    )


async def look(target: Target, memory: bytes = b"") -> tuple[dict[str, tuple[str, str | None]], Evidence]:
    evidence = await read_recorder(target, memory, Deadline.after(90))
    return verdicts(judge_recordings(target, evidence)), evidence


def camera(target: Target, evidence: Evidence, name: str = "gate") -> Finding:
    [found] = [one for one in judge_recordings(target, evidence) if one.key.device == name]
    return found


HOLES = [
    ("nothing missing", [], "ok", None),
    ("a day missing", [(6 * DAY, DAY)], "fault", "recording_gap"),
    ("an hour missing", [(6 * DAY, HOUR)], "fault", "recording_gap"),
    ("ten minutes missing", [(6 * DAY, 600.0)], "ok", None),
    ("stopped three days ago", [(3 * DAY, 3 * DAY)], "fault", "recording_stopped"),
    ("only nine days", [(30 * DAY, 21 * DAY)], "fault", "retention_short"),
]


@pytest.mark.parametrize(("name", "holes", "verdict", "fault"), HOLES, ids=[one[0] for one in HOLES])
async def test_holes(
    tmp_path: Path, now: float, name: str, holes: list[tuple[float, float]], verdict: str, fault: str | None
) -> None:
    gaps = [(now - ago, now - ago + length) for ago, length in holes]
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, holes=gaps))
    record(f"{tmp_path}/{LAYOUT}", Tape("other", now))
    found, _ = await look(target_of(tmp_path, "gate", "other"))
    assert found["gate"] == (verdict, fault)
    assert found["other"] == ("ok", None), "the other cameras of the recorder are not drawn in"


DAMAGES = [
    ("zero_byte", Damage.ZERO_BYTE, Container.FASTSTART, "is an empty file"),
    ("zero_filled", Damage.ZERO_FILLED, Container.FASTSTART, "is filled with zeros"),
    ("cut, index last", Damage.TRUNCATED, Container.MOOV_LAST, "cut off"),
    ("cut, index first", Damage.TRUNCATED, Container.FASTSTART, "cut off"),
    ("cut, fragmented", Damage.TRUNCATED, Container.FRAGMENTED, "cut off"),
    ("random bytes", Damage.RANDOM, Container.FASTSTART, "is no MP4 file"),
    ("zeros for pictures", Damage.MIDDLE_ZEROS, Container.FASTSTART, "ends in zeros"),
    ("zeros amid fragments", Damage.MIDDLE_ZEROS, Container.FRAGMENTED, "picture"),
]


@pytest.mark.parametrize(("name", "kind", "container", "words"), DAMAGES, ids=[one[0] for one in DAMAGES])
async def test_damaged_files_are_found(
    tmp_path: Path, now: float, name: str, kind: Damage, container: Container, words: str
) -> None:
    files = record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, segment=4 * HOUR, clip=make_clip(container)))
    for path in files[10:-3:2]:
        damage(path, kind)
    target = target_of(tmp_path, "gate", close=True)
    found, evidence = await look(target)
    assert found["gate"] == ("fault", "recording_invalid")
    finding = camera(target, evidence)
    assert words in finding.reason
    assert finding.facts["samples_checked"] >= 60
    assert finding.facts["samples_bad"] > 5


@pytest.mark.parametrize("container", list(Container))
async def test_whole_files_play_and_the_certainty_is_said(tmp_path: Path, now: float, container: Container) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, segment=4 * HOUR, clip=make_clip(container)))
    target = target_of(tmp_path, "gate", close=True)
    found, evidence = await look(target)
    assert found["gate"] == ("ok", None)
    assert "60 samples play (95% certain" in camera(target, evidence).reason
    assert camera(target, evidence).facts["samples_bad"] == 0


async def test_of_a_large_file_only_the_index_and_one_picture_are_fetched(
    tmp_path: Path, now: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    filler = 3 * 1024**2
    clip = make_clip(Container.MOOV_LAST) + filler.to_bytes(4, "big") + b"free" + bytes(filler - 8)
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, days=1.0, segment=4 * HOUR, clip=clip))
    from monitor.retention.files import LocalTree

    fetched = []
    plain = LocalTree.read

    def counted(self: LocalTree, path: str, offset: int, length: int) -> bytes:
        content = plain(self, path, offset, length)
        fetched.append(len(content))
        return content

    monkeypatch.setattr(LocalTree, "read", counted)
    target = target_of(tmp_path, "gate", close=True, samples=6)
    _, evidence = await look(target)
    assert camera(target, evidence).facts["samples_bad"] == 0
    assert camera(target, evidence).facts["samples_checked"] == 6
    assert sum(fetched) < 6 * len(clip) / 4


@pytest.mark.parametrize(("cut", "verdict"), [(0.2, ("fault", "recording_invalid")), (1.0, ("ok", None))])
async def test_a_stream_cut_short_is_found_beside_its_neighbours(
    tmp_path: Path, now: float, cut: float, verdict: tuple[str, str | None]
) -> None:
    """Each file plays 45 s of its minute; what is left of every fourth plays 9."""
    whole = encoded("mpegts", {}, "libx264", {"g": "20", "preset": "ultrafast", "threads": "1"})
    tape = Tape("gate", now, days=0.1, segment=60.0, clip=whole)
    for path in record(f"{tmp_path}/{LAYOUT}", tape)[:-1:4]:
        seen = path.stat()
        path.write_bytes(whole[: int(len(whole) * cut)])
        os.utime(path, (seen.st_atime, seen.st_mtime))
    target = target_of(tmp_path, "gate", close=True, samples=30)
    young = replace(target.channels[0], installed=datetime.fromtimestamp(now - 8000, UTC))
    target = replace(target, channels=(young,))
    found, evidence = await look(target)
    assert found["gate"] == verdict, camera(target, evidence).reason


async def test_the_open_newest_file_is_no_fault(tmp_path: Path, now: float) -> None:
    files = record(f"{tmp_path}/{LAYOUT}", Tape("gate", now))
    for content in (b"", b"\0\0\0\x18ftypisom" + bytes(12)):
        files[-1].write_bytes(content)
        found, _ = await look(target_of(tmp_path, "gate", close=True))
        assert found["gate"] == ("ok", None)


async def test_an_index_that_lies_is_no_proof(tmp_path: Path, now: float) -> None:
    """Every name and time is right, and the files hold nothing."""
    for path in record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, segment=4 * HOUR)):
        damage(path, Damage.ZERO_BYTE)
    found, _ = await look(target_of(tmp_path, "gate"))
    assert found["gate"] == ("fault", "recording_invalid")


async def test_content_of_another_day_does_not_fit(tmp_path: Path, now: float) -> None:
    old = make_clip(Container.FASTSTART)
    at = old.index(b"mvhd") + 8
    made = int(now - 90 * DAY) + 2_082_844_800  # seconds from 1904 to 1970
    clip = old[:at] + made.to_bytes(4, "big") + old[at + 4 :]
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, segment=4 * HOUR, clip=clip))
    target = target_of(tmp_path, "gate", close=True, samples=5)
    found, evidence = await look(target)
    assert found["gate"] == ("fault", "recording_invalid")
    assert "another day than its name says" in camera(target, evidence).reason


async def test_the_daemon_samples_a_little_each_time_and_keeps_an_eye_on_what_was_bad(
    tmp_path: Path, now: float
) -> None:
    files = record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, segment=4 * HOUR))
    target = target_of(tmp_path, "gate")
    _, first = await look(target)
    assert first.recordings is not None
    assert first.recordings.samples == (), "the first reading only learns the tree"
    for path in files[:-1]:
        damage(path, Damage.TRUNCATED)
    memory, bad = first.memory, 0
    for _ in range(4):
        found, evidence = await look(target, memory or b"")
        assert found["gate"] == ("fault", "recording_invalid"), "a bad file stays bad until it is gone"
        memory = evidence.memory
        assert evidence.recordings is not None
        assert len(evidence.recordings.samples) >= bad
        bad = len(evidence.recordings.samples)
    assert bad <= 8


async def test_a_copied_tree_has_no_file_times_and_is_read_all_the_same(tmp_path: Path, now: float) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, copied=True))
    record(f"{tmp_path}/{LAYOUT}", Tape("yard", now, copied=True, holes=[(now - 6 * DAY, now - 6 * DAY + HOUR)]))
    found, _ = await look(target_of(tmp_path, "gate", "yard"))
    assert (found["gate"], found["yard"]) == (("ok", None), ("fault", "recording_gap"))


async def test_names_of_another_zone_make_no_gap(tmp_path: Path, now: float) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now), timezone="Asia/Shanghai")
    target = target_of(tmp_path, "gate")  # its layout_timezone is UTC
    found, evidence = await look(target)
    assert found["gate"] == ("ok", None)
    assert evidence.recordings is not None
    assert "8 h ahead of the file times: check layout_timezone" in evidence.recordings.clock_note


@pytest.mark.parametrize("skew", [2 * HOUR, 8 * HOUR])
async def test_recordings_of_the_future_are_a_clock_and_no_gap(tmp_path: Path, now: float, skew: float) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, skew=skew))
    found, _ = await look(target_of(tmp_path, "gate"))
    assert found["gate"] == ("ok", None)
    assert found["nvr clock"] == ("fault", "recorder_clock_drift")


async def test_names_ahead_of_untrustworthy_file_times_are_not_judged(tmp_path: Path, now: float) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, skew=8 * HOUR, copied=True))
    found, evidence = await look(target_of(tmp_path, "gate"))
    assert found["gate"] == ("unknown", None)
    assert found["nvr clock"] == ("unknown", None)
    assert evidence.outcome is Outcome.INCOMPLETE


async def test_a_stray_file_of_the_future_is_only_remarked(tmp_path: Path, now: float) -> None:
    files = record(f"{tmp_path}/{LAYOUT}", Tape("gate", now))
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now + 200 * DAY, days=0.02, open_newest=False))
    target = target_of(tmp_path, "gate")
    found, evidence = await look(target)
    assert len(files) > 2000
    assert found["gate"] == ("ok", None)
    assert "recordings of the future" in camera(target, evidence).reason


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25"])
def test_the_weekend_of_summer_time_makes_no_gap(tmp_path: Path, change: str) -> None:
    """Names on the wall clock of Berlin, over the change, as the tree gives them."""
    import numpy as np

    from monitor.model import Segment
    from monitor.retention import instants
    from monitor.retention.coverage import measure
    from monitor.retention.intervals import merge
    from monitor.retention.layout import compile_layout
    from monitor.retention.records import by_folder

    middle = datetime.fromisoformat(change).replace(tzinfo=UTC).timestamp()
    pattern = f"{tmp_path}/{{camera}}/%Y-%m-%d/%H%M%S-*.mp4"
    starts = np.arange(middle - DAY, middle + 2 * DAY, 600.0)
    from monitor.simulator.recorders import path_of

    records = [
        f"{int(start + 600)} 9 {path_of(pattern, 'gate', start, 'Europe/Berlin')}\0" for start in starts.tolist()
    ]
    parsed = compile_layout(pattern, ["gate"]).parse(by_folder("".join(records).encode()))
    found = instants.to_utc(parsed.walls, parsed.mtimes, "Europe/Berlin")
    assert sorted(found.tolist()) == starts.tolist()
    now = middle + 2 * DAY
    channel = Channel("gate", "gate", installed=datetime.fromtimestamp(middle - DAY, UTC))
    stretches = merge(found, found + 600.0, 5.0)
    coverage = measure(
        [Segment(*pair) for pair in stretches.tolist()], channel, RecordingLimits(), "Europe/Berlin", now
    )
    assert coverage.coverage == 1.0


async def test_a_cap_below_the_required_days_is_a_fault_before_footage_is_lost(tmp_path: Path, now: float) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now))
    found, _ = await look(target_of(tmp_path, "gate", delete_after_days=1))
    assert found["gate"] == ("fault", "retention_cap")


async def test_a_new_unit_is_young(tmp_path: Path, now: float) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now, days=9.0))
    target = target_of(tmp_path, "gate")
    installed = replace(target.channels[0], installed=datetime.fromtimestamp(now - 9.1 * DAY, UTC))
    found, evidence = await look(replace(target, channels=(installed,)))
    assert found["gate"] == ("ok", None)
    assert (
        "of 15 days since installation, clean so far" in camera(replace(target, channels=(installed,)), evidence).reason
    )


async def test_a_layout_that_fits_nothing_is_unknown_and_an_empty_disk_is_a_fault(tmp_path: Path, now: float) -> None:
    record(f"{tmp_path}/video/{{camera}}/%Y%m%d/%H%M.mp4", Tape("gate", now, days=1.0))
    (tmp_path / "video/yard").mkdir()
    found, _ = await look(target_of(tmp_path, "gate", "yard", "attic"))
    assert found["gate"] == ("unknown", None)
    assert found["yard"] == ("fault", "recording_stopped")
    assert found["attic"] == ("unknown", None)


async def test_a_recorder_of_which_no_camera_is_configured_still_shows_its_disk(tmp_path: Path, now: float) -> None:
    (tmp_path / "video").mkdir()
    found, evidence = await look(target_of(tmp_path))
    assert found["nvr"] == ("ok", None)
    assert evidence.recordings is not None
    assert evidence.recordings.disks


async def test_a_layout_that_cannot_tell_cameras_apart_is_unknown_with_advice(tmp_path: Path) -> None:
    target = target_of(tmp_path, "gate", "yard", layout=f"{tmp_path}/%s.mp4")
    found, evidence = await look(target)
    assert set(found.values()) == {("unknown", None)}
    assert "has no {camera}" in evidence.reason


async def test_sixty_four_cameras_are_read_again_from_what_is_known(tmp_path: Path, now: float) -> None:
    clip = make_clip()
    names = [f"cam-{number:02}" for number in range(64)]
    for name in names:
        record(f"{tmp_path}/{LAYOUT}", Tape(name, now, segment=8 * HOUR, clip=clip))
    target = target_of(tmp_path, *names)
    found, first = await look(target)
    assert {found[name] for name in names} == {("ok", None)}
    found, second = await look(target, first.memory or b"")
    assert {found[name] for name in names} == {("ok", None)}
    assert second.facts["listed"] <= first.facts["listed"] / 8
    assert len(first.memory or b"") < 64 * 1024


# --- disks ------------------------------------------------------------------------------------------------------

DF = """Filesystem     1024-blocks      Used Available Capacity Mounted on
{source}      3750000000 {used} {free}      99% /video
"""
INODES = """Filesystem      Inodes  IUsed   IFree IUse% Mounted on
{source}    244195328 1000 {inodes} 1% /video
"""
MDSTAT = """Personalities : [raid1]
md0 : active raid1 sda1[0] sdb1[1]{failed}
      976630336 blocks super 1.2 [2/{working}] [{state}]
      {progress}bitmap: 0/8 pages [0KB], 65536KB chunk

unused devices: <none>
"""
SMART = '{{"smart_status": {{"passed": {passed}}}}}'


def recorder(
    *,
    source: str = "/dev/sdb1",
    free: int = 500_000_000,
    options: str = "rw,relatime",
    inodes: int = 240_000_000,
    mdstat: str = "",
    passed: str = "",
) -> Callable[[Any], list[str | None]]:
    """What the commands of a Linux recorder print."""
    answers = {
        "df -kP": DF.format(source=source, used=3_750_000_000 - free, free=free),
        "df -iP": INODES.format(source=source, inodes=inodes),
        "cat /proc/mounts": f"/dev/root / ext4 rw 0 0\n{source} /video ext4 {options} 0 0\n",
        "cat /proc/mdstat": mdstat,
        "smartctl": SMART.format(passed=passed) if passed else "",
    }
    return lambda commands: [
        next((text or None for start, text in answers.items() if command.startswith(start)), None)
        for command in commands
    ]


def mdstat(state: str, progress: str = "") -> str:
    failed, working = ("(F)", 1) if "_" in state else ("", 2)
    return MDSTAT.format(failed=failed, working=working, state=state, progress=progress)


REBUILDING = "[=>...................]  recovery = 8.5% (83/976) finish=90.1min speed=165000K/sec\n      "
DISKS = [
    ("in order", {}, "disk:/video", ("ok", None)),
    ("full: nothing available, though the root reserve is free", {"free": 0}, "disk:/video", ("fault", "disk_full")),
    ("mounted read-only", {"options": "ro,relatime"}, "disk:/video", ("fault", "disk_failed")),
    ("no inodes", {"inodes": 0}, "disk:/video", ("fault", "disk_full")),
    ("SMART fails", {"passed": "false"}, "disk:/video", ("fault", "disk_failed")),
    ("SMART passes", {"passed": "true"}, "disk:/video", ("ok", None)),
    ("RAID whole", {"source": "/dev/md0", "mdstat": mdstat("UU")}, "raid", ("ok", None)),
    ("RAID degraded", {"source": "/dev/md0", "mdstat": mdstat("U_")}, "raid", ("fault", "raid_degraded")),
    ("RAID rebuilding", {"source": "/dev/md0", "mdstat": mdstat("U_", REBUILDING)}, "raid", ("ok", None)),
]


@pytest.mark.parametrize(("name", "how", "aspect", "wanted"), DISKS, ids=[one[0] for one in DISKS])
def test_disks(name: str, how: dict[str, Any], aspect: str, wanted: tuple[str, str | None]) -> None:
    found = judged(disks_of(recorder(**how), ["/video"]))
    assert found[f"nvr {aspect}"] == wanted


def test_no_mdstat_means_no_information() -> None:
    assert "nvr raid" not in judged(disks_of(recorder(), ["/video"]))


def test_a_recorder_that_gives_no_numbers_has_no_disks() -> None:
    assert disks_of(lambda commands: [None for _ in commands], ["/video"]) is None


def test_full_by_design_is_no_fault() -> None:
    """Hikvision recorders show no free space for ever; they overwrite the oldest."""
    assert judged((Disk("1", "ok", size=8 * 10**12, free=0),))["nvr disk:1"] == ("ok", None)


@pytest.mark.parametrize(("status", "wanted"), [("failed", ("fault", "disk_failed")), ("unknown", ("unknown", None))])
def test_what_the_recorder_says_of_a_disk(status: str, wanted: tuple[str, str | None]) -> None:
    assert judged((Disk("1", status),))["nvr disk:1"] == wanted


def judged(disks: tuple[Disk, ...] | None) -> dict[str, tuple[str, str | None]]:
    target = target_of(Path("/nowhere"), "gate")
    recordings = Recordings(1_790_000_000.0, (), disks)
    evidence = Evidence("recorder", datetime.now(UTC), 0.1, Outcome.SEEN, "", recordings=recordings)
    return verdicts(judge_recordings(target, evidence))
