"""Every query of every panel, asked of a real Prometheus that watches the daemon watch a simulated site."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from dashboards import FOLDER, Target, choices, targets

from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.recorders import Tape, record

RULES = FOLDER.parents[1] / "prometheus"
HOUR = 3600.0
LAYOUT = "video/{camera}/%Y-%m-%d/%H.%M.%S.mp4"
TINY = {"port": 0, "width": 320, "height": 180, "fps": 10, "gop": 10}
SITE = [
    CameraSpec("gate", "127.34.0.1", **TINY),
    CameraSpec("corridor", "127.34.0.2", fault="black", **TINY),
    CameraSpec("roof", "127.34.0.3", fault="unreachable", **TINY),
]
EMPTY = {
    "Sites unreachable": "no site is",
    "Maintenance windows": "none is open",
    "Tickets open": "without a desk there is none",
    "Since the last inspection": "none was completed in the first minute",
    "Requests to repair desks": "no desk is configured",
    "Not judged": "every device is judged in the end",
    "Restless devices": "nothing changed twice",
    "Still open": "a week ago there was nothing",
    "Repaired": "a week ago there was nothing",
    "Forecast": "a forecast needs days of history",
}
"""Panels that are known to be empty in this minute of this site, each with its reason."""


@pytest.mark.slow
async def test_every_query_of_every_panel_returns_data(tmp_path: Path) -> None:
    asked = {path.name: targets(path.read_text()) for path in FOLDER.glob("*.json")}
    assert set(EMPTY) <= {target.panel for all_of_one in asked.values() for target in all_of_one}
    async with Simulator(SITE) as site, daemon(tmp_path, site) as address, prometheus(tmp_path, address) as client:
        await until_settled(client, asked)
        silent = {target.panel for all_of_one in asked.values() for target in await without_data(client, all_of_one)}
        assert silent - set(EMPTY) == set()
        for path in FOLDER.glob("*.json"):
            for name, query in choices(path.read_text()):
                assert await values_of(client, query), (path.name, name)


async def until_settled(client: httpx.AsyncClient, asked: dict[str, list[Target]]) -> None:
    """Until every query that must answer does, or time is up."""
    end = time.monotonic() + 100
    missing = [target for name in asked for target in asked[name] if target.panel not in EMPTY]
    while missing and time.monotonic() < end:
        await asyncio.sleep(1)
        missing = await without_data(client, missing)


async def without_data(client: httpx.AsyncClient, asked: list[Target]) -> list[Target]:
    return [target for target in asked if not await results(client, target.expression(**chosen(target)))]


def chosen(target: Target) -> dict[str, str]:
    """A dashboard of one site or device asks for the one that has what the panel shows."""
    return {"site": "school", "device": {"Failing looks": "roof", "Clock offset": "nvr"}.get(target.panel, "corridor")}


async def results(client: httpx.AsyncClient, expression: str) -> list[dict]:
    answer = (await client.post("/api/v1/query", data={"query": expression})).json()
    assert answer["status"] == "success", (expression, answer)
    return answer["data"]["result"]


async def values_of(client: httpx.AsyncClient, query: str) -> list[str]:
    """What ``label_values(selector, label)`` means to Grafana."""
    selector, _, label = query.removeprefix("label_values(").removesuffix(")").rpartition(", ")
    selector = selector.replace("$site", "school")
    answer = await client.get(f"/api/v1/label/{label}/values", params={"match[]": selector})
    return answer.raise_for_status().json()["data"]


@contextlib.asynccontextmanager
async def daemon(folder: Path, site: Simulator) -> AsyncIterator[str]:
    """The daemon over the site and a recorder with a hole; gives its address."""
    (folder / "cctv.yaml").write_text(configuration(folder, site))
    command = (sys.executable, "-m", "monitor.cli", "run")
    async with process(folder, "daemon", *command) as started:
        while b"status page: " not in (line := await asyncio.wait_for(started.stdout.readline(), 30)):
            assert line, (folder / "daemon.log").read_text()
        yield line.decode().split("//")[1].strip().rstrip("/")


def configuration(folder: Path, site: Simulator) -> str:
    now = time.time()
    record(str(folder / LAYOUT), Tape("gate", now, segment=HOUR))
    record(str(folder / LAYOUT), Tape("corridor", now, segment=HOUR, holes=[(now - 80 * HOUR, now - 70 * HOUR)]))
    cameras = "".join(
        f"      - {{id: {name}, rtsp: '{site.url(name)}'" + ("}\n" if name == "roof" else ", recorder: nvr}\n")
        for name in site.cameras
    )
    return (
        "state_dir: state\nlisten: 127.0.0.1:0\n"
        "poll: {interval: 4s, deadline: 4s, concurrency: 8}\npatience: {raise_after: 2, clear_after: 1}\n"
        "sites:\n  - id: school\n    recorders:\n"
        f"      - {{id: nvr, kind: files, layout: '{folder / LAYOUT}'}}\n    cameras:\n{cameras}"
    )


@contextlib.asynccontextmanager
async def prometheus(folder: Path, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A Prometheus with our rules, everything once a second."""
    for rules in ("recording", "alerts-devices", "alerts-monitor"):
        hurried = (RULES / f"{rules}.yml").read_text()
        for usual in ("30s", "1m", "5m"):
            hurried = hurried.replace(f"interval: {usual}\n", "interval: 1s\n")
        (folder / f"{rules}.yml").write_text(hurried)
    example = (RULES / "prometheus.yml").read_text()
    hurried = example.replace("127.0.0.1:9108", address).replace("30s", "1s").partition("alerting:")
    scrapes = hurried[2].partition("scrape_configs:")
    (folder / "prometheus.yml").write_text(hurried[0] + scrapes[1] + scrapes[2])
    port = 20_000 + os.getpid() % 10_000
    command = ("prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path={folder / 'tsdb'}")
    listen = f"--web.listen-address=127.0.0.1:{port}"
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)
    async with process(folder, "prometheus", *command, listen), client:
        yield client if await ready(client) else pytest.fail((folder / "prometheus.log").read_text())


async def ready(client: httpx.AsyncClient) -> bool:
    for _ in range(200):
        with contextlib.suppress(httpx.TransportError):
            if (await client.get("/-/ready")).status_code == 200:
                return True
        await asyncio.sleep(0.1)
    return False


@contextlib.asynccontextmanager
async def process(folder: Path, name: str, *command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    with (folder / f"{name}.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=log)
        try:
            yield started
        finally:
            if started.returncode is None:
                started.terminate()
            await asyncio.wait_for(started.communicate(), 20)
