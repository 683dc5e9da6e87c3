"""What a Hikvision recorder says of itself: channels and their cameras, age caps, disks and their sizes."""

import pytest
from hik import files, look, now, recorder, target, verdicts

from monitor.model import Evidence
from monitor.simulator.isapi import IsapiChannel, IsapiDisk


def unread(evidence: Evidence) -> str:
    assert evidence.recordings is not None
    return evidence.recordings.channels[0].unread


async def test_an_age_cap_below_the_required_days_is_a_fault_before_anything_is_lost():
    async with recorder(IsapiChannel(1, files(now()), duration="P10DT0H")) as nvr:
        wanted = target(nvr)
        assert verdicts(wanted, await look(wanted))["cam1"] == ("fault", "retention_cap")


async def test_a_channel_that_is_not_there_is_unknown():
    async with recorder() as nvr:
        wanted = target(nvr, "7")
        evidence = await look(wanted)
    assert "no recording track" in unread(evidence)
    assert verdicts(wanted, evidence)["cam7"] == ("unknown", None)


async def test_a_channel_may_be_named_by_its_track():
    async with recorder() as nvr:
        wanted = target(nvr, "101")
        assert verdicts(wanted, await look(wanted))["cam101"] == ("ok", None)


async def test_two_channels_swapped_are_noticed_and_a_replaced_camera_is_not():
    channels = [IsapiChannel(n, files(now()), serial=f"SN{n}") for n in (1, 2)]
    async with recorder(*channels) as nvr:
        wanted = target(nvr, "1", "2")
        memory = (await look(wanted)).memory
        channels[0].serial, channels[1].serial = "SN2", "SN1"
        swapped = await look(wanted, memory)
        channels[0].serial, channels[1].serial = "SN1", "SN9"
        replaced = await look(wanted, memory)
    assert "that was cam2" in unread(swapped)
    assert verdicts(wanted, swapped)["cam1"] == verdicts(wanted, swapped)["cam2"] == ("unknown", None)
    assert verdicts(wanted, replaced)["cam2"] == ("ok", None)


@pytest.mark.parametrize(
    ("disk", "verdict"),
    [
        (IsapiDisk(status="ok", free=0), ("ok", None)),
        (IsapiDisk(status="sleeping"), ("ok", None)),
        (IsapiDisk(status="error"), ("fault", "disk_failed")),
        (IsapiDisk(status="unformatted"), ("fault", "disk_failed")),
        (IsapiDisk(property="RO"), ("fault", "disk_failed")),
        (IsapiDisk(status="formatting"), ("unknown", None)),
    ],
    ids=lambda value: value.status + value.property if isinstance(value, IsapiDisk) else "",
)
async def test_disks(disk: IsapiDisk, verdict):
    async with recorder(disks=[disk]) as nvr:
        wanted = target(nvr)
        assert verdicts(wanted, await look(wanted))["nvr disk:hdd1"] == verdict


async def test_ghost_rows_say_nothing_and_a_disk_that_vanished_does():
    async with recorder(disks=[IsapiDisk(1), IsapiDisk(2), IsapiDisk(3, status="notexist")]) as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
        assert [disk.id for disk in evidence.recordings.disks] == ["hdd1", "hdd2"]
        nvr.disks[1].status = "notexist"
        assert verdicts(wanted, await look(wanted, evidence.memory))["nvr disk:hdd2"] == ("fault", "disk_failed")


async def test_capacity_is_in_mebibytes_and_in_bytes_on_old_firmware():
    async with recorder(disks=[IsapiDisk(1, capacity=1907729), IsapiDisk(2, capacity=2_000_398_934_016)]) as nvr:
        first, second = (await look(target(nvr))).recordings.disks
    assert first.size == 1907729 * 2**20
    assert second.size == 2_000_398_934_016


async def test_forecast_uses_capacity_because_a_healthy_full_recorder_has_no_free_space():
    async with recorder(disks=[IsapiDisk(capacity=40_000, free=0)]) as nvr:  # 42 GB at 4.8 GB a day: 9 days
        wanted = target(nvr)
        found = verdicts(wanted, await look(wanted))
    assert found["cam1"] == ("fault", "retention_forecast")


async def test_a_camera_the_recorder_has_lost_and_a_schedule_switched_off_are_told():
    async with recorder(IsapiChannel(1, files(now()), online=False, scheduled=False)) as nvr:
        evidence = await look(target(nvr))
    assert evidence.recordings.channels[0].online is False
    assert evidence.facts["disabled"] == ["1"]
