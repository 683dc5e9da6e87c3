"""Two looks at the same site beside each other: what is new, what is repaired, what is still open. Pure."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
"""A report as plain data, ready for JSON; its shape: docs/reference/reports.md."""
Place = tuple[str, str, str]


def compare(before: Document | None, now: Document) -> Document | None:
    """``before`` None = there is nothing to compare with. Repaired means seen to be ok, never merely not seen bad."""
    if before is None:
        return None
    old, new = problems(before), problems(now)
    seen_ok = {place for place, finding in _findings(now) if finding["verdict"] == "ok"}
    still = [place for place in old if place in new]
    return {
        "with": before["made_at"],
        "new": [new[place] for place in new if place not in old],
        "open": [new[place] | {"was": old[place]["fault"] or old[place]["verdict"]} for place in still],
        "repaired": [old[place] for place in old if place in seen_ok],
        "not_seen": [old[place] for place in old if place not in new and place not in seen_ok],
    }


def problems(document: Document) -> dict[Place, Document]:
    """Everything in a look that is not ok, by device, probe and aspect."""
    return {place: finding for place, finding in _findings(document) if finding["verdict"] != "ok"}


def _findings(document: Document) -> Iterator[tuple[Place, Document]]:
    for device in document["devices"]:
        for finding in device["findings"]:
            place = (device["device"], finding["probe"], finding["aspect"])
            named = {"device": device["device"], "name": device["name"]}
            yield place, named | finding
