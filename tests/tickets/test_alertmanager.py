"""The real Alertmanager tells the daemon's own door, over HTTP, of an alert that fires and is resolved."""

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from ticket_house import House

from monitor.board import Board
from monitor.metrics import Metrics
from monitor.model import JobState
from monitor.store import jobs
from monitor.tickets.service import TicketService
from monitor.web import Actions, create_app, serve

LABELS = {"alertname": "LensCovered", "site": "school", "device": 'gate "大门"\n<b>', "severity": "warning"}
CONFIG = """
route: {receiver: cctv, group_wait: 50ms, group_interval: 100ms, group_by: [alertname]}
receivers:
  - name: cctv
    webhook_configs: [{url: "URLapi/v1/alertmanager", send_resolved: true}]
"""


@contextlib.contextmanager
def alertmanager(folder: Path, url: str) -> Iterator[str]:
    (folder / "am.yml").write_text(CONFIG.replace("URL", url))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["prometheus-alertmanager", f"--config.file={folder}/am.yml", f"--storage.path={folder}/am"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(60)


async def tell(url: str, ends: datetime) -> None:
    """As Prometheus does it, again until Alertmanager answers."""
    times = {"startsAt": (ends - timedelta(hours=2)).isoformat(), "endsAt": ends.isoformat()}
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.ConnectError):
                answer = await client.post(f"{url}/api/v2/alerts", json=[{"labels": LABELS, **times}])
                answer.raise_for_status()
                return
            await asyncio.sleep(0.1)


async def test_an_alert_of_alertmanager_opens_one_job_and_its_end_closes_it(house: House, tmp_path: Path) -> None:
    async def nothing(*_: object) -> None:
        return None

    heard: list[str] = []
    async with house.at_work() as service:
        actions = Actions(nothing, nothing, alerted=service.alerted)
        page = asyncio.create_task(serve(create_app(Board(), Metrics(), actions), "127.0.0.1:0", announce=heard.append))
        await house.until(lambda: bool(heard))
        with alertmanager(tmp_path, heard[0]) as url:
            await tell(url, datetime.now(UTC) + timedelta(hours=1))
            await house.until(lambda: len(service.listed()) == 1)
            (job,) = service.listed()
            assert (job.site, job.device) == ("school", 'gate "大门" <b>')
            await tell(url, datetime.now(UTC) - timedelta(seconds=1))
            await house.until(lambda: closed(house, service))
        page.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await page


def closed(house: House, service: TicketService) -> bool:
    return [job.state for job in house.store.read(jobs.newest, 9)] == [JobState.CLOSED] and service.listed() == []
