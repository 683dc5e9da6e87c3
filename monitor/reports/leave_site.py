"""The leave-site certificate: every check once more; passed only when nothing is fault or unknown. Chained by hash.

Each certificate holds the SHA-256 of the one before it and of its own canonical JSON (sorted keys, no spaces, UTF-8,
the field ``sha256`` itself left out). A changed, removed or reordered certificate breaks the chain.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta

from monitor.reports.compare import Document, compare, problems

KIND = "leave-site"
ARRIVAL = "arrival"
VISIT = timedelta(hours=24)
"""An arrival look older than this belongs to another visit."""


def certify(
    looked: Document, technician: str, note: str, arrival: Document | None, previous: Document | None
) -> Document:
    """``looked``: an inspection document of kind ``leave-site``, made now; ``previous``: the certificate before."""
    left = list(problems(looked).values())
    document = looked | {
        "technician": technician,
        "note": note,
        "passed": not left and bool(looked["devices"]) and looked["verdict"] == "ok",
        "left": left + _unseen(looked),
        "compared": compare(arrival, looked),
        "number": previous["number"] + 1 if previous else 1,
        "previous": previous["sha256"] if previous else "",
    }
    return document | {"sha256": digest(document)}


def digest(certificate: Document) -> str:
    """SHA-256 of the canonical JSON without its own field."""
    bare = {name: value for name, value in certificate.items() if name != "sha256"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(certificates: Sequence[Document], anchors: Sequence[tuple[int, str]] = ()) -> list[str]:
    """Everything that is wrong with a site's certificates, in words; empty = the chain is whole.

    ``anchors``: number and hash of the certificates as the state file remembers them; without them the removal of the
    newest ones cannot be noticed.
    """
    ordered = sorted(certificates, key=lambda one: int(one["number"]))
    found = [f"certificate {one['number']} was changed" for one in ordered if one["sha256"] != digest(one)]
    before, number = "", 0
    for one in ordered:
        number += 1
        if one["number"] != number:
            found.append(f"certificate {number} is missing")
            number = one["number"]
        elif one["previous"] != before:
            found.append(f"certificate {number} does not follow from the one before it")
        before = one["sha256"]
    return found + _against(anchors, {one["number"]: one["sha256"] for one in ordered})


def _against(anchors: Sequence[tuple[int, str]], kept: dict[int, str]) -> list[str]:
    missing = [f"certificate {number} is missing" for number, _ in anchors if number not in kept]
    other = [
        f"certificate {number} is not the one that was issued"
        for number, sha in anchors
        if kept.get(number, sha) != sha
    ]
    return missing + other


def _unseen(looked: Document) -> list[Document]:
    """Devices about which nothing at all was found out."""
    nothing = {"probe": "", "aspect": "", "verdict": "unknown", "fault": None, "reason": "was not looked at"}
    silent = [device for device in looked["devices"] if not device["findings"]]
    return [{"device": one["device"], "name": one["name"], **nothing} for one in silent]
