"""The simulated recorders from outside, with another client: they count, lock and page as real ones do."""

import json
import time

import httpx
import pytest

from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.dahua import DahuaChannel, DahuaRecorder
from monitor.simulator.frigate import FrigateCamera, FrigateServer
from monitor.simulator.isapi import IsapiChannel, IsapiRecorder, files
from monitor.simulator.zoneminder import Monitor, ZoneminderServer

CAMERA = CameraSpec("gate", "127.41.9.1", port=0, width=160, height=96, gop=10)


def url(server, path: str) -> str:
    return f"http://{server.host}:{server.port}{path}"


def page(most: int, position: int, spelt: str = "searchResultPostion", start: str = "2020-01-01T00:00:00Z") -> str:
    return (
        "<CMSearchDescription><searchID>A</searchID><trackIDList><trackID>101</trackID></trackIDList><timeSpanList>"
        f"<timeSpan><startTime>{start}</startTime><endTime>2099-01-01T00:00:00Z</endTime></timeSpan></timeSpanList>"
        f"<maxResults>{most}</maxResults><{spelt}>{position}</{spelt}></CMSearchDescription>"
    )


async def test_five_refused_logins_lock_the_account_and_the_right_password_fails_too():
    async with IsapiRecorder(lock_after=5) as nvr:
        wrong, right = (httpx.DigestAuth("admin", word) for word in ("wrong", "recorder-password"))
        for left in (4, 3, 2, 1, 0):
            async with httpx.AsyncClient() as client:
                answer = await client.get(url(nvr, "/ISAPI/Security/userCheck"), auth=wrong)
            assert f"<retryLoginTime>{left}</retryLoginTime>" in answer.text
            wrong = httpx.DigestAuth("admin", "wrong")
        async with httpx.AsyncClient() as client:
            answer = await client.get(url(nvr, "/ISAPI/Security/userCheck"), auth=right)
        assert answer.status_code == 401
        assert "<lockStatus>lock</lockStatus>" in answer.text
        nvr.locked_until = time.time()
        async with httpx.AsyncClient() as client:
            answer = await client.get(
                url(nvr, "/ISAPI/Security/userCheck"), auth=httpx.DigestAuth("admin", "recorder-password")
            )
        assert answer.status_code == 200


async def test_isapi_pages_by_the_misspelt_element_only():
    recorder = IsapiRecorder(channels=[IsapiChannel(1, files(time.time(), days=1))], auth="")
    async with recorder as nvr, httpx.AsyncClient() as client:
        search = url(nvr, "/ISAPI/ContentMgmt/search")
        first, second, ignored = [
            (await client.post(search, content=body)).text
            for body in (page(40, 0), page(40, 40), page(40, 40, "searchResultPosition"))
        ]
        wrong = await client.post(search, content=page(100, 0))
    assert "<responseStatusStrg>MORE</responseStatusStrg>" in first
    assert first.count("<searchMatchItem>") == 40
    assert second != first == ignored
    assert (wrong.status_code, "badParameters" in wrong.text) == (400, True)


async def test_they_attach_to_a_site_and_end_with_it():
    async with Simulator([CAMERA]) as site:
        servers = [
            await site.attach(IsapiRecorder()),
            await site.attach(FrigateServer(cameras={"gate": FrigateCamera()})),
            await site.attach(ZoneminderServer(monitors=[Monitor(1)])),
            await site.attach(DahuaRecorder(channels=[DahuaChannel()])),
        ]
        async with httpx.AsyncClient() as client:
            statuses = [(await client.get(url(server, "/api/config"))).status_code for server in servers]
    assert statuses == [401, 200, 401, 401]
    async with httpx.AsyncClient() as client:
        for server in servers:
            with pytest.raises(httpx.ConnectError):
                await client.get(url(server, "/"))


async def test_zoneminder_gives_a_hundred_at_most_and_404_past_the_end():
    monitor = Monitor(1, segments=files(time.time(), days=1, seconds=600.0))
    async with ZoneminderServer(monitors=[monitor], login=False) as server, httpx.AsyncClient() as client:
        window = "StartDateTime >=:2020-01-01 00:00:00/StartDateTime <:2099-01-01 00:00:00"
        path = f"/zm/api/events/index/MonitorId:1/{window}.json"
        answers = [await client.get(url(server, path), params={"page": number, "limit": 1000}) for number in (1, 2, 3)]
    counts = [len(json.loads(answer.text).get("events", ())) for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert counts[0] == 100


def test_they_stay_on_loopback():
    with pytest.raises(ValueError, match="stay there"):
        IsapiRecorder(host="192.0.2.1")
