"""A later look lists a few files of a tree: what it says of them is what the first look said."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ssh_host import Host, verdicts

from monitor.judge.recordings import judge_recordings
from monitor.model import Deadline, Evidence, Target
from monitor.retention import read_recorder

HOUR = 3600.0
LAYOUT = "video/{camera}/%Y-%m-%d/%H/%M.%S.mp4"


def keep(folder: Path, newest: float, zone: str = "UTC", written: Callable[[float], float] | None = None) -> str:
    """Files of an hour, each in a folder of its own, that appear when they are complete, the last one at ``newest``."""
    for number in range(1, 17 * 24):
        end = newest - number * HOUR + HOUR
        named = datetime.fromtimestamp(end - HOUR, UTC).astimezone(ZoneInfo(zone))
        path = folder / named.strftime(LAYOUT.replace("{camera}", "gate"))
        path.parent.mkdir(parents=True)
        path.write_bytes(b"recorded")
        stamp = written(end) if written else end
        for one in (path, path.parent):
            os.utime(one, (stamp, stamp))
    return f"{folder}/{LAYOUT}"


async def looks(target: Target, count: int = 4) -> list[tuple[Evidence, dict[str, tuple[str, str | None]]]]:
    memory, made = b"", []
    for _ in range(count):
        evidence = await read_recorder(target, memory, Deadline.after(60))
        memory = evidence.memory or b""
        made.append((evidence, verdicts(judge_recordings(target, evidence))))
    return made


def local(host: Host, layout: str) -> Target:
    return replace(host.target("shell", layout, "gate"), kind="files", options={"layout": layout})


async def test_the_next_file_of_an_hour_is_waited_for_at_every_look(host: Host, tmp_path: Path) -> None:
    seen = await looks(local(host, keep(tmp_path, time.time() - 0.6 * HOUR)))
    assert seen[1][0].facts["listed"] == 1
    assert [judged["gate"] for _, judged in seen] == [("ok", None)] * 4


async def test_a_wrong_zone_is_seen_through_at_every_look(host: Host, tmp_path: Path) -> None:
    seen = await looks(local(host, keep(tmp_path, time.time() - 0.6 * HOUR, zone="Asia/Shanghai")))
    assert [judged["gate"] for _, judged in seen] == [("ok", None)] * 4
    assert all("file names are 8 h ahead" in one.recordings.clock_note for one, _ in seen if one.recordings)


async def test_in_a_copied_tree_a_file_stays_as_long_as_its_neighbours(host: Host, tmp_path: Path) -> None:
    copied = time.time() - 0.5 * HOUR
    seen = await looks(local(host, keep(tmp_path, time.time() - 0.6 * HOUR, written=lambda _: copied)))
    assert seen[1][0].facts["listed"] == 1
    assert [judged["gate"] for _, judged in seen] == [("ok", None)] * 4


async def test_where_recording_stopped_no_old_file_passes_for_news_of_a_slow_clock(host: Host, tmp_path: Path) -> None:
    stopped = datetime.now(UTC) - timedelta(days=3)
    seen = await looks(host.target("sftp", keep(tmp_path, stopped.timestamp()), "gate"), 5)
    assert {judged["gate"] for _, judged in seen} == {("fault", "recording_stopped")}
    assert {judged.get("nvr clock", ("ok", None)) for _, judged in seen} == {("ok", None)}
