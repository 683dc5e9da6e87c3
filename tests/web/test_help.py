"""The help on the device page: the same words as the verb, for the faults that stand there."""

import httpx

from monitor.guidance import guidance_for
from monitor.model import FaultKind


async def test_a_faulty_device_shows_what_to_do(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/devices/school-3/hall?lang=zh")).text
    help_ = guidance_for(FaultKind.FROZEN, "zh")
    assert all(said in page for said in (help_.means, *help_.ask, *help_.bring, help_.send))
    assert "何时派人" in page


async def test_a_device_in_order_needs_no_help(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/devices/school-3/gate?lang=en")).text
    assert "What to do" not in page
