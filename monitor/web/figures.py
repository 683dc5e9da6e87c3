"""The numbers of a device page: measured values with their units, each left out when it is not known."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from monitor.board import DeviceState

Translate = Callable[[str], str]


def figures(state: DeviceState, translate: Translate) -> list[tuple[str, str]]:
    """(label, value with unit) pairs for people."""
    facts = _facts(state)
    return [(translate(label), shown(facts[name])) for name, label, shown in _FIGURES if _known(facts.get(name))]


def _facts(state: DeviceState) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in _parts(state):
        merged |= part
    if _known(merged.get("width")) and _known(merged.get("height")):
        merged["size"] = f"{merged['width']} × {merged['height']}"
    merged["first_picture"] = (merged.get("phases") or {}).get("key_frame")
    return merged


def _parts(state: DeviceState) -> Iterator[Mapping[str, Any]]:
    for probe in ("rtsp", "picture"):
        if probe in state.looks:
            yield state.looks[probe].facts.get("stream") or {}
    for probe in ("onvif", "recorder"):
        if probe in state.looks:
            facts = state.looks[probe].facts
            yield facts.get("onvif") or facts
    for (probe, _aspect), standing in state.standings.items():
        if probe == "recording":
            yield standing.last.facts


def _known(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool) and value != ""


def _number(digits: int, unit: str) -> Callable[[Any], str]:
    return lambda value: f"{value:.{digits}f} {unit}" if isinstance(value, int | float) else str(value)


def _percent(value: Any) -> str:
    return f"{value * 100:.2f} %" if isinstance(value, int | float) else str(value)


def _megabits(value: Any) -> str:
    return f"{value * 8 / 1e6:.2f} Mbit/s" if isinstance(value, int | float) else str(value)


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


_FIGURES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("frames_per_second", _("Frame rate"), _number(1, "/s")),
    ("bytes_per_second", _("Bit rate"), _megabits),
    ("loss_ratio", _("Packets lost"), _percent),
    ("size", _("Resolution"), str),
    ("codec", _("Codec"), lambda value: str(value).upper()),
    ("first_picture", _("First picture after"), _number(2, "s")),
    ("clock_offset_seconds", _("Clock offset"), _number(1, "s")),
    ("span_days", _("Recordings kept"), _number(1, "d")),
    ("required_days", _("Recordings agreed"), _number(1, "d")),
    ("depth_days", _("Without a gap"), _number(1, "d")),
    ("coverage", _("Recorded share"), _percent),
    ("longest_gap_seconds", _("Longest gap"), _number(0, "s")),
    ("forecast_days", _("Forecast"), _number(1, "d")),
    ("manufacturer", _("Maker"), str),
    ("model", _("Model"), str),
    ("firmware", _("Firmware"), str),
)
