"""The daemon as its users start it: a process, a configuration file, signals, and a site of simulated cameras."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from monitor.model import Key
from monitor.simulator import CameraSpec, Simulator
from monitor.store import Store, memory

PASSWORD = "s3cret-of-the-gate"
TINY = {"width": 320, "height": 180, "fps": 10, "gop": 10}
SITE = [
    CameraSpec("gate", "127.31.0.1", port=0, username="viewer", password=PASSWORD, auth="digest", **TINY),
    CameraSpec("corridor", "127.31.0.2", port=0, fault="black", **TINY),
    CameraSpec("office", "127.31.0.3", port=0, username="viewer", password=PASSWORD, fault="wrong_password", **TINY),
    CameraSpec("roof", "127.31.0.4", port=0, fault="unreachable", **TINY),
]


def configuration(site: Simulator, names: list[str]) -> str:
    cameras = "\n".join(
        f"      - {{id: {name}, rtsp: '{site.url(name)}', username: viewer, password: {{env: GATE_PASSWORD}}}}"
        for name in names
    )
    return (
        "state_dir: state\nlisten: 127.0.0.1:0\n"
        "poll: {interval: 4s, deadline: 4s, concurrency: 8}\npatience: {raise_after: 2, clear_after: 1}\n"
        f"sites:\n  - id: school\n    cameras:\n{cameras}\n"
    )


@pytest.fixture
async def site() -> AsyncIterator[Simulator]:
    async with Simulator(SITE) as running:
        yield running


class Running:
    """``cctv run`` in a folder of its own."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process, self.folder, self.lines = process, folder, []
        self.http = httpx.AsyncClient(trust_env=False)

    async def page(self) -> str:
        """Wait for the line that names the status page."""
        while not (found := re.search(r"status page: (\S+)/", "".join(self.lines))):
            line = await asyncio.wait_for(self.process.stdout.readline(), 60)
            assert line, (self.folder / "log").read_text()
            self.lines.append(line.decode())
        return found[1]

    async def until(self, wanted: set[str]) -> str:
        """Poll the metrics until every wanted line is there."""
        url = await self.page()
        async with asyncio.timeout(120):
            while True:
                text = (await self.http.get(f"{url}/metrics")).text
                if wanted <= set(text.splitlines()):
                    return text
                await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def daemon(folder: Path, config: str) -> AsyncIterator[Running]:
    (folder / "cctv.yaml").write_text(config)
    command = [sys.executable, "-m", "monitor.cli", "run", "--debug"]
    environment = {**os.environ, "GATE_PASSWORD": PASSWORD}
    log = (folder / "log").open("wb")
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
    )
    running = Running(process, folder)
    try:
        yield running
    finally:
        await running.http.aclose()
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)
        log.close()
        process._transport.close()


def fault(device: str, kind: str) -> str:
    return f'cctv_fault_active{{site="school",device="{device}",fault="{kind}"}} 1'


FAULTS = {fault("corridor", "black"), fault("office", "auth_failed"), fault("roof", "unreachable")}
HEALTHY = 'cctv_verdict{site="school",device="gate",verdict="ok"} 1'


async def test_a_day_in_the_life(site: Simulator, tmp_path: Path):
    """Faults are raised and healed; a wrong reload changes nothing, a right one does; SIGTERM leaves nothing behind."""
    names = [spec.id for spec in SITE]
    async with daemon(tmp_path, configuration(site, names)) as running:
        await running.until({*FAULTS, HEALTHY})
        url = await running.page()
        page = (await running.http.get(url + "/")).text
        assert "login refused" in page
        assert site.stats("office")["refused_logins"] == 1

        (tmp_path / "cctv.yaml").write_text("sites: 7")
        running.process.send_signal(signal.SIGHUP)
        await running.until({*FAULTS, "cctv_config_last_reload_successful 0.0"})

        (tmp_path / "cctv.yaml").write_text(configuration(site, names[:3]))
        running.process.send_signal(signal.SIGHUP)
        text = (await running.http.get(url + "/metrics")).text
        assert re.search(r'^cctv_probe_duration_seconds_count\{probe="picture"\} [1-9]', text, re.MULTILINE)
        text = await running.until({*FAULTS - {fault("roof", "unreachable")}, "cctv_config_last_reload_successful 1.0"})
        assert 'device="roof"' not in text

        site.set_fault("corridor", "")
        await running.until({'cctv_verdict{site="school",device="corridor",verdict="ok"} 1'})

        children = psutil.Process(running.process.pid).children(recursive=True)
        family = {child: child.cmdline() for child in children}
        assert family, "pictures are decoded in worker processes"
        running.process.terminate()
        assert await asyncio.wait_for(running.process.wait(), 60) == 0
        async with asyncio.timeout(60):  # the multiprocessing helper ends when it sees our pipe closed
            while left := [name for child, name in family.items() if alive(child)]:  # noqa: ASYNC110  # no event to await
                await asyncio.sleep(0.05)
        assert not left
    assert_no_secret(tmp_path)


async def test_a_restart_continues_where_it_was(site: Simulator, tmp_path: Path):
    config = configuration(site, ["corridor", "office"])
    async with daemon(tmp_path, config) as running:
        await running.until({fault("corridor", "black"), fault("office", "auth_failed")})
    slow = config.replace("interval: 4s", "interval: 1h")
    async with daemon(tmp_path, slow) as running:
        await running.until({fault("corridor", "black"), fault("office", "auth_failed")})
    assert site.stats("office")["refused_logins"] == 1


def alive(process: psutil.Process) -> bool:
    """Running; one that waits for the system to take note of its end is not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def assert_no_secret(folder: Path) -> None:
    for path in folder.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


async def test_a_damaged_state_ends_the_start_in_words(tmp_path: Path):
    """Only some pages are wrong: the file opens, and cannot be read to its end."""
    (tmp_path / "cctv.yaml").write_text(
        "listen: 127.0.0.1:0\nsites: [{id: s, cameras: [{id: c, rtsp: 'rtsp://127.0.0.1:9/'}]}]\n"
    )
    (tmp_path / "state").mkdir()
    file = tmp_path / "state" / "cctv.sqlite"
    with contextlib.closing(Store(file)) as store:
        store.write(memory.save, {(Key("s", f"c{number}"), "picture"): bytes(3000) for number in range(40)})
    pages = file.read_bytes()
    file.write_bytes(pages[: len(pages) // 2] + b"\xff" * (len(pages) // 4) + pages[len(pages) * 3 // 4 :])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.cli", "run"), cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert (process.returncode, b"it is damaged" in said, b"Traceback" in said) == (2, True, False)


async def test_a_wrong_configuration_is_refused_with_its_place(tmp_path: Path):
    (tmp_path / "cctv.yaml").write_text("sites:\n  - id: School 3\n")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.cli", "run"), cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"cctv.yaml:2:9:" in said
