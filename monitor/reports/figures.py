"""The key figures of a site over a period, as plain data: in all, per camera, per day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model import Key, Subject, Target, Window
from monitor.reports import kpi
from monitor.reports.compare import Document
from monitor.reports.kpi import Piece, Rate, Stretch
from monitor.reports.material import Material
from monitor.reports.periods import Period
from monitor.reports.site import SiteFile

NAMES = ("online", "intact", "recorded")
Shares = Mapping[str, Mapping[date, float | None]]
"""Device -> day at the site -> share recorded."""


@dataclass(frozen=True, slots=True)
class _Camera:
    """What was seen of one camera, ready to be counted over any part of the period."""

    target: Target
    online: list[Piece]
    picture: list[Piece]
    shares: Mapping[date, float | None]
    gaps: list[Stretch]
    windows: Sequence[Window]


def figures(
    site: SiteFile, material: Material, period: Period, older: Shares | None = None, *, daily: bool = True
) -> Document:
    """``older``: what earlier reports knew about days that the recorders no longer speak of.

    ``daily``: each day of it as well.
    """
    cameras = [_camera(target, material, period, older or {}) for target in site.cameras]
    each = [_rates(camera, period) for camera in cameras]
    days = list(period.days()) if daily else []
    return {
        "period": {"start": period.start.isoformat(), "end": period.end.isoformat()},
        "all": _plain(_total(each)),
        "cameras": [
            {
                "device": camera.target.key.device,
                "name": site.name_of(camera.target.key),
                **_plain(rates),
                "days": [
                    [day.first_day.isoformat(), camera.shares[day.first_day]]
                    for day in days
                    if day.first_day in camera.shares
                ],
            }
            for camera, rates in zip(cameras, each, strict=True)
        ],
        "by_day": [
            {"day": day.first_day.isoformat(), **_plain(_total(_rates(camera, day) for camera in cameras))}
            for day in days
        ],
    }


def shares_of(document: Document) -> dict[str, dict[date, float | None]]:
    """The days of recording that an earlier report knew."""
    cameras = document.get("figures", {}).get("cameras", ())
    return {one["device"]: {date.fromisoformat(day): share for day, share in one["days"]} for one in cameras}


def _camera(target: Target, material: Material, period: Period, older: Shares) -> _Camera:
    key = target.key
    return _Camera(
        target,
        kpi.held(material.online_spans(key), period.end),
        kpi.held(material.spans_of(key, "picture"), period.end),
        {**older.get(key.device, {}), **_shares(key, material)},
        _gaps(key, material),
        material.windows,
    )


def _rates(camera: _Camera, period: Period) -> dict[str, Rate]:
    target = camera.target
    stretches = kpi.wanted(period, camera.windows, target.key, installed(target))
    rates = {"online": kpi.online(camera.online, stretches)}
    if target.rtsp or camera.picture:
        rates["intact"] = kpi.intact(camera.picture, stretches, camera.online)
    if target.recorder:
        rates["recorded"] = kpi.recorded(camera.shares, camera.gaps, period, stretches)
    return rates


def installed(target: Target) -> datetime | None:
    """The first midnight at which it was there; None = not known."""
    text = target.options.get("installed")
    return datetime.fromisoformat(f"{text}T00:00").replace(tzinfo=ZoneInfo(target.timezone)) if text else None


def _facts(key: Key, material: Material) -> Mapping[str, Any]:
    standing = material.standings.get(Subject(key, "recording"))
    return standing.last.facts if standing else {}


def _shares(key: Key, material: Material) -> dict[date, float | None]:
    return {date.fromisoformat(day): share for day, share in _facts(key, material).get("days") or ()}


def _gaps(key: Key, material: Material) -> list[Stretch]:
    gaps = _facts(key, material).get("gaps") or ()
    return [(datetime.fromisoformat(start).timestamp(), datetime.fromisoformat(end).timestamp()) for start, end in gaps]


def _total(cameras: Iterable[Mapping[str, Rate]]) -> dict[str, Rate]:
    total = dict.fromkeys(NAMES, Rate())
    for rates in cameras:
        for name, rate in rates.items():
            total[name] += rate
    return total


def _plain(rates: Mapping[str, Rate]) -> dict[str, Any]:
    return {name: _rate(rates.get(name, Rate())) for name in NAMES}


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "value": _rounded(rate.value),
        "coverage": _rounded(rate.coverage),
        "conclusive": rate.conclusive,
        "good_seconds": round(rate.good),
        "judged_seconds": round(rate.judged),
        "wanted_seconds": round(rate.wanted),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
