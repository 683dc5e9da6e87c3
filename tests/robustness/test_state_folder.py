"""A state folder that cannot be written: looks go on, the daemon says so everywhere, and catches up by itself."""

import asyncio
import contextlib
import resource
from pathlib import Path

import pytest
from house import USER, cameras, configuration, faults, house, in_namespace, inside, value

from monitor.simulator import Simulator
from monitor.store import Store

pytestmark = pytest.mark.timeout(200)  # a busy machine makes a daemon of ours blind for half a minute

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
            assert "cctv.sqlite: it cannot be opened" in (await running.get("/-/ready")).text
            assert "cctv.sqlite: it cannot be opened" in (await running.get("/")).text
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
