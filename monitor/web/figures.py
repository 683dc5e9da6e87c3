"""The numbers of a device page: measured values with their units, each left out when it is not known."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from monitor.board import DeviceState
from monitor.web.texts import length_of_time
from monitor.words import _

YEAR_DAYS = 366
Translate = Callable[[str], str]
Show = Callable[[Any, Translate], str]


def figures(state: DeviceState, translate: Translate) -> list[tuple[str, str]]:
    """(label, value with unit) pairs for people."""
    facts = _facts(state)
    return [
        (translate(label), shown(facts[name], translate)) for name, label, shown in _FIGURES if _known(facts.get(name))
    ]


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
    if "onvif" in state.looks:
        yield state.looks["onvif"].facts.get("onvif") or {}
    for place in (("recorder", ""), ("recording", "")):
        if place in state.standings and not state.target.recorder:  # else the page has them with the recorded days
            yield state.standings[place].last.facts


def _known(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool) and value != ""


def _plain(value: Any, _translate: Translate) -> str:
    return str(value)


def _codec(value: Any, _translate: Translate) -> str:
    return str(value).upper()


def _number(digits: int, unit: str) -> Show:
    return lambda value, translate: f"{value:.{digits}f} {translate(unit)}"


def _percent(value: Any, _translate: Translate) -> str:
    return f"{value * 100:.2f} %"


def _megabits(value: Any, _translate: Translate) -> str:
    return f"{value * 8 / 1e6:.2f} Mbit/s"


def _gap(value: Any, translate: Translate) -> str:
    return length_of_time(translate, value)


def _forecast(value: Any, translate: Translate) -> str:
    """Nobody plans by what a disk holds beyond a year."""
    return translate(_("more than a year")) if value > YEAR_DAYS else f"{value:.1f} {translate(_('d'))}"


_FIGURES: tuple[tuple[str, str, Show], ...] = (
    ("frames_per_second", _("Frame rate"), _number(1, _("/s"))),
    ("bytes_per_second", _("Bit rate"), _megabits),
    ("loss_ratio", _("Packets lost"), _percent),
    ("size", _("Resolution"), _plain),
    ("codec", _("Codec"), _codec),
    ("first_picture", _("First picture after"), _number(2, _("s"))),
    ("clock_offset_seconds", _("Clock offset"), _number(1, _("s"))),
    ("span_days", _("Recordings kept"), _number(1, _("d"))),
    ("required_days", _("Recordings agreed"), _number(1, _("d"))),
    ("depth_days", _("Without a gap"), _number(1, _("d"))),
    ("coverage", _("Recorded share"), _percent),
    ("longest_gap_seconds", _("Longest gap"), _gap),
    ("forecast_days", _("Forecast"), _forecast),
    ("manufacturer", _("Maker"), _plain),
    ("model", _("Model"), _plain),
    ("firmware", _("Firmware"), _plain),
)
