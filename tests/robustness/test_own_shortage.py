"""What we lack ourselves - descriptors, a network, a name server, time - is never a camera's fault, and passes."""

import asyncio
import contextlib
import resource
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from house import TINY, USER, cameras, configuration, faults, house, in_namespace, value

from monitor.simulator import CameraSpec, Simulator
from monitor.store import Store
from monitor.store.faults import standing as standing_faults
from monitor.store.standings import load_looks

T = TypeVar("T")
BLIND = {("monitor", "monitor_blind")}


async def test_64_descriptors(tmp_path: Path):
    """Fewer than there are cameras: they are looked at one after the other, and none is called unreachable."""
    names = [f"c{number}" for number in range(40)]
    few = ("prlimit", "--nofile=64:64")
    async with Simulator(cameras(73, *names)) as site:
        poll = "{interval: 6s, deadline: 5s, concurrency: 64}"
        async with house(tmp_path, configuration(site, poll), before=few) as running:
            await running.looks_again(*names)
            await running.looks_again(*names[:10])
            text = await running.metrics()
            assert value(text, "process_max_fds") == 64
            assert faults(text) == set()
            assert "Traceback" not in running.log


async def test_descriptors_run_out_and_come_back(tmp_path: Path):
    names = [f"c{number}" for number in range(6)]
    async with Simulator(cameras(74, *names)) as site, house(tmp_path, configuration(site)) as running:
        await running.looks_again(*names)
        pid = running.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (8, before[1]))  # our own connection is open already
        await running.until(
            lambda text: all(f'device="{name}",probe="picture",reason="failed"' in text for name in names)
        )
        await running.tried_again(*names)
        assert faults(await running.metrics()) <= BLIND
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        await running.looks_again(*names)
        assert faults(await running.metrics()) == set()


async def test_no_network_of_our_own(tmp_path: Path):
    """A network namespace with nothing in it: no camera has a route, so the blind one is us; and it passes."""
    async with Simulator(cameras(75, "gate", "yard", "roof", "hall")) as site:
        config = configuration(site)
        async with house(tmp_path, config, before=in_namespace("--net", "true")) as running:
            assert await stored(tmp_path, standing) == BLIND
            began = datetime.now(UTC)
            await stored(tmp_path, lambda store: looked_at(store, began) == set(site.cameras))
            assert await stored(tmp_path, standing) == BLIND
            enter = ("nsenter", f"--target={running.process.pid}", "--net", *USER, "ip", "link", "set", "lo", "up")
            assert await (await asyncio.create_subprocess_exec(*enter)).wait() == 0
            await stored(tmp_path, lambda store: not standing(store) & BLIND)  # the addresses are there again, if empty


def standing(store: Store) -> set[tuple[str, str]]:
    """Device and kind of the faults."""
    return {(one.subject.key.device, str(one.kind)) for one in store.read(standing_faults)}


def looked_at(store: Store, since: datetime) -> set[str]:
    return {one.key.device for one in store.read(load_looks) if one.at > since}


async def stored(folder: Path, ask: Callable[[Store], T]) -> T:
    """The first true answer of the state file: no page of that namespace can be reached."""
    async with asyncio.timeout(120):
        while True:
            if (folder / "state" / "cctv.sqlite").exists():
                with contextlib.closing(Store.reader(folder / "state" / "cctv.sqlite")) as store:
                    if answer := ask(store):
                        return answer
            await asyncio.sleep(0.3)


async def test_an_event_loop_that_was_held_up(tmp_path: Path):
    async with Simulator(cameras(76, "gate", "yard")) as site, house(tmp_path, configuration(site)) as running:
        await running.looks_again("gate", "yard")
        for _ in range(2):
            running.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(4)  # longer than a deadline
            running.process.send_signal(signal.SIGCONT)
            text = await running.until(lambda text: "cctv_monitor_blind 1.0" in text)
            assert faults(text) <= BLIND
        assert "overloaded" in running.log


async def test_a_name_server_that_is_silent(tmp_path: Path):
    """Devices with an address are looked at as before, others are unknown and said to be; until names resolve again."""
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.253\noptions timeout:6 attempts:1\n")
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n")
    silent = 'mount --bind "$PWD/resolv.conf" /etc/resolv.conf && mount --bind "$PWD/hosts" /etc/hosts'
    specs = [*cameras(77, "gate"), CameraSpec("yard", "127.77.0.9", port=0, **TINY)]
    async with Simulator(specs) as site:
        config = configuration(site).replace("rtsp://127.77.0.9:", "rtsp://yard.school.example:")
        async with house(tmp_path, config, before=in_namespace("--mount", silent)) as running:
            await running.looks_again("gate")
            text = await running.until(lambda text: "name server does not answer" in text, "/api/v1/status")
            await running.tried_again("yard")
            await running.looks_again("gate")
            text = await running.metrics()
            assert faults(text) == set()
            assert value(text, "process_open_fds") < 60
            with (tmp_path / "hosts").open("a") as hosts:  # in place: the mount is of this very file
                hosts.write("127.77.0.9 yard.school.example\n")
            await running.looks_again("gate", "yard")
