"""Every way to look at a device, by name: the probes, and the reader of a recorder's kind."""

from collections.abc import Mapping

from monitor.model import Deadline, Evidence, Memory, Target
from monitor.probes import PROBES, Probe


async def read_recorder(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Read a recorder of any kind; the kinds are loaded when the first is read, since a look at a camera needs none."""
    from monitor import retention

    return await retention.read_recorder(target, memory, deadline)


LOOKERS: Mapping[str, Probe] = {**PROBES, "recorder": read_recorder}
