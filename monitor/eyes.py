"""Can the monitor itself see? A starved event loop or a dead network of our own is never a camera's fault."""

import asyncio
import time
from collections.abc import Callable

from monitor.model import Evidence, Outcome

LAG_SECONDS = 2.0
"""The event loop once this late: what was timed meanwhile proves nothing."""
LAG_MEMORY = 30.0
TICK = 0.5
STEP_SECONDS = 5.0
"""The wall clock moved so far against the monotonic one within a tick: it was set."""
SAME_CLOCK = 60.0
"""Two clocks that agree to so many seconds are one."""
RECENT = 60.0
"""Looks of the last so many seconds speak about our network."""
HOSTS = 3
"""So many different hosts without a route, and none with one: it is our network."""
NOT_OVER_THE_NETWORK = frozenset({"", "localhost"})
"""Recordings on our own disks."""
SAYS_NOTHING = frozenset({Outcome.FAILED, Outcome.STARVED, Outcome.ABANDONED, Outcome.UNSUPPORTED})
"""Outcomes that need not have come to a connection."""


def _difference() -> float:
    """Seconds the wall clock is ahead of the monotonic one; it jumps when the wall clock is set."""
    return time.time() - time.monotonic()


class Eyes:
    """Watches the loop's lag and the outcomes of looks, and says in words when we are blind."""

    def __init__(self, difference: Callable[[], float] = _difference) -> None:
        self.lag = 0.0
        self._lagged_at = float("-inf")
        self._stepped = 0.0  # seconds our wall clock was set forward since the start
        self._read_difference = difference
        self._difference = difference()
        self._routes: dict[str, tuple[float, bool]] = {}  # newest look at each host: when, and was there a route

    async def watch(self) -> None:
        """Measure the loop's lag for ever."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            self.felt(max(0.0, time.monotonic() - before - TICK))
            self.compare_clocks()

    def felt(self, lag: float) -> None:
        """Take note of how many seconds late the loop came back."""
        self.lag = lag
        if lag > LAG_SECONDS:
            self._lagged_at = time.monotonic()

    def compare_clocks(self) -> None:
        """Take note of the difference of our two clocks; when it jumped, the wall clock was set."""
        before, self._difference = self._difference, self._read_difference()
        if abs(self._difference - before) > STEP_SECONDS:
            self._stepped += self._difference - before

    def clock_doubt(self, offset: float | None) -> str:
        """Why a device's clock, ``offset`` seconds ahead of ours, is no fault of its own; "" when it is.

        It was right before our clock was set, and what was set may as well be wrong as right.
        """
        self.compare_clocks()  # two looks fit between a step and the next tick, and two faults are believed
        if offset is None or abs(self._stepped) <= SAME_CLOCK or abs(offset + self._stepped) > SAME_CLOCK:
            return ""
        return f"this clock was right until the monitor's own was set by {self._stepped:+.0f} s: one of them is wrong"

    def saw(self, host: str, evidence: Evidence) -> None:
        """Take note of one look's outcome."""
        if host in NOT_OVER_THE_NETWORK or evidence.outcome in SAYS_NOTHING:
            return
        now = time.monotonic()
        self._routes.pop(host, None)
        self._routes[host] = (now, evidence.outcome is not Outcome.NO_ROUTE)  # at the end: in order of time
        while next(iter(self._routes.values()))[0] < now - RECENT:
            del self._routes[next(iter(self._routes))]

    def blind(self) -> str:
        """Why we cannot see, in words; "" when we can."""
        if time.monotonic() - self._lagged_at < LAG_MEMORY:
            return f"the monitor's own event loop was late by more than {LAG_SECONDS:.0f} s: the machine is overloaded"
        if len(self._routes) >= HOSTS and not any(routed for _, routed in self._routes.values()):
            return f"the monitor's own network is down: no route to any of {len(self._routes)} hosts"
        return ""
