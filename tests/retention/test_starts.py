"""A layout that begins with a ``*``: what it stands for is looked up, and nothing else of the machine is walked."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from ssh_host import Host, verdicts

from monitor.judge.recordings import judge_recordings
from monitor.model import Deadline, Outcome
from monitor.retention import read_recorder
from monitor.retention.layout import compile_layout
from monitor.retention.starts import find_starts
from monitor.simulator.recorders import Tape, record

MACHINE = {
    "/": ["disk1", "disk2", "disk.img", "proc", "sys", "dev", "etc", ".snapshots", "home", "lost+found", "2026-11-20"],
    "/mnt": ["usb it's", "nas"],
    "/mnt/nas": ["cam-gate-1", "cam-yard-2", "cam-*"],
    "/mnt/usb it's": [],
}


def names(folder: str) -> Sequence[str]:
    if folder == "/secret":
        raise PermissionError(13, "Permission denied")
    if folder not in MACHINE:
        raise FileNotFoundError(folder)
    return MACHINE[folder]


@pytest.mark.parametrize(
    ("pattern", "channel", "found"),
    [
        ("/video/{camera}/%Y-%m-%d.mp4", "gate", ("/video/gate",)),
        ("/disk*/{camera}/%Y-%m-%d.mp4", "gate", ("/disk1/gate", "/disk2/gate", "/disk.img/gate")),
        ("/disk*/{camera}/%Y-%m-%d.mp4", "a*[b]", ("/disk1/a*[b]", "/disk2/a*[b]", "/disk.img/a*[b]")),
        ("/*/{camera}/%Y-%m-%d.mp4", "b/c", tuple(f"/{one}/b/c" for one in ("disk1", "disk2", "disk.img", "home"))),
        ("/mnt/*/cam-{camera}-*/%Y-%m-%d.mp4", "gate", ("/mnt/nas/cam-gate-1",)),
        ("/video/{camera}/*/%Y-%m-%d.mp4", "gate", ("/video/gate",)),
        ("/%Y-%m-%d/{camera}/%H.mp4", "gate", ("/2026-11-20",)),
        ("/nvr*/{camera}/%Y-%m-%d.mp4", "gate", ("/nvr*/gate",)),  # is not there, and is said so
        ("/srv/*/{camera}/%Y-%m-%d.mp4", "gate", ("/srv/*/gate",)),
    ],
)
def test_a_star_stands_for_what_is_there(pattern: str, channel: str, found: tuple[str, ...]) -> None:
    if pattern.startswith("/*/"):
        found = (*found, "/2026-11-20/b/c")
    assert find_starts(compile_layout(pattern, [channel]), names).of == {channel: found}


def test_a_folder_that_may_not_be_read_is_named() -> None:
    found = find_starts(compile_layout("/secret/*/{camera}/%Y-%m-%d.mp4", ["gate"]), names)
    assert found.problems == {"/secret": "Permission denied"}


@pytest.mark.parametrize("account", ["noting", "busybox", "findless", "forced", "sftp", ""])
async def test_a_star_at_the_beginning_over_every_way(host: Host, tmp_path: Path, now: float, account: str) -> None:
    """Two cameras on two disks. No account: the kind ``files``."""
    for disk, channel in (("disk1", "gate"), ("disk 2", "yard")):
        record(f"{tmp_path}/{disk}/{channel}/%Y-%m-%d/%H%M%S.mp4", Tape(channel, now, segment=3600.0))
    (tmp_path / "disk.img").write_bytes(b"no folder")
    first = tmp_path.parts[1]
    pattern = f"{str(tmp_path).replace(first, first[0] + '*', 1)}/disk*/{{camera}}/%Y-%m-%d/%H%M%S.mp4"
    target = host.target(account or "shell", pattern, "gate", "yard", "nobody")
    target = target if account else replace(target, kind="files", options={"layout": pattern})
    memory = b""
    for _ in range(2):
        evidence = await read_recorder(target, memory, Deadline.after(60))
        memory = evidence.memory or b""
        assert evidence.outcome is Outcome.INCOMPLETE, evidence.reason
        seen = verdicts(judge_recordings(target, evidence))
        assert [seen[name] for name in ("gate", "yard", "nobody")] == [("ok", None)] * 2 + [("unknown", None)]
    assert evidence.facts["listed"] < 60
    if account == "noting":
        said = (host.folder.parent / "noting.said").read_text()
        assert f"{tmp_path}/disk1/gate" in said
        assert "find -H / " not in said
        assert "find -L / " not in said
