"""A Chinese reader finds no English on any page but names, terms of the trade and the words of others."""

import httpx
import pytest
from chinese import english, visible
from web_house import House
from web_scene import HOSTILE, NOW, recorded, with_days

from monitor.model import Fault, FaultKind, Key, Subject, Verdict

NAMES = ("Playground east", "Staircase B, second floor, facing the emergency exit", "Loading dock", "Rear wall")
NAMES += ("New camera", "Office", "North depot", "Asia/Shanghai", "Acme C2", HOSTILE)


def said_in_english(page: str, house: House) -> list[str]:
    ids = {part for key in house.board.devices for part in (str(key), key.device)}
    return english(visible(page), {*NAMES, *ids, "sda", "sdb", "cctv.sqlite", "state/"})


@pytest.fixture
def telling(house: House) -> House:
    """With everything a page can say: a site that is gone, a blind monitor, a full disk, recorded days."""
    house.unready = "state/cctv.sqlite: the disk is full"
    house.board.blind_since = NOW
    recorded(house.board, "gate")
    lost = "nothing recorded from 2026-02-20 23:30:00 to 2026-02-21 01:00:00 (1.5 h)"
    recorded(house.board, "hall", Verdict.FAULT, FaultKind.RECORDING_GAP, reason=lost, **with_days(1.0, 0.58, None))
    gone = Subject(Key("depot", ""), "site")
    why = "6 of 7 cameras stopped answering at once; nvr-1 still answers: look at the cameras' switch or power"
    house.board.faults["f-site"] = Fault("f-site", gone, FaultKind.SITE_UNREACHABLE, NOW, NOW, why)
    return house


async def test_no_page_says_anything_in_english(telling: House, browser: httpx.AsyncClient) -> None:
    devices = [f"/devices/{key}" for key in telling.board.devices]
    others = ["/", "/sites/depot", "/sites/school-3", "/recorders/school-3/nvr-1", "/tickets", "/nothing"]
    for path in (*others, *devices, "/devices/school-3/hall/accept-view"):
        page = (await browser.get(f"{path}?lang=zh")).text
        assert said_in_english(page, telling) == [], path


async def test_what_others_said_stays_as_they_said_it(house: House, browser: httpx.AsyncClient) -> None:
    fault = house.board.faults["f-disk"]
    words = "Operation not Supported <here>"
    house.board.faults["f-disk"] = Fault(
        fault.id, fault.subject, fault.kind, fault.opened, fault.since, f"the device failed: {words}"
    )
    page = (await browser.get("/devices/school-3/nvr-1?lang=zh")).text
    assert "设备内部错误：Operation not Supported &lt;here&gt;" in page


async def test_who_may_not_come_in_is_told_in_the_browsers_language(program: httpx.AsyncClient) -> None:
    answer = await program.get("/", headers={"Host": "evil.example", "Accept-Language": "zh-CN"})
    assert (answer.status_code, answer.text) == (403, "本服务器不使用该主机名。\n")
