"""Kept reports as people open them: from the site page, on a phone, on paper."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from filled import GATE, NOW, NVR, SITE, TARGETS, YARD, jpeg
from playwright.async_api import async_playwright

from monitor.board import Board, DeviceState
from monitor.metrics import Metrics
from monitor.model import Evidence, FaultKind, Finding, Key, Outcome, Target, Verdict
from monitor.reports import summaries
from monitor.reports.archive import Archive
from monitor.reports.compare import Document
from monitor.reports.inspection import Looked, build
from monitor.reports.leave_site import certify
from monitor.reports.material import nothing_known
from monitor.reports.render import rendered, shown
from monitor.store import Store
from monitor.web import Actions, create_app, serve

PHONE = {"width": 375, "height": 812}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TEXT = """[...document.querySelectorAll('main *')].filter(e => e.childElementCount === 0 && e.textContent.trim()
  && !e.closest('svg') && parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.outerHTML)"""

CLIPPED = """[...document.querySelectorAll('.months text')].filter(text => {
  const [box, frame] = [text.getBoundingClientRect(), text.closest('svg').getBoundingClientRect()];
  return box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom;
}).map(text => text.outerHTML)"""


def looked(target: Target, probe: str, verdict: Verdict, kind: FaultKind | None = None, **facts: object) -> Looked:
    finding = Finding(target.key, probe, verdict, kind, f"{probe} seen", NOW, 2.0, facts=facts)
    pictures = {"thumbnail": jpeg(3 if kind else 150), "reference": jpeg(150)} if probe == "picture" else {}
    stream = {"codec": "h264", "width": 1920, "height": 1080, "frames_per_second": 25.0}
    evidence = Evidence(probe, NOW, 2.0, Outcome.SEEN, "seen", {"stream": stream}, pictures)
    return Looked(target, evidence, (finding,))


def inspected(before: Document | None = None, *, healed: bool = False) -> Document:
    """A site with a black camera, one that could not be judged, and a recorder."""
    black = (Verdict.OK, None) if healed else (Verdict.FAULT, FaultKind.BLACK)
    days = [[f"2026-02-{day:02}", 0.6 if day == 20 else 1.0] for day in range(14, 29)]
    kept = {"recorder": "nvr-1", "required_days": 15.0, "span_days": 15.4, "coverage": 0.991, "days": days}
    kept |= {"samples_checked": 60, "samples_bad": 0}
    disks = [{"id": "sda", "status": "ok", "size": 8e12, "note": ""}]
    looks = [
        looked(GATE, "picture", Verdict.OK),
        looked(GATE, "recording", Verdict.OK, **kept),
        looked(YARD, "picture", *black),
        looked(TARGETS[3], "picture", Verdict.OK if healed else Verdict.UNKNOWN),
        looked(NVR, "recorder", Verdict.OK, disks=disks, clock_offset_seconds=-0.04),
    ]
    return build(SITE, looks, nothing_known(), NOW, before)


def test_a_camera_that_is_offline_is_not_counted_a_second_time() -> None:
    """One stalls with a good picture before, one is slow and shows a good picture, one shows nothing but black."""
    looks = [
        *(looked(GATE, "rtsp", Verdict.FAULT, FaultKind.STALLED), looked(GATE, "picture", Verdict.OK)),
        *(looked(YARD, "rtsp", Verdict.FAULT, FaultKind.LOW_FRAME_RATE), looked(YARD, "picture", Verdict.OK)),
        looked(TARGETS[3], "rtsp", Verdict.OK),
        looked(TARGETS[3], "picture", Verdict.FAULT, FaultKind.BLACK),
    ]
    now = build(SITE, looks, nothing_known(), NOW, None)["now"]
    assert (now["online"]["good"], now["online"]["judged"]) == (2, 3)
    assert (now["intact"]["good"], now["intact"]["judged"]) == (1, 2)


def test_what_could_not_be_compared_is_on_the_paper_that_is_signed() -> None:
    document = inspected(healed=True)
    unread = "warning: not read: yard: the folder /video/yard does not exist: check channel and layout"
    blind = "picture 640x360, nothing wrong seen; moved, occluded: nothing learned yet to compare with"
    findings = [one for device in document["devices"] for one in device["findings"]]
    next(one for one in findings if one["probe"] == "picture")["reason"] = blind
    next(one for one in findings if one["probe"] == "recorder")["reason"] = unread
    page = rendered(document, "html", "en").decode()
    assert blind in page
    assert unread in page


def test_a_clock_that_agrees_is_off_by_nothing() -> None:
    assert "Clock off by 0 s" in shown(inspected(), "en")["html"].decode()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An inspection in Chinese and one in English, and two certificates."""
    made = Archive(tmp_path)
    first = inspected()
    made.keep(first, shown(first, "zh"))
    second = inspected(first, healed=True)
    made.keep(second, shown(second, "en"))
    refused = certify(first | {"kind": "leave-site"}, "王工", "", None, None)
    made.keep(refused, shown(refused, "zh"))
    passed = certify(second | {"kind": "leave-site"}, "王工", "电源已更换", first, refused)
    made.keep(passed, shown(passed, "zh"))
    return made


