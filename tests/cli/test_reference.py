"""The reference pages say what the program does."""

from pathlib import Path

import pytest

from monitor.cli.reference import PAGES

FOLDER = Path(__file__).parents[2] / "docs/reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_the_code_is(name: str):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"
