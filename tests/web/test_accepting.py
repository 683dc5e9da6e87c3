"""Accepting a new view on the page: now beside the reference, a name, one button; never from another site."""

import httpx
import pytest
from web_house import House

from monitor.model import Key

HALL = "/devices/school-3/hall"


async def test_the_page_shows_now_beside_the_reference_and_keeps_still(browser: httpx.AsyncClient) -> None:
    page = (await browser.get(f"{HALL}/accept-view")).text
    assert "thumbnail.jpg" in page
    assert "reference.jpg" in page
    assert "http-equiv" not in page, "a form that reloads itself loses what was written"
    assert f'href="{HALL}/accept-view"' in (await browser.get(HALL)).text


async def test_it_is_ordered_with_a_name_and_looked_at_at_once(house: House, browser: httpx.AsyncClient) -> None:
    answer = await browser.post(f"{HALL}/accept-view", content="by=Wang+Fang", headers=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, HALL)
    assert house.accepted == [(Key("school-3", "hall"), "Wang Fang")]
    assert house.looked == [(Key("school-3", "hall"), False)]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        (HALL, "by=+", {}, 422),
        (HALL, "", {}, 422),
        (HALL, "by=" + "x" * 50_000, {}, 413),
        (HALL, "by=Mallory", {"Origin": "http://evil.example"}, 403),
        ("/devices/school-3/nvr-1", "by=Wang", {}, 404),
        ("/devices/school-3/nothing", "by=Wang", {}, 404),
    ],
)
async def test_what_is_refused_changes_nothing(
    house: House, browser: httpx.AsyncClient, path: str, body: str, headers: dict[str, str], status: int
) -> None:
    answer = await browser.post(f"{path}/accept-view", content=body, headers=FORM | headers)
    assert answer.status_code == status
    assert house.accepted == []


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
