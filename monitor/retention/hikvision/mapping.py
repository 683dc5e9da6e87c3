"""Which camera stands on which channel: two cables swapped must not turn one camera's proof into another's. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.model import Channel


def swapped(channels: Sequence[Channel], present: Mapping[str, str], own: dict[str, Any]) -> dict[str, str]:
    """Channel -> what is wrong with it, in words. ``present``: channel -> serial number or address of its camera.

    ``own["cameras"]`` keeps which camera of the configuration had which serial number when first seen. A new number is
    a replaced camera and is taken over; the number of another configured camera is a swap, and stands until the
    configuration or the cabling is mended.
    """
    kept: dict[str, str] = own.setdefault("cameras", {})
    owners = {serial: camera for camera, serial in kept.items()}
    configured = {channel.camera for channel in channels}
    wrong: dict[str, str] = {}
    for channel in channels:
        serial = present.get(channel.channel, "")
        owner = owners.get(serial, channel.camera)
        if serial and owner != channel.camera and owner in configured:
            wrong[channel.channel] = (
                f"channel {channel.channel} now shows the camera that was {owner}: check the cabling"
            )
    for channel in channels:
        if present.get(channel.channel) and channel.channel not in wrong:
            kept[channel.camera] = present[channel.channel]
    return wrong
