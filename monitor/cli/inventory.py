"""The inventory of a device as a table: what it says of itself over ONVIF."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from monitor.cli.terminal import say, told
from monitor.model import Facts
from monitor.words import _

LABELS = {
    "manufacturer": _("manufacturer"),
    "model": _("model"),
    "serial": _("serial"),
    "firmware": _("firmware"),
    "hardware": _("hardware"),
}
SOURCES = {"NTP": _("set by NTP"), "Manual": _("set by hand")}


def inventory_table(facts: Facts) -> Table:
    """``facts``: those under "onvif" of an ONVIF look; what is missing there is missing here."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _rows(facts):
        table.add_row(name, escape(value))
    return table


def _rows(facts: Facts) -> Iterator[tuple[str, str]]:
    for name, label in LABELS.items():
        yield from _row(label, facts.get(name))
    yield from _row(_("firmware before"), facts.get("firmware_before"))
    if "clock_offset_seconds" in facts:
        yield say(_("clock")), _clock(facts)
    if "ntp" in facts:
        yield say(_("time servers")), _ntp(facts["ntp"])
    yield from _row(_("login"), say(AUTH[facts["auth"]]) if facts.get("auth") in AUTH else None)
    for profile in facts.get("profiles", ()):
        yield say(_("profile %(name)s"), name=profile["token"]), _profile(profile)
    yield from _row(_("stream"), facts.get("stream_uri"))
    yield from _row(_("snapshot"), facts.get("snapshot_uri"))
    yield from _row(_("services"), ", ".join(facts.get("services", ())))
    yield from _remarks(facts)


def _row(label: str, value: object) -> Iterator[tuple[str, str]]:
    if value:
        yield say(label), str(value)


def _remarks(facts: Facts) -> Iterator[tuple[str, str]]:
    for service, host in facts.get("foreign_addresses", {}).items():
        yield (
            say(_("foreign address")),
            say(_("%(service)s names %(host)s; replaced by the configured host"), service=service, host=host),
        )
    for event in facts.get("events", ()):
        yield (
            say(_("event")),
            f"{event['topic']}: {', '.join(f'{name}={value}' for name, value in event['items'].items())}",
        )
    for name, reason in facts.get("unread", {}).items():
        yield told(f"not read: {name.replace('_', ' ')}"), told(str(reason))


AUTH = {
    "open": _("none wanted: anyone on the network can use it"),
    "digest": "HTTP digest",
    "wsse": "WS-UsernameToken",
    "wsse-own-clock": _("WS-UsernameToken, dated in our time"),
}


def _clock(facts: Facts) -> str:
    offset = facts["clock_offset_seconds"]
    against = say(_("%(seconds)s s against ours"), seconds=f"{offset or 0.0:+.1f}")
    difference = say(_("tells no usable UTC time")) if offset is None else against
    source = say(SOURCES.get(facts.get("clock_source", ""), ""))
    return ", ".join(word for word in (difference, source, facts.get("timezone")) if word)


def _ntp(ntp: Mapping[str, Any] | None) -> str:
    if not ntp:
        return say(_("not told"))
    servers = ", ".join(ntp["servers"]) or say(_("none"))
    return say(_("%(servers)s (from DHCP)"), servers=servers) if ntp["from_dhcp"] else servers


def _profile(profile: Mapping[str, Any]) -> str:
    shown = [profile["name"], profile["codec"]]
    shown.append(f"{profile['width']}x{profile['height']}" if profile["width"] and profile["height"] else None)
    shown.append(f"{profile['fps']} fps" if profile["fps"] else None)
    shown.append(f"{profile['bitrate']} kbit/s" if profile["bitrate"] else None)
    return ", ".join(word for word in shown if word)
