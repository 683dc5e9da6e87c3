"""How talking to a device ends early: one exception, carrying the outcome and a sentence for a technician."""

from monitor.model import Outcome


class DeviceError(Exception):
    """What a device did, or failed to do. ``reason`` never holds a secret."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
