"""Which probes look at a device, and how often. Pure."""

from dataclasses import replace

from monitor.model import Facts, Target

CADENCE = {"picture": 1, "rtsp": 1, "tcp": 1, "onvif": 5, "recorder": 15}
"""A look every so many poll intervals: clocks, inventories and recording indexes change slowly."""


def probes_of(target: Target) -> tuple[str, ...]:
    """The names in the probe map for this device; the picture look includes the stream look."""
    if target.role == "recorder":
        # Its index is read seldom; a knock at its port says every minute whether it is there at all.
        return ("recorder", "tcp") if target.options.get("port") else ("recorder",)
    if target.onvif:
        return ("onvif", "picture")  # the device itself says where its stream is, if the configuration does not
    return ("picture",) if target.rtsp else ("tcp",)


def judged_in(target: Target) -> frozenset[str]:
    """The probes that findings about this device name: a picture look judges the stream, a recorder's its cameras."""
    looks = probes_of(target)
    return frozenset((*looks, *(("rtsp",) if "picture" in looks else ()), *(("recording",) if target.recorder else ())))


def can_look(name: str, target: Target) -> bool:
    """Whether this probe has an address to look at."""
    if name == "recorder":
        return target.role == "recorder"
    address = {"rtsp": target.rtsp, "picture": target.rtsp, "onvif": target.onvif}
    return bool(address.get(name, probes_of(target)))


def with_stream(target: Target, inventory: Facts) -> Target:
    """A camera configured without a stream is looked at where its own inventory says, on the same host.

    Not where that address holds a login, which the inventory does not keep: only a person can write it.
    """
    told = str(inventory.get("stream_uri") or "")
    return target if target.rtsp or "***" in told else replace(target, rtsp=told)
