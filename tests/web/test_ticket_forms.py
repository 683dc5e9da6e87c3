"""The forms on a ticket's page move it on, with a name, from this site only, and without a script."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bcrypt
import httpx
import pytest
import web_scene
from fastapi import FastAPI
from playwright.async_api import Page, async_playwright
from test_browser import CONTRAST, OVERFLOW, PHONE, SMALL_TARGETS, SMALL_TEXT, page_of

from monitor.metrics import Metrics
from monitor.model import Job, JobState
from monitor.store import Store, StoreError, jobs
from monitor.tickets.people import Step
from monitor.tickets.record import Detail, detail
from monitor.tickets.service import TicketService
from monitor.web import Actions, create_app, serve
from monitor.web.access import BasicAuth

NOW = web_scene.NOW
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


class Book:
    """A job book on disk with one open ticket, and the application over it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "cctv.sqlite")
        job = Job("f-hall", "monitor", "school-3", "hall", "frozen", NOW, NOW, "教学楼大厅: frozen", "no change")
        self.store.write(jobs.add, job)
        self.service = TicketService(self.store, Metrics(), lambda: NOW)
        self.refuses = False

    def move(self, key: str, step: Step) -> Job:
        if self.refuses:
            raise StoreError("the disk is full")
        return self.service.move(key, step)

    def app(self) -> FastAPI:
        async def nothing(*_: object) -> None:
            return None

        book = {"jobs": self.service.listed, "job": self.service.detail, "move": self.move}
        return create_app(web_scene.scene(), Metrics(), Actions(nothing, nothing, now=lambda: NOW, **book))

    def client(self, **login: str) -> httpx.AsyncClient:
        app = BasicAuth(self.app(), login) if login else self.app()
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://127.0.0.1:9108",
            headers=FORM | {"Accept-Language": "en"},
        )

    def ticket(self) -> Detail:
        found = self.store.read(detail, "f-hall")
        assert found is not None
        return found

    def closed(self) -> None:
        self.store.write(jobs.save, replace(self.ticket().job, state=JobState.CLOSED, closed=NOW))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    yield made
    made.store.close()


async def test_a_ticket_goes_its_whole_way(book: Book) -> None:
    async with book.client() as browser:
        answer = await browser.post("/tickets/1/acknowledge", content="by=Wang+Fang&text=I+%0d%0ago")
        assert (answer.status_code, answer.headers["location"]) == (303, "/tickets/1")
        await browser.post("/tickets/1/schedule", content="by=Li&at=2026-03-06T09:30&with=%E8%B5%B5+%3Cb%3E")
        await browser.post("/tickets/1/note", content="by=Li&text=needs+a+ladder")
        await browser.post("/tickets/1/repaired", content="by=Li")
        page = (await browser.get("/tickets/1")).text
    job, lines = book.ticket().job, book.ticket().lines
    assert [(line.action, line.person, line.text) for line in lines] == [
        ("acknowledged", "Wang Fang", "I go"),
        ("scheduled", "Li", ""),
        ("noted", "Li", "needs a ladder"),
        ("repaired", "Li", ""),
    ]
    assert (job.state, job.acknowledged, job.appointment_with) == (JobState.REPAIRED, NOW, "赵 <b>")
    assert job.appointment == datetime(2026, 3, 6, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
    assert "赵 &lt;b&gt;" in page
    assert "/tickets/1/acknowledge" not in page, "it is acknowledged already"
    assert "http-equiv" not in page, "a form that reloads itself loses what was written"


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "said"),
    [
        ("/tickets/1/acknowledge", "by=+", {}, 422, "Your name is missing."),
        ("/tickets/1/note", "by=Li&text=+", {}, 422, "Please say something about it."),
        ("/tickets/1/schedule", "by=Li&at=soon", {}, 422, "The day and time are missing."),
        ("/tickets/1/schedule", "by=Li", {}, 422, "The day and time are missing."),
        ("/tickets/1/note", "by=Li&text=" + "x" * 50_000, {}, 413, "The request is too large."),
        ("/tickets/1/close", "by=Li", {}, 404, "There is no such step."),
        ("/tickets/77/note", "by=Li&text=a", {}, 404, "No such ticket."),
        ("/tickets/1/follow-up", "by=Li&text=a", {}, 409, "does not allow that"),
        ("/tickets/1/acknowledge", "by=Li", {"Origin": "http://evil.example"}, 403, "another site"),
        ("/tickets/1/acknowledge", "by=Li", {"Sec-Fetch-Site": "cross-site"}, 403, "another site"),
        ("/tickets/1/acknowledge", "by=Li", {"Host": "rebound.example.com"}, 403, "host name"),
    ],
)
async def test_what_is_refused_changes_nothing(
    book: Book, path: str, body: str, headers: dict[str, str], status: int, said: str
) -> None:
    async with book.client() as browser:
        answer = await browser.post(path, content=body, headers=headers)
        assert (answer.status_code, said in answer.text) == (status, True)
        assert (await browser.get("/tickets/1/acknowledge")).status_code == 405
    assert book.ticket().lines == ()


