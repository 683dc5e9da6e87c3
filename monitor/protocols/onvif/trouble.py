"""What went wrong on the way to a device, typed and worded for a technician."""

import re

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError

WORDS = 200
"""Characters of a device's own words that are passed on."""


class Trouble(DeviceError):
    """One failed exchange; ``phase`` says where it failed ("connecting", "waiting for the answer", …)."""

    def __init__(self, outcome: Outcome, reason: str, phase: str = "") -> None:
        super().__init__(outcome, reason)
        self.phase = phase


def plain(text: object, limit: int = WORDS) -> str:
    """A device's own words made fit for a page or a log: printable, one line, of bounded length."""
    return re.sub(r"[^\w!-~ ]+", " ", str(text or "")[: limit * 4]).strip()[:limit]
