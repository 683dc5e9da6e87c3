"""What programs ask for over HTTP, and what a stranger's page in the operator's browser cannot have."""

import asyncio

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from web_house import House

from monitor.metrics import Metrics
from monitor.model import Key
from monitor.web import Actions, create_app
from monitor.web.looks import Looks


async def test_metrics_agree_with_the_status_page(program: httpx.AsyncClient) -> None:
    answer = await program.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    faulty = {
        sample.labels["device"]
        for sample in families["cctv_verdict"].samples
        if sample.labels["verdict"] == "fault" and sample.value == 1
    }
    listed = {
        one["device"] for one in (await program.get("/api/v1/status")).json()["devices"] if one["verdict"] == "fault"
    }
    assert faulty == listed == {"hall", "stairs", "bikes", "dock-1", "nvr-1"}


@pytest.mark.parametrize(
    ("asked", "packed"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("", False),
        ("identity", False),
        ("br, gzip;q=0", False),
        ("gzipped", False),
    ],
)
async def test_metrics_are_packed_for_a_scraper_that_asks(
    program: httpx.AsyncClient, asked: str, *, packed: bool
) -> None:
    answer = await program.get("/metrics", headers={"Accept-Encoding": asked})
    assert (answer.headers.get("content-encoding") == "gzip") is packed
    assert answer.headers["vary"] == "Accept-Encoding"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"cctv_verdict", "process_start_time_seconds"} <= names


async def test_health_and_readiness(house: House, program: httpx.AsyncClient) -> None:
    assert (await program.get("/-/healthy")).status_code == 200
    assert (await program.get("/-/ready")).status_code == 200
    house.unready = "the state folder is read-only"
    answer = await program.get("/-/ready")
    assert (answer.status_code, answer.text) == (503, "not ready: the state folder is read-only\n")


async def test_head_is_answered_as_get_and_a_wrong_method_is_told_the_right_ones(program: httpx.AsyncClient) -> None:
    for path in ("/", "/metrics", "/-/healthy", "/api/v1/status", "/devices/school-3/hall"):
        assert (await program.head(path)).status_code == 200
    assert (await program.head("/nowhere")).status_code == 404
    wrong = await program.put("/-/reload")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


async def test_reload_tells_what_was_refused(house: House, program: httpx.AsyncClient) -> None:
    assert (await program.post("/-/reload")).status_code == 200
    house.refusal = "cctv.yaml:3:1: unknown key"
    answer = await program.post("/-/reload")
    assert (answer.status_code, answer.text) == (500, "cctv.yaml:3:1: unknown key\n")
    assert (await program.get("/-/reload")).status_code == 405


async def test_json_of_status_faults_and_tickets(program: httpx.AsyncClient) -> None:
    status = (await program.get("/api/v1/status")).json()
    assert status["verdict"] == "fault"
    hall = next(one for one in status["devices"] if one["device"] == "hall")
    assert (hall["site"], hall["name"], hall["fault"]) == ("school-3", "教学楼大厅", "frozen")
    assert hall["since"] == "2026-03-05T02:11:40+00:00"
    faults = (await program.get("/api/v1/faults")).json()["faults"]
    assert {fault["fault"] for fault in faults} == {"frozen", "black", "unreachable", "auth_failed", "disk_failed"}
    assert (await program.get("/api/v1/tickets")).json() == {"tickets": [{"key": "f-hall", "state": "open"}]}


async def test_a_probe_looks_at_a_configured_device_and_nothing_else(house: House, program: httpx.AsyncClient) -> None:
    answer = await program.get("/probe", params={"target": "school-3/hall"})
    assert house.looked == [(Key("school-3", "hall"), False)]
    assert 'cctv_fault_active{site="school-3",device="hall",fault="frozen"} 1' in answer.text
    assert 'device="gate"' not in answer.text
    for target in ("rtsp://127.0.0.1/", "127.0.0.1", "school-3", "school-3/none"):
        assert (await program.get("/probe", params={"target": target})).status_code == 404
    assert (await program.get("/probe")).status_code == 422
    assert len(house.looked) == 1


async def test_a_probe_that_outlasts_the_scraper_says_so_in_time(house: House) -> None:
    async def never(key: Key, close: bool) -> None:
        await asyncio.Event().wait()

    app = create_app(house.board, Metrics(), Actions(house.reload, never))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as program:
        headers = {"X-Prometheus-Scrape-Timeout-Seconds": "0.6"}
        answer = await program.get("/probe", params={"target": "depot/wall"}, headers=headers)
    assert answer.status_code == 504


async def test_impatient_readers_share_one_look() -> None:
    release, looked = asyncio.Event(), []

    async def slow(key: Key, close: bool) -> None:
        looked.append(key)
        await release.wait()

    async def reload() -> None:
        return None

    key, looks = Key("depot", "wall"), Looks(Actions(reload, slow))
    readers = [asyncio.create_task(looks.look(key, False, 5.0)) for _ in range(5)]
    assert await looks.look(key, False, 0.01) is False
    assert looks.running(key)
    release.set()
    assert await asyncio.gather(*readers) == [True] * 5
    assert looked == [key]
    assert not looks.running(key)


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/status", "/static/style.css", "/nothing"])
async def test_every_answer_is_fenced_in(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert "default-src 'self'; script-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9108"},
        {"Host": "evil.example"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
)
async def test_orders_from_elsewhere_are_refused(
    house: House, program: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    for path in ("/-/reload", "/devices/depot/wall/look"):
        assert (await program.post(path, headers=headers)).status_code == 403
    assert house.looked == []


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9108", 200),
        ("[::1]:9108", 200),
        ("localhost:9108", 200),
        ("monitor", 200),
        ("monitor.lan", 200),
        ("cctv.example.com", 200),
        ("CCTV.example.com:443", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("[", 403),
    ],
)
async def test_the_page_answers_only_to_names_a_stranger_cannot_own(
    program: httpx.AsyncClient, host: str, status: int
) -> None:
    assert (await program.get("/", headers={"Host": host})).status_code == status
