"""What a supervisor sees of a recorder: which day of which camera is there, without colours and without a mouse."""

import re
from dataclasses import replace

import httpx
import pytest
import web_scene
from web_house import House
from web_scene import recorded, with_days

from monitor.model import Key, Verdict
from monitor.web import retention


async def test_one_row_per_camera_and_one_cell_per_day(house: House, browser: httpx.AsyncClient) -> None:
    recorded(house.board, "gate")
    recorded(house.board, "yard", **with_days(1.0, 0.5834, 0.0, None))
    page = (await browser.get("/recorders/school-3/nvr-1")).text
    rows = [re.findall(r'<td class="day (\w+)', row) for row in page.split("<tr>")[2:4]]
    assert rows == [["full"] * 16, ["full", "part", "none", "blank"]]
    assert ">58</span>" in page, "a number stands beside the colour"
    assert page.count(" required") == 2, "each row has the line where its agreed days begin"
    assert "+1.2" in page, "days kept beyond the agreed ones"


async def test_a_gap_is_told_on_both_of_its_days_and_in_the_open(house: House, browser: httpx.AsyncClient) -> None:
    recorded(house.board, "gate")
    page = (await browser.get("/recorders/school-3/nvr-1")).text
    assert 'title="2026-02-20: 100 %; nothing from 23:30 to 00:00"' in page
    assert 'title="2026-02-21: 100 %; nothing from 00:00 to 01:00"' in page
    assert '<details class="gaps" open>' in page
    assert "2026-02-20 23:30 – 2026-02-21 01:00" in page


async def test_the_proof_of_playing_says_how_certain_it_is(house: House, browser: httpx.AsyncClient) -> None:
    recorded(house.board, "gate")
    recorded(house.board, "yard", samples_checked=60, samples_bad=2)
    recorded(house.board, "hall", samples_checked=0, samples_bad=None)
    page = (await browser.get("/recorders/school-3/nvr-1")).text
    assert "59 samples play: 95 % certain that less than 5 % of the recordings are bad." in page
    assert "2 of 60 samples do not play." in page
    assert "No sample was played at the newest look." in page


async def test_what_could_not_be_read_is_unknown_and_never_nought(house: House, browser: httpx.AsyncClient) -> None:
    unread = dict.fromkeys([*web_scene.RECORDING, "gaps", "samples_checked", "samples_bad"]) | {"required_days": 15.0}
    recorded(house.board, "gate", Verdict.UNKNOWN, days=[], **unread)
    page = (await browser.get("/recorders/school-3/nvr-1")).text.split('id="disks"')[0]
    assert "not known" in page
    assert ">0" not in page
    assert "0.0" not in page


async def test_disks_and_clock_of_the_recorder(house: House, browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/recorders/school-3/nvr-1?lang=zh")).text
    for text in ("8.0 TB", "300.0 GB", "故障", "时钟偏差 -1.5 秒", "此录像机未配置摄像机。"):
        assert text in page


async def test_the_way_to_it(house: House, browser: httpx.AsyncClient) -> None:
    recorded(house.board, "gate")
    for path in ("/sites/school-3", "/devices/school-3/nvr-1", "/devices/school-3/gate"):
        assert 'href="/recorders/school-3/nvr-1"' in (await browser.get(path)).text, path
    assert (await browser.get("/devices/school-3/gate")).text.count('<th scope="row"') == 1, "its own row alone"


@pytest.mark.parametrize("path", ["/recorders/school-3/gate", "/recorders/school-3/nothing"])
async def test_only_recorders_have_the_page(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


def test_a_long_gap_is_cut_at_midnight_of_the_sites_wall_clock(house: House) -> None:
    """The site's clock goes forward on 29 March: that day has 23 hours."""
    recorded(
        house.board,
        "gate",
        days=[["2026-03-28", 1.0], ["2026-03-29", 0.0], ["2026-03-30", 0.2]],
        gaps=[["2026-03-29T00:00:00+01:00", "2026-03-30T19:00:00+02:00"]],
    )
    recorder = house.board.devices[Key("school-3", "nvr-1")].target
    [row] = retention.sheet(house.board, replace(recorder, timezone="Europe/Berlin")).rows
    assert [[gap.seconds / 3600 for gap in cell.gaps] for cell in row.cells] == [[], [23.0], [19.0]]


async def test_of_very_many_cameras_only_those_with_something_to_say_are_spoken_of(
    house: House, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SPOKEN_OF", 1)
    recorded(house.board, "gate", gaps=[])
    recorded(house.board, "yard", gaps=[])
    recorded(house.board, "hall", Verdict.FAULT)
    page = (await browser.get("/recorders/school-3/nvr-1")).text
    assert (page.count('<th scope="row" class="camera"'), page.count('<li class="keeping">')) == (3, 1)
    assert "Nothing is to be said of the other 2" in page
    assert "其余 2 台无异常" in (await browser.get("/recorders/school-3/nvr-1?lang=zh")).text


async def test_of_very_many_gaps_the_longest_are_shown(house: House, browser: httpx.AsyncClient) -> None:
    gaps = [[f"2026-02-20T{at // 60:02d}:{at % 60:02d}:00+08:00"] * 2 for at in range(300)]
    gaps[200][1] = "2026-02-20T03:21:30+08:00"
    recorded(house.board, "gate", gaps=gaps, gaps_count=4000)
    page = (await browser.get("/recorders/school-3/nvr-1")).text
    assert "4000 gaps" in page
    assert "and 3950 shorter ones" in page
    assert "2026-02-20 03:20 – 03:21" in page
    assert len(page) < 60_000
