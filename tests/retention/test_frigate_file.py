"""Frigate by its database: a consistent copy over SFTP while it is being written to, and its recorded files."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from ssh_host import Host, verdicts

from monitor.judge.recordings import judge_recordings
from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, Deadline, Evidence, Outcome, Target
from monitor.protocols.errors import DeviceError
from monitor.retention import read_recorder
from monitor.retention.database_copy import fetch
from monitor.simulator.recorders import Damage, Tape, damage, path_of, record

LAYOUT = "%Y-%m-%d/%H/{camera}/%M.%S.mp4"
SEGMENT, DAY = 600.0, 86400.0
INSIDE = "/media/frigate/recordings"
TABLE = """create table recordings(id text primary key, camera text, path text, start_time real, end_time real,
duration real, segment_size real, motion integer, objects integer)"""


def tape(now: float) -> Tape:
    return Tape("gate", now, segment=SEGMENT, open_newest=False)


@pytest.fixture
def server(tmp_path: Path, now: float) -> Iterator[sqlite3.Connection]:
    """As Frigate has it: a write-ahead log that is not folded in, the connection open. The files are made apart."""
    (tmp_path / "media").mkdir()
    first, count = (now - 16 * DAY) // SEGMENT * SEGMENT, int(16 * DAY / SEGMENT)
    rows = [row(first + number * SEGMENT) for number in range(count)]
    with closing(sqlite3.connect(tmp_path / "frigate.db", isolation_level=None)) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma wal_autocheckpoint = 0")
        database.execute(TABLE)
        database.execute("pragma wal_checkpoint(truncate)")
        database.execute("begin")
        database.executemany("insert into recordings values (?,?,?,?,?,?,?,0,0)", rows)
        database.execute("commit")
        yield database


def row(start: float) -> tuple[object, ...]:
    path = path_of(f"{INSIDE}/{LAYOUT}", "gate", start)
    return f"{start}-x", "gate", str(path), start, start + SEGMENT, SEGMENT, 0.01


def state_of(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}


def target(host: Host, folder: Path, *, camera: str = "gate", account: str = "sftp") -> Target:
    limits = Limits(recording=RecordingLimits(proof_samples=3))
    options = {"layout": None, "database": f"{folder}/frigate.db", "recordings": f"{folder}/media"}
    made = host.target(account, "", options=options)
    return replace(made, kind="frigate", channels=(Channel("gate", camera, limits),))


async def look(wanted: Target, memory: bytes = b"") -> tuple[dict[str, tuple[str, str | None]], Evidence]:
    evidence = await read_recorder(wanted, memory, Deadline.after(90))
    return verdicts(judge_recordings(wanted, evidence)), evidence


@pytest.mark.parametrize("account", ["sftp", "shell"])
async def test_what_only_the_log_knows_is_seen(host: Host, tmp_path: Path, server: sqlite3.Connection, account: str):
    before = state_of(tmp_path)
    found, evidence = await look(target(host, tmp_path, account=account))
    assert evidence.outcome is Outcome.SEEN, evidence.reason
    assert found["gate"] == ("ok", None)
    assert evidence.login_worked is True
    assert evidence.recordings.disks
    assert state_of(tmp_path) == before, "nothing is written there, not even the log is folded in"


async def test_every_command_ends_by_itself(host: Host, tmp_path: Path, server: sqlite3.Connection):
    _, evidence = await look(target(host, tmp_path, account="noting"))
    assert evidence.outcome is Outcome.SEEN, evidence.reason
    assert evidence.recordings.clock_offset is not None
    said = (host.folder.parent / "noting.said").read_text().splitlines()
    assert said
    assert all(command.startswith("timeout ") for command in said), said


async def test_a_gap_and_a_camera_nobody_knows(host: Host, tmp_path: Path, server: sqlite3.Connection, now: float):
    server.execute("delete from recordings where start_time between ? and ?", (now - 5 * DAY, now - 4 * DAY))
    server.execute("pragma wal_checkpoint(truncate)")
    found, _ = await look(target(host, tmp_path))
    assert found["gate"] == ("fault", "recording_gap")
    found, evidence = await look(target(host, tmp_path, camera="gaet"))
    assert found["gate"] == ("unknown", None)
    assert "'gaet'" in evidence.reason


GENERAL = "record: {enabled: true, retain: {days: 30, mode: all}}\n"


@pytest.mark.parametrize(
    ("config", "verdict", "words"),
    [
        (GENERAL, ("ok", None), ""),
        ("record: {retain: {days: 3}}\n", ("fault", "retention_cap"), "deletes after 3 days"),
        (GENERAL + "cameras: {gate: {record: {retain: {days: 10}}}}", ("fault", "retention_cap"), "after 10 days"),
        (GENERAL + "cameras: {gate: {record: {retain: {mode: motion}}}}", ("fault", "retention_cap"), "after 0 days"),
        ("record: {continuous: {days: 15}, motion: {days: 30}}", ("ok", None), ""),
        ("record: {continuous: {days: 2}, motion: {days: 30}}", ("fault", "retention_cap"), "after 2 days"),
        (None, ("ok", None), "no configuration file"),
        ("record: {enabled: true}", ("ok", None), "does not say how many days"),
        ("mqtt: {password: 'geheim\nrecord: [", ("ok", None), "is not valid"),
        ("record: [2026-13-45]\n", ("ok", None), "is not valid"),
        ("[" * 5000, ("ok", None), "is not valid"),
        ("just words", ("ok", None), "does not say how many days"),
    ],
)
async def test_the_age_at_which_frigate_deletes_is_in_the_file_beside_the_database(
    host: Host,
    tmp_path: Path,
    server: sqlite3.Connection,
    config: str | None,
    verdict: tuple[str, str | None],
    words: str,
):
    if config is not None:
        (tmp_path / "config.yml").write_text(config)
    wanted = target(host, tmp_path)
    evidence = await read_recorder(wanted, b"", Deadline.after(90))
    [camera] = [finding for finding in judge_recordings(wanted, evidence) if finding.probe == "recording"]
    assert (camera.verdict.value, camera.fault and camera.fault.value) == verdict
    assert words in camera.reason
    assert "geheim" not in str(evidence)
    assert ("is not known" in camera.reason) is (verdict[0] == "ok" and bool(words))


async def test_files_are_played_and_what_is_lost_or_spoiled_is_found(
    host: Host, tmp_path: Path, server: sqlite3.Connection, now: float
):
    files = record(f"{tmp_path}/media/{LAYOUT}", tape(now))
    close = replace(target(host, tmp_path), close=True)
    _, evidence = await look(close)
    assert [sample.good for sample in evidence.recordings.samples] == [True] * 3
    for path in files:
        damage(path, Damage.TRUNCATED)
    found, evidence = await look(close)
    assert [sample.good for sample in evidence.recordings.samples] == [False] * 3
    assert found["gate"] == ("fault", "recording_invalid")
    for path in files:
        path.unlink()
    _, evidence = await look(close)
    assert {sample.reason for sample in evidence.recordings.samples} == {"is listed, but its file is not there"}


@pytest.mark.parametrize(
    ("content", "outcome"),
    [(None, Outcome.NOT_FOUND), (b"no database at all" * 99, Outcome.PROTOCOL), (b"", Outcome.PROTOCOL)],
)
async def test_what_is_no_database_is_unknown(host: Host, tmp_path: Path, content: bytes | None, outcome: Outcome):
    if content is not None:
        (tmp_path / "frigate.db").write_bytes(content)
    found, evidence = await look(target(host, tmp_path))
    assert evidence.outcome is outcome, evidence.reason
    assert set(found.values()) == {("unknown", None)}


class Busy:
    """A database whose log begins anew while it is copied, so many times."""

    def __init__(self, times: int) -> None:
        self.times, self.asked = times, 0

    def read(self, path: str, offset: int, length: int) -> bytes:
        content = b"main" * 50
        if path.endswith("-wal"):
            content = bytes((self.times,)) * 40
        elif offset == 0 and length > 100:
            self.asked, self.times = self.asked + 1, max(0, self.times - 1)
        return content[offset : offset + length]


def test_a_log_that_begins_anew_is_copied_again(tmp_path: Path):
    calm = Busy(2)
    assert fetch(calm, "/db", tmp_path, Deadline.after(20)).read_bytes() == b"main" * 50
    assert calm.asked == 3
    with pytest.raises(DeviceError) as failed:
        fetch(Busy(9), "/db", tmp_path, Deadline.after(20))
    assert failed.value.outcome is Outcome.INCOMPLETE
