"""A disk that a recorder no longer names was pulled out or died: it is missed until a person accepts that."""

from pathlib import Path
from typing import Any

from hik import look, recorder, target, verdicts
from ssh_host import Host, script
from ssh_host import verdicts as of_findings

from monitor.judge.recordings import judge_recordings
from monitor.model import Deadline, Disk
from monitor.retention import read_recorder
from monitor.retention.vanished import with_vanished
from monitor.simulator.isapi import IsapiDisk
from monitor.simulator.recorders import Tape, record

ONE, TWO = Disk("hdd1", "ok", 10), Disk("hdd2", "ok", 20)
GHOST = Disk("hdd9", "absent")
ARRAY = Disk("md0", "ok", raid="ok")
GONE = "absent"


def states(own: dict[str, Any], *disks: Disk, accepted: bool = False) -> dict[str, str]:
    return {disk.id: disk.status for disk in with_vanished(disks, own, accepted=accepted) or ()}


def test_what_was_there_is_missed_until_it_is_back_or_accepted() -> None:
    own: dict[str, Any] = {}
    assert states(own, ONE, TWO, GHOST) == {"hdd1": "ok", "hdd2": "ok"}, "a ghost row of long ago says nothing"
    assert states(own, ONE) == {"hdd1": "ok", "hdd2": GONE}
    assert states(own, ONE) == {"hdd1": "ok", "hdd2": GONE}, "and stays missed"
    assert states(own, ONE, TWO) == {"hdd1": "ok", "hdd2": "ok"}
    assert states(own, ONE, Disk("hdd2", "absent")) == {"hdd1": "ok", "hdd2": GONE}, "in the recorder's own words"
    assert states(own, ONE, accepted=True) == {"hdd1": "ok"}
    assert states(own, ONE) == {"hdd1": "ok"}


def test_nothing_is_known_of_a_vanished_disk_but_that_it_is_gone() -> None:
    own: dict[str, Any] = {}
    states(own, TWO)
    [gone] = with_vanished((), own) or ()
    assert (gone.size, gone.free, gone.read_only) == (None, None, None)


def test_where_the_disks_could_not_be_read_nothing_is_missed() -> None:
    own: dict[str, Any] = {}
    states(own, ONE)
    assert with_vanished(None, own) is None
    assert states(own, ONE) == {"hdd1": "ok"}


def test_an_array_that_is_not_named_any_more_may_only_be_kept_from_us() -> None:
    own: dict[str, Any] = {}
    states(own, ONE, ARRAY)
    assert states(own, ONE) == {"hdd1": "ok", "md0": "unknown"}


def test_what_an_earlier_release_kept_counts() -> None:
    assert states({"disks": ["hdd1", "hdd2"]}, ONE) == {"hdd1": "ok", "hdd2": GONE}


async def test_a_hikvision_disk_whose_row_is_gone() -> None:
    async with recorder(disks=[IsapiDisk(1), IsapiDisk(2)]) as nvr:
        wanted = target(nvr)
        first = await look(wanted)
        del nvr.disks[1]
        second = await look(wanted, first.memory or b"")
    assert verdicts(wanted, second)["nvr disk:hdd2"] == ("fault", "disk_failed")
    [finding] = [one for one in judge_recordings(wanted, second) if one.aspect == "disk:hdd2"]
    assert finding.reason == "the disk hdd2 is gone: it was there before"


TWO_DISKS = """#!/bin/sh
# df as of a recorder whose second disk is mounted as long as the file beside this is there
echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
echo "/dev/sdy1 1000000 500000 500000 50% /"
[ ! -e "$0.second" ] || echo "/dev/sdx1 1000000 500000 500000 50% /disk2"
"""


def mount_second(folder: Path, there: bool) -> None:
    second = folder / "own-df-tools/df.second"
    if there:
        second.parent.mkdir()
        script(second.with_suffix(""), TWO_DISKS)
        second.touch()
    else:
        second.unlink()


async def test_a_file_system_that_is_not_mounted_any_more(host: Host, tmp_path: Path, now: float) -> None:
    mount_second(host.folder.parent, True)
    layout = f"{tmp_path}/{{camera}}/%Y-%m-%d/%H%M%S.mp4"
    record(layout, Tape("gate", now, segment=3600.0))
    wanted = host.target("own-df", layout, "gate")
    first = await read_recorder(wanted, b"", Deadline.after(90))
    assert of_findings(judge_recordings(wanted, first))["nvr disk:/disk2"] == ("ok", None)
    mount_second(host.folder.parent, False)
    then = await read_recorder(wanted, first.memory or b"", Deadline.after(90))
    seen = of_findings(judge_recordings(wanted, then))
    assert seen["nvr disk:/disk2"] == ("fault", "disk_failed")
    assert seen["nvr disk:/"] == ("ok", None)