def app_of(archive: Archive) -> FastAPI:
    board = Board(devices={target.key: DeviceState(target) for target in TARGETS})

    async def reload() -> str | None:
        return None

    async def look_now(_key: Key, _close: bool) -> None:
        return None

    actions = Actions(reload, look_now, reports=archive.kept, report_file=archive.file, now=lambda: NOW)
    return create_app(board, Metrics(), actions)


@pytest.fixture
async def browser(archive: Archive) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_of(archive))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9108") as client:
        yield client


async def test_the_site_page_lists_its_reports(browser: httpx.AsyncClient, archive: Archive) -> None:
    page = (await browser.get("/sites/school-3?lang=zh")).text
    for kept in archive.kept("school-3"):
        assert f"/reports/school-3/{kept.name}.html" in page
    assert "离场证明" in page


async def test_a_report_is_served_as_it_was_made_and_may_run_nothing(
    browser: httpx.AsyncClient, archive: Archive
) -> None:
    kept = archive.kept("school-3", "inspection")[0]
    answer = await browser.get(f"/reports/school-3/{kept.name}.html")
    assert answer.content == archive.file("school-3", f"{kept.name}.html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    table = await browser.get(f"/reports/school-3/{kept.name}.csv")
    assert table.headers["content-disposition"] == f'attachment; filename="school-3-{kept.name}.csv"'


@pytest.mark.parametrize(
    "path", ["school-3/other.html", "elsewhere/x.html", "..%2fx/y", "school-3/..%2f..%2fcctv.sqlite"]
)
async def test_nothing_else_is_served(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(f"/reports/{path}")).status_code == 404


async def test_reports_in_a_real_browser_and_on_paper(archive: Archive, store: Store, tmp_path: Path) -> None:
    for kind, language in (("month", "zh"), ("week", "en"), ("day", "en")):
        document = summaries.make(kind, SITE, store, archive, NOW)
        archive.keep(document, shown(document, language))
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(app_of(archive), "127.0.0.1:0", announce=url.set_result))
    base, complaints = (await url).rstrip("/"), []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = await chromium.new_page(viewport=PHONE)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        for kept in archive.kept("school-3"):
            await page.goto(f"{base}/reports/school-3/{kept.name}.html")
            assert await page.evaluate(OVERFLOW) <= 0, f"{kept.name} scrolls sideways on a phone"
            assert await page.evaluate(SMALL_TEXT) == []
            assert await page.evaluate("[...document.images].every(i => i.naturalWidth > 0)")
            assert kept.kind != "leave-site" or "王工" in await page.inner_text("body")
        newest = archive.kept("school-3", "leave-site")[0]
        month = archive.kept("school-3", "month")[0]
        await page.goto(f"{base}/reports/school-3/{month.name}.html")
        assert await page.evaluate(CLIPPED) == [], "every label of a plot is within it"
        await page.goto(f"{base}/reports/school-3/{newest.name}.html")
        await page.pdf(path=tmp_path / "paper.pdf", format="A4")
        await chromium.close()
    server.cancel()
    with pytest.raises(asyncio.CancelledError):
        await server
    assert complaints == []
    printed = await text_of(tmp_path / "paper.pdf")
    assert archive.load(newest)["sha256"] in printed, "the hash on paper is what anchors the chain"


async def text_of(paper: Path) -> str:
    reader = await asyncio.create_subprocess_exec("pdftotext", paper, "-", stdout=asyncio.subprocess.PIPE)
    text, _ = await reader.communicate()
    return text.decode()
