"""Checks between the parts: ids that stand twice, names that lead nowhere. Works on raw data, so that one wrong
value hides no other mistake."""

from collections.abc import Iterator
from typing import Any

from monitor.settings.cameras import check_camera, check_channels, check_layouts, check_login
from monitor.settings.sources import Loc, Sources

_GROUPS = ("recorders", "cameras", "devices")
Item = tuple[Loc, dict[str, Any]]


def check_references(sources: Sources) -> None:
    """Add every such mistake to the problems of ``sources``."""
    sites = list(_items(sources.data, "sites", ()))
    if not sources.data.get("sites") and not sources.problems:
        sources.add(("sites",), "there is nothing to watch; write sites: [...], or include: the files that hold them")
    _check_unique(sources, sites, "site")
    tickets = sources.data.get("tickets")
    if isinstance(tickets, dict):
        _check_unique(sources, list(_items(tickets, "sinks", ("tickets",))), "sink")
    _check_retention(sources, (), sources.data)
    for loc, site in sites:
        _check_site(sources, loc, site)


def _check_site(sources: Sources, loc: Loc, site: dict[str, Any]) -> None:
    groups = {group: list(_items(site, group, loc)) for group in _GROUPS}
    devices = [item for items in groups.values() for item in items]
    _check_unique(sources, devices, "device")
    recorders, passive, everything = _ids(groups["recorders"]), _ids(groups["devices"]), _ids(devices)
    _check_name(sources, loc, site, "gateway", passive)
    check_login(sources, loc, site, None)
    for device_loc, device in devices:
        _check_name(sources, device_loc, device, "parent", everything)
    for camera_loc, camera in groups["cameras"]:
        _check_name(sources, camera_loc, camera, "recorder", recorders)
        check_camera(sources, camera_loc, camera, site)
    for owner_loc, owner in [(loc, site), *groups["cameras"]]:
        _check_retention(sources, owner_loc, owner)
    check_channels(sources, groups["cameras"])
    check_layouts(sources, groups["recorders"], groups["cameras"])
    _check_circles(sources, devices)


def _check_retention(sources: Sources, loc: Loc, owner: dict[str, Any]) -> None:
    limits = owner.get("limits")
    recording = limits.get("recording") if isinstance(limits, dict) else None
    if "retention_days" in owner and isinstance(recording, dict) and "retention_days" in recording:
        place = (*loc, "limits", "recording", "retention_days")
        sources.add(place, "retention_days is already written one level up; keep one of them", key=True)


def _items(holder: dict[str, Any], group: str, loc: Loc) -> Iterator[Item]:
    items = holder.get(group)
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield (*loc, group, index), item


def _ids(items: list[Item]) -> list[str]:
    return sorted({str(item["id"]) for _, item in items if isinstance(item.get("id"), str | int)})


def _check_unique(sources: Sources, items: list[Item], what: str) -> None:
    first: dict[str, Loc] = {}
    for loc, item in items:
        name = item.get("id")
        if not isinstance(name, str | int):
            continue
        if str(name) in first:
            there = sources.problem((*first[str(name)], "id"), "")
            where = f"{there.file}:{there.line}" if there.line else there.file
            sources.add((*loc, "id"), f"the {what} id {str(name)!r} is already used at {where}; write another one here")
        first.setdefault(str(name), loc)


def _check_name(sources: Sources, loc: Loc, item: dict[str, Any], key: str, there: list[str]) -> None:
    name = item.get(key)
    if isinstance(name, str | int) and name != "" and str(name) not in there:
        group = {"recorder": "recorder", "gateway": "entry of devices", "parent": "device"}[key]
        known = ", ".join(there[:20]) or "none"
        sources.add((*loc, key), f"{key}: there is no {group} {str(name)!r} at this site; there are: {known}")


def _check_circles(sources: Sources, devices: list[Item]) -> None:
    parents = {str(item.get("id")): str(item["parent"]) for _, item in devices if item.get("parent")}
    for loc, item in devices:
        name, seen = str(item.get("id")), set[str]()
        while name in parents and name not in seen:
            seen.add(name)
            name = parents[name]
        if item.get("parent") and name == str(item.get("id")) and name in seen:
            sources.add(
                (*loc, "parent"), f"parent: {name!r} hangs behind itself; write the device that is nearer to us"
            )
