"""Every kind of recorder is documented, key by key."""

from pathlib import Path

import pytest

from monitor.retention import RECORDERS

DOCS = Path(__file__).parents[2] / "docs/reference"


def section_of(kind: str) -> str:
    """The text below the heading of a kind."""
    for page in ("recorders.md", "retention.md"):
        for part in (DOCS / page).read_text(encoding="utf-8").split("\n#")[1:]:
            if f"`{kind}`" in part.partition("\n")[0]:
                return part
    raise AssertionError(f"docs/reference has no section on recorders of the kind {kind}")


@pytest.mark.parametrize("kind", [kind for kind in RECORDERS if kind not in ("ssh", "files")])
def test_every_kind_and_each_of_its_keys_is_documented(kind: str):
    section = section_of(kind)
    missing = [name for name in RECORDERS[kind].options.model_fields if f"`{name}`" not in section]
    assert not missing
    assert "Least privilege" in section


@pytest.mark.parametrize("kind", ["ssh", "files"])
def test_the_kinds_that_read_trees_are_documented(kind: str):
    assert section_of(kind)


def test_the_kinds_of_the_contract_are_there():
    assert {"ssh", "files", "onvif", "hikvision", "frigate", "zoneminder"} <= RECORDERS.keys()
