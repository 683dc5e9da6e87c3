"""Every way to look at a device, by name: the probes, and the reader of a recorder's kind."""

from collections.abc import Mapping

from monitor.probes import PROBES, Probe
from monitor.retention import read_recorder

LOOKERS: Mapping[str, Probe] = {**PROBES, "recorder": read_recorder}
