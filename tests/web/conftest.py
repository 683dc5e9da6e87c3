"""The application over a hand-made board, as a person's browser and as a program meet it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from web_house import House


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A person's browser, as far as headers go."""
    transport = httpx.ASGITransport(house.app())
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:9108", headers={"Accept": "text/html,*/*"}
    ) as client:
        yield client


@pytest.fixture
async def program(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A script or a scraper."""
    transport = httpx.ASGITransport(house.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9108") as client:
        yield client
