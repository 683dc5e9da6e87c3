"""What was seen: one short recipe each. A new probe is a file here and a line in the map.

A probe is a function of plain data: the daemon, ``cctv check`` and a worker elsewhere all call it alike. It never
raises for anything a device does (that is an Outcome) and never outlives its deadline. How to write one, and where its
judge, its cadence and its name belong: docs/design/a-new-probe.md.
"""

from collections.abc import Awaitable, Callable, Mapping

from monitor.model import Deadline, Evidence, Memory, Target
from monitor.probes.onvif import look_at_onvif
from monitor.probes.picture import look_at_picture
from monitor.probes.rtsp import look_at_stream
from monitor.probes.tcp import look_at_port

Probe = Callable[[Target, Memory, Deadline], Awaitable[Evidence]]

PROBES: Mapping[str, Probe] = {
    "tcp": look_at_port,
    "rtsp": look_at_stream,
    "picture": look_at_picture,
    "onvif": look_at_onvif,
}
