"""What was seen: one short recipe each. A new probe is a file here and a line in the map.

A probe is a function of plain data: the daemon, ``cctv check`` and a worker elsewhere all call it alike. It never
raises for anything a device does (that is an Outcome) and never outlives its deadline.
"""

from collections.abc import Awaitable, Callable, Mapping

from monitor.model import Deadline, Evidence, Memory, Target

Probe = Callable[[Target, Memory, Deadline], Awaitable[Evidence]]

PROBES: Mapping[str, Probe] = {}
