"""The inventory of a device as a table: what it says of itself over ONVIF."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from monitor.model import Facts


def inventory_table(facts: Facts) -> Table:
    """``facts``: those under "onvif" of an ONVIF look; what is missing there is missing here."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _rows(facts):
        table.add_row(name, escape(value))
    return table


def _rows(facts: Facts) -> Iterator[tuple[str, str]]:
    for name in ("manufacturer", "model", "serial", "firmware", "hardware"):
        yield from _row(name, facts.get(name))
    yield from _row("firmware before", facts.get("firmware_before"))
    if "clock_offset_seconds" in facts:
        yield "clock", _clock(facts)
    if "ntp" in facts:
        yield "time servers", _ntp(facts["ntp"])
    yield from _row("login", AUTH.get(facts.get("auth", "")))
    for profile in facts.get("profiles", ()):
        yield f"profile {profile['token']}", _profile(profile)
    yield from _row("stream", facts.get("stream_uri"))
    yield from _row("snapshot", facts.get("snapshot_uri"))
    yield from _row("services", ", ".join(facts.get("services", ())))
    yield from _remarks(facts)


def _row(name: str, value: object) -> Iterator[tuple[str, str]]:
    if value:
        yield name, str(value)


def _remarks(facts: Facts) -> Iterator[tuple[str, str]]:
    for service, host in facts.get("foreign_addresses", {}).items():
        yield "foreign address", f"{service} names {host}; replaced by the configured host"
    for event in facts.get("events", ()):
        yield "event", f"{event['topic']}: {', '.join(f'{name}={value}' for name, value in event['items'].items())}"
    for name, reason in facts.get("unread", {}).items():
        yield f"not read: {name.replace('_', ' ')}", str(reason)


AUTH = {
    "open": "none wanted: anyone on the network can use it",
    "digest": "HTTP digest",
    "wsse": "WS-UsernameToken",
    "wsse-own-clock": "WS-UsernameToken, dated in our time",
}


def _clock(facts: Facts) -> str:
    offset = facts["clock_offset_seconds"]
    told = "tells no usable UTC time" if offset is None else f"{offset:+.1f} s against ours"
    source = {"NTP": "set by NTP", "Manual": "set by hand"}.get(facts.get("clock_source", ""), "")
    return ", ".join(word for word in (told, source, facts.get("timezone")) if word)


def _ntp(ntp: Mapping[str, Any] | None) -> str:
    if not ntp:
        return "not told"
    servers = ", ".join(ntp["servers"]) or "none"
    return f"{servers} (from DHCP)" if ntp["from_dhcp"] else servers


def _profile(profile: Mapping[str, Any]) -> str:
    shown = [profile["name"], profile["codec"]]
    shown.append(f"{profile['width']}x{profile['height']}" if profile["width"] and profile["height"] else None)
    shown.append(f"{profile['fps']} fps" if profile["fps"] else None)
    shown.append(f"{profile['bitrate']} kbit/s" if profile["bitrate"] else None)
    return ", ".join(word for word in shown if word)
