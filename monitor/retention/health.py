"""Disks of a Unix recorder: df, /proc/mounts, /proc/mdstat and smartctl, each as far as the account may ask."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from shlex import quote

from monitor.model import Disk
from monitor.retention.mounts import Mount, Space, disk_of, mount_of, parse_mounts

Ask = Callable[[Sequence[str]], list[str | None]]
"""Runs commands and gives the output of each, None where there is none."""
ARRAY = re.compile(r"^(md\S+) : (\S+) (?:\(.*?\) )?(.*)$")
SIZES = re.compile(r"\[(\d+)/(\d+)\] \[([U_]+)\]")


def questions(roots: Sequence[str]) -> list[str]:
    """What is asked about the disks in any case."""
    names = " ".join(quote(root) for root in roots)
    return [f"df -kP {names}", f"df -iP {names}", "cat /proc/mounts", "cat /proc/mdstat"]


def disks_of(ask: Ask, roots: Sequence[str]) -> tuple[Disk, ...] | None:
    """The file systems below the roots and every RAID array; None if df cannot be asked."""
    space, inode_table, mount_table, mdstat = ask(questions(roots))
    if not space:
        return None
    inodes = _numbers(inode_table or "")
    table = parse_mounts(mount_table or "")
    arrays = tuple(raid_of(mdstat or ""))
    disks = [
        _disk(source, point, numbers, inodes.get(point), table) for point, (source, *numbers) in _rows(space).items()
    ]
    return (*(replace(disk, smart_passed=_smart(ask, disk, arrays)) for disk in disks), *arrays)


def raid_of(mdstat: str) -> Iterator[Disk]:
    """The arrays of /proc/mdstat. No such file means no information, not "in order"."""
    lines = mdstat.splitlines()
    for index, line in enumerate(lines):
        if found := ARRAY.match(line):
            below = " ".join(lines[index + 1 : index + 4]).partition(" : ")[0]
            status = "ok" if found[2] == "active" else "failed"
            yield Disk(found[1], status, raid=_raid_state(below), note=found[3].strip())


def _raid_state(below: str) -> str:
    if re.search(r"\b(recovery|resync|reshape)\s*=", below):
        return "rebuilding"
    sizes = SIZES.search(below)
    if sizes is None:
        return "ok" if "blocks" in below else "unknown"  # raid0 and linear have nothing to lose
    return "degraded" if "_" in sizes[3] or sizes[1] != sizes[2] else "ok"


def _rows(table: str) -> dict[str, tuple[str, int, int, int]]:
    """Mount point -> source, size, used, available, in the units of a POSIX df."""
    rows = {}
    for line in table.splitlines()[1:]:
        fields = line.split(None, 5)
        if len(fields) == 6 and all(field.isdigit() for field in fields[1:4]):
            rows[fields[5]] = (fields[0], int(fields[1]), int(fields[2]), int(fields[3]))
    return rows


def _numbers(table: str) -> dict[str, tuple[int, int]]:
    """Mount point -> inodes and free ones."""
    return {point: (row[1], row[3]) for point, row in _rows(table).items()}


def _disk(
    source: str, point: str, blocks: Sequence[int], inodes: tuple[int, int] | None, table: Sequence[Mount]
) -> Disk:
    total, _, available = blocks
    space = Space(total * 1024, available * 1024, *(inodes or (0, 0)))
    mount = mount_of(point, table)
    disk = disk_of(mount, space, point)
    return disk if mount else replace(disk, note=f"{source} on {point}")


def _smart(ask: Ask, disk: Disk, arrays: Sequence[Disk]) -> bool | None:
    """The self-assessment of what the file system lies on; None if it cannot be asked."""
    source = disk.note.partition(" ")[0]
    members = [array.note for array in arrays if source == f"/dev/{array.id}"]
    names = re.findall(r"\b(sd[a-z]+|nvme\d+n\d+)", " ".join(members) or source)
    if not names:
        return None
    answers = ask([f"smartctl -H -j /dev/{name}" for name in dict.fromkeys(names)])
    verdicts = [_passed(answer or "") for answer in answers]
    if False in verdicts:
        return False
    return True if all(verdicts) else None


def _passed(answer: str) -> bool | None:
    try:
        passed = json.loads(answer).get("smart_status", {}).get("passed")
    except (ValueError, AttributeError):
        return None
    return passed if isinstance(passed, bool) else None
