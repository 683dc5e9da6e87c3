"""The job book in a browser and for programs, and Alertmanager's door, on a real state file."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import web_scene

from monitor.metrics import Metrics
from monitor.model import Job
from monitor.store import Store, jobs
from monitor.tickets.service import TicketService
from monitor.web import Actions, create_app

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ALERT = {"status": "firing", "labels": {"alertname": "LensCovered", "site": "school-3", "device": "gate"}}


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    store = Store(tmp_path / "cctv.sqlite")
    job = store.write(
        jobs.add,
        Job("f-hall", "monitor", "school-3", "hall", "frozen", NOW, NOW, web_scene.HOSTILE, web_scene.HOSTILE),
    )
    store.write(jobs.tell, job, NOW, "noted", web_scene.HOSTILE, "Li <b>")
    service = TicketService(store, Metrics(), lambda: NOW)

    async def nothing(*_: object) -> None:
        return None

    actions = Actions(nothing, nothing, jobs=service.listed, job=service.detail, alerted=service.alerted)
    transport = httpx.ASGITransport(create_app(web_scene.scene(), Metrics(), actions))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9108") as client:
        yield client
    store.close()


async def test_hostile_names_are_only_text(browser: httpx.AsyncClient) -> None:
    for path in ("/tickets", "/tickets?closed=true", "/tickets/1", "/tickets/f-hall", "/tickets/1?lang=zh"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
    assert "Li &lt;b&gt;" in page.text
    assert "备注" in page.text


async def test_the_table_holds_no_formula(browser: httpx.AsyncClient) -> None:
    await browser.post("/api/v1/alertmanager", json=alerts(ALERT | {"annotations": {"summary": "x"}}, alertname="=1+1"))
    answer = await browser.get("/tickets.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["fault"] for row in rows] == ["frozen", "'=1+1"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(tuple("=+-@"))]


async def test_a_ticket_nobody_knows_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/tickets/77")).status_code == 404
    assert (await browser.get("/api/v1/tickets/f-nothing")).status_code == 404
    assert (await browser.get("/api/v1/tickets/1")).json()["history"][0]["person"] == "Li <b>"


def alerts(alert: dict[str, object], **labels: str) -> dict[str, object]:
    named = alert["labels"] | labels  # type: ignore[operator] # it is a mapping
    return {"version": "4", "groupKey": "{}", "alerts": [alert | {"labels": named}]}


async def test_alertmanager_opens_and_resolves(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/api/v1/alertmanager", json=alerts(ALERT))
    assert (answer.status_code, answer.json()["opened"]) == (200, 1)
    assert (await browser.get("/tickets/2")).status_code == 200
    answer = await browser.post("/api/v1/alertmanager", json=alerts(ALERT | {"status": "resolved"}))
    assert answer.json() == {"opened": 0, "standing": 0, "resolved": 1, "ignored": 0}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "the body is not JSON"),
        (b"{", 400, "the body is not JSON"),
        (b"\xff\xfe", 400, "the body is not JSON"),
        (b"[" * 100_000, 400, "the body is not JSON"),
        (b"[]", 400, "the body is not a JSON object"),
        (json.dumps(alerts(ALERT | {"status": 5})).encode(), 400, "alerts[0].status"),
        (b" " * 5_000_000, 413, "too large"),
    ],
)
async def test_a_wrong_body_is_refused_in_words(
    browser: httpx.AsyncClient, body: bytes, status: int, said: str
) -> None:
    answer = await browser.post("/api/v1/alertmanager", content=body)
    assert answer.status_code == status
    assert said in answer.text
    assert (await browser.get("/tickets?closed=true")).text.count("/tickets/") == 1  # nothing was entered
