"""A state folder that cannot be written: looks go on, the daemon says so everywhere, and catches up by itself."""

import asyncio
import contextlib
import resource
import shutil
from pathlib import Path

import pytest
from house import USER, House, cameras, configuration, faults, house, in_namespace, inside, value

from monitor.simulator import Simulator
from monitor.store import Store
from monitor.store.faults import standing as standing_faults

SMALL = 'mkdir -p state && mount -t tmpfs -o size=1m tmpfs "$PWD/state" && cd "$PWD"'


async def test_a_full_disk(tmp_path: Path):
    async with Simulator(cameras(71, "gate", "yard")) as site:
        small = in_namespace("--mount", SMALL)
        async with house(tmp_path, configuration(site), before=small) as running:
            await running.looks_again("gate", "yard")
            filler = inside(running, "state/filler")
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            site.set_fault("yard", "unreachable")
            await running.until(lambda text: ("yard", "unreachable") in faults(text))
            refused = await running.until(lambda text: "disk is full" in text, "/-/ready")
            assert (await running.get("/-/ready")).status_code == 503, refused
            assert "the disk is full" in (await running.get("/")).text
            await running.until(lambda text: value(text, "cctv_store_errors_total") >= 1)
            assert "kept in memory until the disk takes them" in running.log
            await running.looks_again("gate")

            filler.unlink()
            await running.until(lambda text: "disk" not in text, "/-/ready")
            assert "can be written again" in running.log
            site.set_fault("yard", "")
            await running.looks_again("gate", "yard")


FILLED = "dd if=/dev/zero of=state/filler bs=4096 2>/dev/null; true"


def kept(running: House, folder: Path) -> list[str]:
    """Devices with a standing fault, by the state file in the daemon's own mounts."""
    folder.mkdir()
    for file in inside(running, "state").glob("cctv.sqlite*"):
        shutil.copy(file, folder)
    with contextlib.closing(Store(folder / "cctv.sqlite")) as store:
        return [one.subject.key.device for one in store.read(standing_faults)]


async def taken_home(running: House) -> None:
    """The disk is full, is said to be, and one attempt at least has failed before there is room again."""
    assert "the disk is full" in (await running.get("/-/ready")).text
    assert "the disk is full" in (await running.get("/")).text
    assert "working on a copy in memory" in running.log
    await running.until(lambda text: value(text, "cctv_store_errors_total") >= 1)
    inside(running, "state/filler").unlink()  # at once
    await running.until(lambda text: text == "ready\n", "/-/ready")
    assert "everything is there" in running.log


async def test_full_at_the_first_start(tmp_path: Path):
    """Not even the tables can be made: looks begin all the same, and what they found is kept once there is room."""
    async with Simulator(cameras(98, "gate", "yard")) as site:
        site.set_fault("yard", "unreachable")
        small = in_namespace("--mount", f"{SMALL}; {FILLED}")
        async with house(tmp_path, configuration(site), before=small) as running:
            await running.until(lambda text: faults(text) == {("yard", "unreachable")})
            await running.looks_again("gate")
            await taken_home(running)
            await running.looks_again("gate")
            assert kept(running, tmp_path / "seen") == ["yard"]


async def killed_while_yard_is_gone(site: Simulator, folder: Path) -> None:
    site.set_fault("yard", "unreachable")
    async with house(folder, configuration(site)) as running:
        await running.until(lambda text: faults(text) == {("yard", "unreachable")})
        running.process.kill()
        await running.process.wait()


@pytest.mark.slow
async def test_full_at_a_later_start_after_a_kill(tmp_path: Path):
    """What was known is known, although its log was left behind and nothing can be written beside it."""
    small = 'mkdir full && mount -t tmpfs -o size=4m tmpfs full && cp -a state/. full && mount --bind full "$PWD/state"'
    async with Simulator(cameras(99, "gate", "yard")) as site:
        await killed_while_yard_is_gone(site, tmp_path)
        again = in_namespace("--mount", f'{small} && cd "$PWD"; {FILLED}')
        async with house(tmp_path, configuration(site), before=again) as running:
            assert faults(await running.metrics()) == {("yard", "unreachable")}
            site.set_fault("yard", "")
            await running.until(lambda text: faults(text) == set())
            await taken_home(running)
            assert kept(running, tmp_path / "seen") == []


