"""Which probes look at a device, and how often. Pure."""

from monitor.model import Target

CADENCE = {"picture": 1, "rtsp": 1, "tcp": 1, "onvif": 5, "recorder": 15}
"""A look every so many poll intervals: clocks, inventories and recording indexes change slowly."""


def probes_of(target: Target) -> tuple[str, ...]:
    """The names in the probe map for this device; the picture look includes the stream look."""
    if target.role == "recorder":
        # Its index is read seldom; a knock at its port says every minute whether it is there at all.
        return ("recorder", "tcp") if target.options.get("port") else ("recorder",)
    wanted = (("picture", target.rtsp), ("onvif", target.onvif))
    return tuple(name for name, address in wanted if address) or ("tcp",)
