"""The daemon as a process under hard conditions, and what can be heard from it."""

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from monitor.simulator import CameraSpec, Simulator

TINY = {"width": 320, "height": 180, "fps": 10, "gop": 10}
ROOT = () if os.geteuid() == 0 else ("--map-root-user",)
"""Namespaces need root, or a user namespace in which we are."""
USER = ("--user", "--preserve-credentials") if ROOT else ()
"""For nsenter, the same."""


def cameras(network: int, *names: str, **more: Any) -> list[CameraSpec]:
    """Small simulated cameras on addresses of their own, ``127.network.0.1`` and up."""
    return [CameraSpec(name, f"127.{network}.0.{n + 1}", port=0, **TINY, **more) for n, name in enumerate(names)]


def configuration(site: Simulator, poll: str = "{interval: 2s, deadline: 2s}", more: str = "") -> str:
    """Every camera of the simulator, looked at every two seconds; faults stand after two looks."""
    entries = "\n".join(f"      - {{id: {name}, rtsp: '{site.url(name)}'}}" for name in site.cameras)
    return (
        f"state_dir: state\nlisten: 127.0.0.1:0\npoll: {poll}\npatience: {{raise_after: 2, clear_after: 1}}\n"
        f"{more}sites:\n  - id: school\n    cameras:\n{entries}\n"
    )


class House:
    """``cctv run``."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process, self.folder = process, folder
        self.log, self.url = "", ""
        self.http = httpx.AsyncClient(trust_env=False, timeout=120)  # a look on demand waits for its turn

    async def listen(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self.log += line.decode()

    async def opened(self) -> None:
        """Wait for the line that names the status page."""
        line = (await asyncio.wait_for(self.process.stdout.readline(), 60)).decode()
        found = re.search(r"status page: (\S+?)/?\s", line)
        assert found, line + self.log
        self.url = found[1]

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(self.url + path)

    async def metrics(self) -> str:
        return (await self.get("/metrics")).text

    async def until(self, there: Callable[[str], object], path: str = "/metrics", seconds: float = 120) -> str:
        """Ask again until the text satisfies."""
        text = ""
        try:
            async with asyncio.timeout(seconds):
                while not there(text := (await self.get(path)).text):  # noqa: ASYNC110  # another process: no event
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"never came; the last was\n{text[-4000:]}\nlog:\n{self.log[-4000:]}") from None
        return text

    async def looks_again(self, *names: str) -> None:
        """Returns when each camera was looked at, and found well, after this moment."""
        began = time.time()
        await self.until(lambda text: all(seen_well(text, name) > began for name in names))

    async def tried_again(self, *names: str, times: int = 2) -> None:
        """Returns when each camera was looked at so often after this moment, whatever came of it."""
        for _ in range(times):
            began = time.time()
            await self.until(lambda text, since=began: all(tried(text, name) > since for name in names))


def value(text: str, series: str) -> float:
    """A sample of /metrics; NaN when it is not there."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else float("nan")


def seen_well(text: str, name: str) -> float:
    return _last(text, "success", name)


def tried(text: str, name: str) -> float:
    return _last(text, "attempt", name)


def _last(text: str, what: str, name: str) -> float:
    labels = f'site="school",device="{name}",probe="picture"'
    return value(text, f"cctv_probe_last_{what}_timestamp_seconds{{{labels}}}")


def faults(text: str) -> set[tuple[str, str]]:
    """Device and kind of every fault that stands; of the monitor itself the device is ''."""
    return set(re.findall(r'^cctv_fault_active\{site="\w*",device="([\w.-]*)",fault="(\w+)"\} 1', text, re.MULTILINE))


@contextlib.asynccontextmanager
async def house(
    folder: Path,
    config: str,
    *,
    before: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    words: Sequence[str] = (),
) -> AsyncIterator[House]:
    """The running daemon. ``before``: words in front of its command line; it is terminated at the end."""
    (folder / "cctv.yaml").write_text(config)
    process = await asyncio.create_subprocess_exec(
        *(*before, sys.executable, "-m", "monitor.cli", "run", *words),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    running = House(process, folder)
    listening = asyncio.create_task(running.listen(process.stderr))
    try:
        await running.opened()
        yield running
    finally:
        await running.http.aclose()
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)
        await listening
        process._transport.close()


def in_namespace(kind: str, script: str) -> tuple[str, ...]:
    """Words that run ``script`` in namespaces of our own, then the command that follows them."""
    return ("unshare", *ROOT, kind, "sh", "-c", f'{script} && exec "$@"', "sh")


def inside(running: House, path: str) -> Path:
    """A path under the daemon's folder as the daemon's mount namespace has it."""
    return Path(f"/proc/{running.process.pid}/root") / (running.folder / path).relative_to("/")