async def test_after_the_end_the_follow_up_call_is_noted(book: Book) -> None:
    book.closed()
    async with book.client() as browser:
        page = (await browser.get("/tickets/1")).text
        await browser.post("/tickets/1/follow-up", content="by=Li&text=the+customer+is+content")
        assert (await browser.post("/tickets/1/repaired", content="by=Li")).status_code == 409
    assert ("/tickets/1/follow-up" in page, "/tickets/1/repaired" in page) == (True, False)
    assert [line.text for line in book.ticket().lines] == ["the customer is content"]
    assert book.ticket().job.followed_up == NOW


async def test_a_disk_that_refuses_is_said(book: Book) -> None:
    book.refuses = True
    async with book.client() as browser:
        assert (await browser.post("/tickets/1/repaired", content="by=Li")).status_code == 503


async def test_who_logged_in_did_it_whatever_the_form_says(book: Book) -> None:
    hashed = bcrypt.hashpw(b"right", bcrypt.gensalt(4)).decode()
    async with book.client(anna=hashed) as browser:
        assert (await browser.post("/tickets/1/acknowledge", content="by=Li")).status_code == 401
        await browser.post("/tickets/1/acknowledge", content="by=Li", auth=("anna", "right"))
        assert 'value="anna"' in (await browser.get("/tickets/1", auth=("anna", "right"))).text
    assert [line.person for line in book.ticket().lines] == ["anna"]


async def test_in_a_real_browser_on_a_phone_without_scripts(book: Book, tmp_path: Path) -> None:
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(book.app(), "127.0.0.1:0", announce=url.set_result))
    base, complaints = (await url).rstrip("/"), []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        async with page_of(browser, complaints, viewport=PHONE) as page:
            for path in ("/tickets/1", "/tickets/1?lang=zh"):
                await _looked_at(page, base + path)
            await page.screenshot(path=tmp_path / "ticket.png", full_page=True)
        async with page_of(browser, complaints, viewport=PHONE, java_script_enabled=False) as page:
            await _filled_in(page, base)
        await browser.close()
    server.cancel()
    with pytest.raises(asyncio.CancelledError):
        await server
    assert complaints == []
    job = book.ticket().job
    assert (job.state, job.appointment_with) == (JobState.SCHEDULED, "Ms Zhao")
    assert job.appointment == datetime(2026, 3, 6, 9, 30, tzinfo=UTC) - timedelta(hours=8)


async def _looked_at(page: Page, address: str) -> None:
    """With every form open."""
    await page.goto(address)
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert await page.evaluate(OVERFLOW) <= 0, f"{address} scrolls sideways on a phone"
    assert await page.evaluate(SMALL_TARGETS) == []
    assert await page.evaluate(SMALL_TEXT) == []
    assert await page.evaluate(CONTRAST) == []


async def _filled_in(page: Page, base: str) -> None:
    await page.goto(f"{base}/tickets/1?lang=en")
    await page.locator("summary", has_text="An appointment is agreed").click()
    form = page.locator("details[open] form")
    await form.get_by_label("Day and time (Asia/Shanghai)").fill("2026-03-06T09:30")
    await form.get_by_label("Agreed with").fill("Ms Zhao")
    await form.get_by_label("Your name").fill("Li")
    async with page.expect_navigation():
        await form.get_by_role("button", name="An appointment is agreed").click()
    assert "Ms Zhao" in await page.locator("main").inner_text()
