"""The pages in a real Chromium: no errors, no sideways scrolling on a phone, no scripts needed, good contrast."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright
from web_house import House
from web_scene import recorded, with_days

from monitor.web import serve

PAGES = ("/", "/?lang=zh", "/sites/school-3", "/devices/school-3/hall", "/devices/depot/ramp", "/devices/depot/new")
PAGES += ("/recorders/school-3/nvr-1", "/devices/school-3/hall/accept-view")
PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 900}
LEFT = "net::ERR_ABORTED"
"""We left the page before its icon had come; what is not there is an answer of 404."""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """[...document.querySelectorAll('a, button')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.height > 0 && box.height < 40 && !e.closest('.crumbs, p');
}).map(e => e.outerHTML)"""
SMALL_TEXT = """[...document.querySelectorAll('main *')].filter(e => e.childElementCount === 0 && e.textContent.trim()
  && parseFloat(getComputedStyle(e).fontSize) < 13).map(e => e.outerHTML)"""
CONTRAST = """[...document.querySelectorAll(
  '.reason, .times, .name, .verdict b, h2, .day span, .older, .kept, .proof, .legend li'
)].map(e => {
  const channel = v => v <= 10.02 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const grey = text => text.match(/[0-9.]+/g).map(channel)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  let ground = e; while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
  const pair = [grey(getComputedStyle(e).color), grey(getComputedStyle(ground).backgroundColor)].sort((a, b) => b - a);
  return [(pair[0] + .05) / (pair[1] + .05), e.className + ' ' + e.textContent.slice(0, 30)];
}).filter(pair => pair[0] < 4.5)"""


@asynccontextmanager
async def page_of(browser: Browser, complaints: list[str], **wishes: object) -> AsyncIterator[Page]:
    context = await browser.new_context(**wishes)
    page = await context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url) if request.failure != LEFT else None)
    page.on(
        "response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )
    yield page
    await context.close()


async def test_pages_in_a_real_browser(house: House) -> None:
    recorded(house.board, "gate")
    recorded(house.board, "hall", **with_days(1.0, 0.58, 0.04, 0.0, None))
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(house.app(), "127.0.0.1:0", announce=url.set_result))
    base, complaints = (await url).rstrip("/"), []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        async with page_of(browser, complaints, viewport=PHONE, java_script_enabled=True) as page:
            for path in PAGES:
                await page.goto(base + path)
                assert await page.evaluate(OVERFLOW) <= 0, f"{path} scrolls sideways on a phone"
                assert await page.evaluate(SMALL_TARGETS) == []
                assert await page.evaluate(SMALL_TEXT) == []
                assert await page.evaluate(CONTRAST) == [], path
        async with page_of(browser, complaints, viewport=DESK, color_scheme="dark", java_script_enabled=False) as page:
            await _walk_without_scripts(page, base)
        async with page_of(browser, complaints, viewport=DESK, color_scheme="dark") as page:
            await page.goto(base)
            assert await page.evaluate(CONTRAST) == []
        await browser.close()
    server.cancel()
    with pytest.raises(asyncio.CancelledError):
        await server
    assert complaints == []
    assert house.looked, "the button did nothing"


async def _walk_without_scripts(page: Page, base: str) -> None:
    """From the whole to a device by clicking, look now, and back."""
    await page.goto(base)
    await page.get_by_text("教学楼大厅").click()
    await page.wait_for_url("**/devices/school-3/hall")
    assert await page.locator(".pictures img").count() == 2
    async with page.expect_navigation():  # to where it was: the address alone would tell nothing
        await page.get_by_role("button", name="Look now").click()
    assert await page.locator("h1").inner_text() == "教学楼大厅"
