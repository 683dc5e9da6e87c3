"""What people see: everything at a glance, honest about age and blindness, safe with any name."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import web_scene
from web_house import House

from monitor.board import DeviceState
from monitor.model import Fault, FaultKind, Key, Subject, Target


def cards(page: str) -> list[str]:
    return re.findall(r'<li class="card (\w+)">', page)


async def test_the_status_page_shows_every_device_with_what_needs_a_person_first(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert cards(page) == ["fault"] * 5 + ["unknown"] * 2 + ["ok"] * 5
    assert "5 devices have a fault" in page
    for text in ("picture frozen", web_scene.STILL, "seen 8 s ago", "第三中学"):
        assert text in page
    assert 'http-equiv="refresh" content="10"' in page


async def test_a_fault_seen_once_is_told_as_a_suspicion(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/devices/depot/ramp")).text
    assert "seen once, not yet confirmed: picture blurred" in page
    assert 'class="device ok"' in page


async def test_a_device_never_looked_at_is_unknown_and_says_so(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/devices/depot/new")).text
    assert 'class="device unknown"' in page
    assert "not looked at yet" in page


async def test_an_old_picture_is_never_passed_off_as_now(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/")).text.count("2 h old") == 1
    page = (await browser.get("/devices/school-3/bikes")).text
    assert "<b>The last picture</b> 2 h ago" in page
    assert "<b>Now</b> 12 s ago" in (await browser.get("/devices/school-3/gate")).text


async def test_a_device_page_has_the_ladder_the_numbers_and_the_past(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/devices/school-3/hall")).text
    rungs = re.findall(r'<li class="(\w+)"><svg', page.split('class="ladder"')[1].split("</ol>")[0])
    assert rungs == ["ok", "fault", "ok", "ok"]
    for text in ("25.0 /s", "4.10 Mbit/s", "1920 × 1080", "15.8 d", "99.87 %", "The past week", "reference.jpg"):
        assert text in page
    assert "10:11 – now" in page
    assert "2026-03-01 14:30 – 2026-03-01 17:00" in page


@pytest.mark.parametrize("path", ["/", "/sites/depot", "/devices/depot/ramp", "/?lang=zh"])
async def test_a_hostile_name_is_only_text(browser: httpx.AsyncClient, path: str) -> None:
    page = (await browser.get(path)).text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "style=" not in page, "the content security policy forbids it"


async def test_every_page_of_every_device_and_site_opens(house: House, browser: httpx.AsyncClient) -> None:
    for key in house.board.devices:
        assert (await browser.get(f"/devices/{key}")).status_code == 200
        assert (await browser.get(f"/sites/{key.site}")).status_code == 200


async def test_a_filter_shows_one_verdict(browser: httpx.AsyncClient) -> None:
    assert cards((await browser.get("/?show=unknown")).text) == ["unknown"] * 2
    assert len(cards((await browser.get("/?show=nonsense&page=x")).text)) == 12


async def test_many_devices_come_in_pages(house: House, browser: httpx.AsyncClient) -> None:
    for number in range(200):
        key = Key("depot", f"more-{number:03d}")
        house.board.devices[key] = DeviceState(Target(key, "camera", "192.0.2.1"))
    first, third = (await browser.get("/")).text, (await browser.get("/?page=3")).text
    assert (len(cards(first)), len(cards(third))) == (96, 20)
    assert "page 1 of 3" in first
    assert 'href="/?page=2"' in third


async def test_a_blind_monitor_says_so_above_everything(house: House, browser: httpx.AsyncClient) -> None:
    assert 'role="alert"' not in (await browser.get("/")).text
    house.board.blind_since = web_scene.ago(540)
    page = (await browser.get("/")).text
    assert "cannot see since 06:21 (9 min)" in page
    assert page.index('role="alert"') < page.index('class="summary')


async def test_a_disk_that_takes_nothing_is_on_every_page(house: House, browser: httpx.AsyncClient) -> None:
    house.unready = "state/cctv.sqlite: the disk is full"
    assert "lost at a restart: state/cctv.sqlite: the disk is full" in (await browser.get("/")).text
    assert "重启后会丢失" in (await browser.get("/?lang=zh")).text


async def test_an_old_board_is_called_old(house: House, browser: httpx.AsyncClient) -> None:
    for state in house.board.devices.values():
        state.looks = {name: replace(look, at=look.at - timedelta(hours=1)) for name, look in state.looks.items()}
    assert "Nothing has been looked at for 60 min" in (await browser.get("/")).text


async def test_a_fault_of_a_whole_site_stands_on_the_first_page(house: House, browser: httpx.AsyncClient) -> None:
    subject = Subject(Key("depot", ""), "site")
    house.board.faults["f-site"] = Fault(
        "f-site",
        subject,
        FaultKind.SITE_UNREACHABLE,
        web_scene.NOW,
        web_scene.NOW,
        "5 of 5 cameras stopped answering at once",
    )
    assert "5 of 5 cameras stopped answering at once" in (await browser.get("/")).text


@pytest.mark.parametrize("key", [Key("", "monitor"), Key("depot", "switch-1")])
async def test_what_has_no_page_of_its_own_is_no_link(house: House, browser: httpx.AsyncClient, key: Key) -> None:
    house.board.faults["f9"] = Fault(
        "f9", Subject(key, "behind"), FaultKind.UNREACHABLE, web_scene.NOW, web_scene.NOW, "all 4 silent"
    )
    page = (await browser.get("/")).text
    assert "all 4 silent" in page
    assert f'href="/devices/{key}"' not in page
    assert ("switch-1" in page) == bool(key.site)


async def test_a_thousand_faults_behind_one_switch_are_no_endless_page(
    house: House, browser: httpx.AsyncClient
) -> None:
    house.board.faults.clear()
    for number in range(1000):
        subject = Subject(Key("depot", f"c{number}"), "rtsp")
        fault = Fault(f"f{number}", subject, FaultKind.UNREACHABLE, web_scene.NOW, web_scene.NOW, "silent", parent="f")
        house.board.faults[fault.id] = fault
    page = await browser.get("/sites/depot", headers={"accept-encoding": "gzip"})
    assert len(page.content) < 80_000
    assert "952 more" in page.text
    assert page.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in (await browser.get("/sites/depot", headers={"accept-encoding": ""})).headers


async def test_no_devices_at_all(house: House, browser: httpx.AsyncClient) -> None:
    house.board.devices.clear()
    page = await browser.get("/")
    assert page.status_code == 200
    assert "No devices are configured." in page.text


async def test_what_is_not_there_is_said_to_people_and_to_programs(
    browser: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    for path in ("/devices/depot/nothing", "/sites/nowhere", "/nothing", "/pictures/depot/new/thumbnail.jpg"):
        page, line = await browser.get(path), await program.get(path)
        assert (page.status_code, line.status_code) == (404, 404)
        assert page.text.startswith("<!doctype html>")
        assert len(line.text.splitlines()) == 1


async def test_pictures_are_only_those_that_stand_for_the_device(browser: httpx.AsyncClient) -> None:
    place = "/pictures/school-3/hall"
    for name in ("thumbnail", "reference"):
        answer = await browser.get(f"{place}/{name}.jpg")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    for name in ("f-disk", "faults%2Ff-hall", "..%2F..%2Fetc%2Fpasswd", "f-bikes"):
        assert (await browser.get(f"{place}/{name}.jpg")).status_code == 404


async def test_the_evidence_of_an_open_fault(house: House, browser: httpx.AsyncClient) -> None:
    fault = house.board.faults["f-hall"]
    house.board.faults["f-hall"] = replace(fault, picture="faults/f-hall.jpg")
    assert "/pictures/school-3/hall/f-hall.jpg" in (await browser.get("/devices/school-3/hall")).text
    assert (await browser.get("/pictures/school-3/hall/f-hall.jpg")).content == web_scene.jpeg(101)
    assert (await browser.get("/pictures/depot/wall/f-hall.jpg")).status_code == 404


async def test_evidence_that_is_gone_from_the_disk_leaves_no_broken_picture(
    house: House, browser: httpx.AsyncClient
) -> None:
    house.board.faults["f-hall"] = replace(house.board.faults["f-hall"], picture="faults/pruned.jpg")
    assert "f-hall.jpg" not in (await browser.get("/devices/school-3/hall")).text


async def test_the_language_is_the_readers_and_stays_chosen(browser: httpx.AsyncClient) -> None:
    english = await browser.get("/", headers={"Accept-Language": "de-DE,de;q=0.8"})
    chinese = await browser.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert (english.headers["content-language"], chinese.headers["content-language"]) == ("en", "zh")
    assert "画面冻结" in chinese.text
    assert '<html lang="zh">' in chinese.text
    await browser.get("/?lang=zh")
    assert "5 台设备有故障" in (await browser.get("/")).text


async def test_times_are_those_of_the_place(browser: httpx.AsyncClient) -> None:
    assert "14:30 Asia/Shanghai" in (await browser.get("/devices/school-3/hall")).text


async def test_so_are_those_within_a_sentence(house: House, browser: httpx.AsyncClient) -> None:
    fault = house.board.faults["f-hall"]
    house.board.faults["f-hall"] = replace(fault, reason="tcp ok since 2026-03-02 02:10 UTC: it answers")
    page = (await browser.get("/devices/school-3/hall")).text
    assert "since 2026-03-02 10:10: it answers" in page


async def test_look_now_asks_once_and_returns_to_the_page(house: House, browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/devices/depot/wall/look", headers={"Origin": "http://127.0.0.1:9108"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/devices/depot/wall")
    assert house.looked == [(Key("depot", "wall"), False)]
