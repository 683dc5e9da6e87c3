"""What a device says of its own faults, through a pull point: taken on request only, and always given back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from monitor.model import Deadline
from monitor.protocols.onvif.device import Device
from monitor.protocols.onvif.trouble import Trouble, plain

LIFE = "PT60S"
"""Asked for explicitly, since some devices refuse a pull point without an end; it dies by itself if we do."""
MESSAGES = 100


def read_events(device: Device, deadline: Deadline) -> list[dict[str, Any]]:
    """The device's present states: ``{"topic", "items": {name: value}, "at": the device's own time, as text}`` each.

    A new pull point tells every property once. Devices have few slots (eight is common): ours is unsubscribed at once.
    """
    with _pull_point(device, deadline):
        arguments = {"Timeout": "PT1S", "MessageLimit": MESSAGES}
        reply = device.ask("pullpoint", "PullMessages", deadline, lenient=True, **arguments)
    messages = reply.element.findall("{*}NotificationMessage")
    return [notification(message) for message in messages[:MESSAGES]]


@contextmanager
def _pull_point(device: Device, deadline: Deadline) -> Iterator[None]:
    answer = device.call("events", "CreatePullPointSubscription", deadline, InitialTerminationTime=LIFE)
    reference = answer.get("SubscriptionReference") or {}
    address = (reference.get("Address") or {}).get("_value_1")
    device.place({"pullpoint": address, "subscription": address})
    try:
        yield
    finally:
        _unsubscribe(device, deadline)


def _unsubscribe(device: Device, deadline: Deadline) -> None:
    try:
        device.call("subscription", "Unsubscribe", deadline, lenient=True)
    except Trouble:
        pass  # the look has its events; the pull point ends by itself after LIFE


def notification(message: Any) -> dict[str, Any]:
    """One notification element (of PullMessages, or ``Event`` in an event search): its topic without prefix, the items
    of Data, and when, as the device wrote it (Core specification, 9.5)."""
    topic = plain(message.findtext("{*}Topic"), 120)
    body = message.find("{*}Message/{*}Message")
    items = body.findall("{*}Data/{*}SimpleItem") if body is not None else []
    return {
        "topic": topic.partition(":")[2] or topic,
        "items": {plain(item.get("Name"), 60): plain(item.get("Value"), 60) for item in items},
        "at": plain(body.get("UtcTime"), 40) if body is not None else "",
    }
