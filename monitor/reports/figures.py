"""The key figures of a site over a period, as plain data: in all, per camera, per day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from monitor.model import Key, Subject, Target
from monitor.reports import kpi
from monitor.reports.compare import Document
from monitor.reports.kpi import Rate, Stretch
from monitor.reports.material import Material
from monitor.reports.periods import Period
from monitor.reports.site import SiteFile

NAMES = ("online", "intact", "recorded")
Shares = Mapping[str, Mapping[date, float | None]]
"""Device -> day at the site -> share recorded."""


def figures(site: SiteFile, material: Material, period: Period, older: Shares | None = None) -> Document:
    """``older``: what earlier reports knew about days that the recorders no longer speak of."""
    cameras = {target.key: _rates(target, material, period, older or {}) for target in site.cameras}
    days = list(period.days())
    by_day = [_total(_rates(target, material, day, older or {}) for target in site.cameras) for day in days]
    return {
        "period": {"start": period.start.isoformat(), "end": period.end.isoformat()},
        "all": _plain(_total(cameras.values())),
        "cameras": [
            {"device": key.device, "name": site.name_of(key), **_plain(rates), "days": _days(key, material, period)}
            for key, rates in cameras.items()
        ],
        "by_day": [
            {"day": day.first_day.isoformat(), **_plain(rates)} for day, rates in zip(days, by_day, strict=True)
        ],
    }


def shares_of(document: Document) -> dict[str, dict[date, float | None]]:
    """The days of recording that an earlier report knew."""
    cameras = document.get("figures", {}).get("cameras", ())
    return {one["device"]: {date.fromisoformat(day): share for day, share in one["days"]} for one in cameras}


def _rates(target: Target, material: Material, period: Period, older: Shares) -> dict[str, Rate]:
    key = target.key
    stretches = kpi.wanted(period, material.windows, key, _installed(target))
    until = min(period.end, _newest(key, material) or period.end)
    rates = {
        "online": kpi.online(kpi.held(material.online_spans(key), until), stretches),
        "intact": kpi.intact(kpi.held(material.spans_of(key, "picture"), until), stretches if target.rtsp else []),
    }
    if target.recorder:
        shares = {**older.get(key.device, {}), **_shares(key, material)}
        rates["recorded"] = kpi.recorded(shares, _gaps(key, material), period, stretches)
    return rates


def _newest(key: Key, material: Material) -> datetime | None:
    """Nothing is known after the newest look."""
    looks = [spans[-1].last for subject, spans in material.spans.items() if subject.key == key and spans]
    return max(looks, default=None)


def _installed(target: Target) -> datetime | None:
    from zoneinfo import ZoneInfo

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


def _days(key: Key, material: Material, period: Period) -> list[list[Any]]:
    shares = _shares(key, material)
    return [[day.first_day.isoformat(), shares[day.first_day]] for day in period.days() if day.first_day in shares]


def _total(cameras: Any) -> dict[str, Rate]:
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
