"""ONVIF: one thin layer over onvif-zeep's documents and zeep's schemas, fit for a fleet and for hostile devices.

Everything goes through one call, which the probe, discovery and recorder kinds share::

    device = Device("192.0.2.21:80", Credentials("monitor", "…"))        # connects at the first call
    try:
        read_clock(device, deadline)                                     # first: tokens are then dated in its time
        read_services(device, deadline)                                  # then: where media, search, … listen
        answer = device.call("search", "GetRecordingSummary", deadline)  # {"Summary": {"DataFrom": datetime | None, …}}
        found = device.call("search", "FindRecordings", deadline, Scope={}, KeepAliveTime="PT10S")["SearchToken"]
    finally:
        device.close()

``call`` blocks, for a thread; it ends at the deadline, raises Trouble (an outcome and a sentence) and sends credentials
once at most if they are refused. Services: devicemgmt, media, media2, events, recording, search, replay; pullpoint and
subscription after ``place``. Values are plain data with the names of the ONVIF schema; a missing element, and a date
that cannot be, is None: unknown, never zero. A date without a zone arrives naive.
"""

from monitor.protocols.onvif.address import parse
from monitor.protocols.onvif.device import Device, spell
from monitor.protocols.onvif.documents import warm_up
from monitor.protocols.onvif.inventory import (
    Clock,
    find_stream_uri,
    media_service,
    read_clock,
    read_identity,
    read_ntp,
    read_profiles,
    read_replay_uri,
    read_services,
    read_snapshot_uri,
    read_stream_uri,
)
from monitor.protocols.onvif.trouble import Trouble
from monitor.protocols.shown import without_secrets

__all__ = [
    "Clock",
    "Device",
    "Trouble",
    "find_stream_uri",
    "media_service",
    "parse",
    "read_clock",
    "read_identity",
    "read_ntp",
    "read_profiles",
    "read_replay_uri",
    "read_services",
    "read_snapshot_uri",
    "read_stream_uri",
    "spell",
    "warm_up",
    "without_secrets",
]
