"""Nine days of a real ledger, written once for all tests that read them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from filled import fill

from monitor.store import STATE_FILE, Store


@pytest.fixture(scope="session")
def nine_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder, watched from the 20th to the 28th of February. Nobody may write there."""
    made = tmp_path_factory.mktemp("state")
    asyncio.run(fill(made / STATE_FILE))
    return made


@pytest.fixture
def store(nine_days: Path) -> Iterator[Store]:
    opened = Store.reader(nine_days / STATE_FILE)
    yield opened
    opened.close()