async def test_nothing_at_all_can_be_written_after_a_kill(tmp_path: Path):
    """As after an error of the only disk: state, temporary files, everything is read-only."""
    async with Simulator(cameras(100, "gate", "yard")) as site:
        await killed_while_yard_is_gone(site, tmp_path)
        config = configuration(site)
        async with house(tmp_path, config, before=in_namespace("--mount", "mount -o remount,bind,ro /")) as running:
            assert faults(await running.metrics()) == {("yard", "unreachable")}
            assert "working on a copy in memory" in running.log
            site.set_fault("yard", "")
            await running.until(lambda text: faults(text) == set())
            await running.looks_again("gate", "yard")


async def test_a_disk_that_refuses_for_a_while(tmp_path: Path):
    """As a file system does that was remounted read-only after an error: every write fails."""
    async with Simulator(cameras(72, "gate")) as site, house(tmp_path, configuration(site)) as running:
        await running.looks_again("gate")
        soft, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        site.set_fault("gate", "unreachable")
        await running.until(lambda text: faults(text) == {("gate", "unreachable")})
        await running.until(lambda text: "cctv.sqlite" in text, "/-/ready")
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (soft, hard))
        await running.until(lambda text: "cctv.sqlite" not in text, "/-/ready")
    async with Simulator(cameras(72, "gate")) as site, house(tmp_path, configuration(site)) as running:
        site.set_fault("gate", "")
        await running.looks_again("gate")


async def test_removed_while_the_daemon_works(tmp_path: Path):
    """Written anew with all that was known; what lies there afterwards is what the daemon goes on with."""
    async with Simulator(cameras(87, "gate", "yard")) as site:
        site.set_fault("yard", "unreachable")
        async with house(tmp_path, configuration(site)) as running:
            await running.until(lambda text: faults(text) == {("yard", "unreachable")})
            shutil.rmtree(tmp_path / "state")
            await running.until(lambda _: "everything is there" in running.log)
            assert "cctv.sqlite: it was removed or replaced while the daemon worked" in running.log
            await running.until(lambda text: text == "ready\n", "/-/ready")
            site.set_fault("gate", "unreachable")
            await running.until(lambda text: ("gate", "unreachable") in faults(text))
    with contextlib.closing(Store.reader(tmp_path / "state" / "cctv.sqlite")) as store:
        assert {one.subject.key.device for one in store.read(standing_faults)} == {"gate", "yard"}


READ_ONLY = 'mount --bind "$PWD/state" "$PWD/state" && mount -o remount,bind,ro "$PWD/state"'


async def test_read_only_at_the_start(tmp_path: Path):
    """Looks begin on a copy of what was known; once the folder can be written, all of it is there."""
    async with Simulator(cameras(86, "gate", "yard")) as site:
        site.set_fault("yard", "unreachable")
        async with house(tmp_path, configuration(site)) as running:
            await running.until(lambda text: faults(text) == {("yard", "unreachable")})
        async with house(tmp_path, configuration(site), before=in_namespace("--mount", READ_ONLY)) as running:
            assert faults(await running.metrics()) == {("yard", "unreachable")}
            site.set_fault("gate", "unreachable")
            site.set_fault("yard", "")
            await running.until(lambda text: faults(text) == {("gate", "unreachable")})
            assert "cctv.sqlite: it is read-only" in (await running.get("/-/ready")).text
            assert "cctv.sqlite: it is read-only" in (await running.get("/")).text
            assert "working on a copy" in running.log
            writable = ("mount", "-o", "remount,bind,rw", str(tmp_path / "state"))
            enter = ("nsenter", f"--target={running.process.pid}", "--mount", *USER, *writable)
            assert await (await asyncio.create_subprocess_exec(*enter)).wait() == 0
            await running.until(lambda text: text == "ready\n", "/-/ready")
            site.set_fault("gate", "")
            await running.until(lambda text: faults(text) == set())
    with contextlib.closing(Store.reader(tmp_path / "state" / "cctv.sqlite")) as store:
        lasted = store.read(
            lambda connection: connection.execute("SELECT count(*) FROM fault WHERE cleared").fetchone()
        )
    assert lasted[0] == 2
