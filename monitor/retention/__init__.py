"""How recorders are read, one kind each. A new kind is a file here and a line in the map.

A reader is a function of plain data, as a probe is: it never raises for anything a recorder does (that is an Outcome),
never outlives its deadline, and never writes to a recorder.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from monitor.model import Deadline, Evidence, Memory, Target
from monitor.retention.dahua import DahuaOptions, read_dahua
from monitor.retention.files import read_files
from monitor.retention.frigate import FrigateOptions, read_frigate
from monitor.retention.hikvision import HikvisionOptions, read_hikvision
from monitor.retention.onvif import OnvifOptions, read_onvif
from monitor.retention.options import FilesOptions, Options, SshOptions
from monitor.retention.ssh import read_ssh
from monitor.retention.zoneminder import ZoneminderOptions, read_zoneminder

Reader = Callable[[Target, Memory, Deadline], Awaitable[Evidence]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of recorder: how it is read, and the keys it has in the configuration."""

    reader: Reader
    options: type[Options]


RECORDERS: Mapping[str, Kind] = {
    "ssh": Kind(read_ssh, SshOptions),
    "files": Kind(read_files, FilesOptions),
    "onvif": Kind(read_onvif, OnvifOptions),
    "hikvision": Kind(read_hikvision, HikvisionOptions),
    "dahua": Kind(read_dahua, DahuaOptions),
    "frigate": Kind(read_frigate, FrigateOptions),
    "zoneminder": Kind(read_zoneminder, ZoneminderOptions),
}


async def read_recorder(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Look at a recorder with the reader of its kind."""
    return await RECORDERS[target.kind].reader(target, memory, deadline)
