"""The fault switch over HTTP, while the cameras run."""

import asyncio

import httpx
import pytest
from raw_client import RawClient

from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.faults import FAULTS

GATE = CameraSpec("gate", "127.43.0.1", port=0, width=160, height=96, username="admin", password="s3cret")


@pytest.fixture
async def site():
    async with Simulator([GATE], control_port=0) as running:
        yield running


@pytest.fixture
async def http(site: Simulator):
    async with httpx.AsyncClient(base_url=site.control.url) as client:
        yield client


async def test_cameras_are_listed_without_their_passwords(site: Simulator, http: httpx.AsyncClient) -> None:
    answer = await http.get("/cameras")
    [camera] = answer.json()
    assert (camera["id"], camera["url"], camera["fault"]) == ("gate", site.url("gate"), "")
    assert camera["sessions"] == 0
    assert "s3cret" not in answer.text


async def test_a_fault_is_switched_on_and_healed(site: Simulator, http: httpx.AsyncClient) -> None:
    answer = await http.post("/cameras/gate", json={"fault": "unreachable"})
    assert answer.json()["fault"] == "unreachable"
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(GATE.address, site.cameras["gate"].port)
    assert (await http.post("/cameras/gate", json={"fault": ""})).json()["fault"] == ""
    await site.settled()
    async with RawClient(site.url("gate")) as client:
        assert (await client.ask("DESCRIBE")).status == 401
    assert (await http.get("/cameras/gate")).json()["requests"] == {"DESCRIBE": 1}


async def test_the_faults_explain_themselves(http: httpx.AsyncClient) -> None:
    assert (await http.get("/faults")).json() == dict(FAULTS)


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/cameras/gate", b'{"fault": "nope"}', 400, "no fault is called 'nope'"),
        ("/cameras/gate", b'{"fault": 3}', 400, "heals"),
        ("/cameras/gate", b"[]", 400, "heals"),
        ("/cameras/gate", b"{", 400, "Expecting"),
        ("/cameras/nobody", b'{"fault": ""}', 404, "no camera is called 'nobody'"),
        ("/cameras/gate", b" " * 70_000, 411, "at most"),
    ],
)
async def test_wrong_requests_are_explained(
    site: Simulator, http: httpx.AsyncClient, path: str, body: bytes, status: int, words: str
) -> None:
    answer = await http.post(path, content=body)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert site.cameras["gate"].fault == ""


async def test_an_unknown_page_says_which_there_are(http: httpx.AsyncClient) -> None:
    answer = await http.get("/nothing")
    assert answer.status_code == 404
    assert "/cameras" in answer.json()["error"]
