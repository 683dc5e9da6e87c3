"""Can the monitor itself see? A starved event loop or a dead network of our own is never a camera's fault."""

import asyncio
import time
from collections import deque

from monitor.model import Evidence, Outcome

LAG_SECONDS = 2.0
"""The event loop once this late: what was timed meanwhile proves nothing."""
LAG_MEMORY = 30.0
TICK = 0.5
RECENT = 60.0
"""Looks of the last so many seconds speak about our network."""
HOSTS = 3
"""So many different hosts without a route, and none with one: it is our network."""


class Eyes:
    """Watches the loop's lag and the outcomes of looks, and says in words when we are blind."""

    def __init__(self) -> None:
        self.lag = 0.0
        self._lagged_at = float("-inf")
        self._routes: deque[tuple[float, str, bool]] = deque()

    async def watch(self) -> None:
        """Measure the loop's lag for ever."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            self.felt(max(0.0, time.monotonic() - before - TICK))

    def felt(self, lag: float) -> None:
        """Take note of how many seconds late the loop came back."""
        self.lag = lag
        if lag > LAG_SECONDS:
            self._lagged_at = time.monotonic()

    def saw(self, host: str, evidence: Evidence) -> None:
        """Take note of one look's outcome."""
        now = time.monotonic()
        self._routes.append((now, host, evidence.outcome is not Outcome.NO_ROUTE))
        while self._routes and self._routes[0][0] < now - RECENT:
            self._routes.popleft()

    def blind(self) -> str:
        """Why we cannot see, in words; "" when we can."""
        if time.monotonic() - self._lagged_at < LAG_MEMORY:
            return f"the monitor's own event loop was late by more than {LAG_SECONDS:.0f} s: the machine is overloaded"
        dark = {host for _, host, routed in self._routes if not routed}
        if len(dark) >= HOSTS and not any(routed for _, _, routed in self._routes):
            return f"the monitor's own network is down: no route to any of {len(dark)} hosts"
        return ""
