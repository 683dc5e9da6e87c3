"""What reports need to know of a site besides what was seen: names, owner, place, calendar. From the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.model import Key, Target
from monitor.reports.compare import Document
from monitor.settings import Settings, Site


@dataclass(frozen=True, slots=True)
class SiteFile:
    id: str
    name: str
    customer: str
    place: str
    timezone: str
    language: str  # zh or en
    inspection: str  # cron line, local
    targets: tuple[Target, ...] = field(repr=False)
    _by_key: Mapping[Key, Target] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {target.key: target for target in self.targets})

    @property
    def cameras(self) -> list[Target]:
        return [target for target in self.targets if target.role == "camera"]

    def name_of(self, key: Key) -> str:
        """Of a device, as people call it; of the site for what concerns the whole of it."""
        target = self._by_key.get(key)
        return (target.name if target else "") or key.device or self.name or key.site


def site_files(settings: Settings) -> dict[str, SiteFile]:
    """Site id -> what the configuration says about it."""
    targets: dict[str, list[Target]] = {}
    for target in settings.targets():
        targets.setdefault(target.key.site, []).append(target)
    language = settings.reports.language
    return {site.id: _site_file(site, language or site.language, targets.get(site.id, [])) for site in settings.sites}


def _site_file(site: Site, language: str, targets: list[Target]) -> SiteFile:
    cron = site.inspection.cron or cron_at(site.inspection.time, weekday=site.inspection.weekday)
    return SiteFile(
        site.id, site.name or site.id, site.customer, site.place, site.timezone, language, cron, tuple(targets)
    )


def cron_at(time_of_day: str, *, weekday: str = "*", day: int | str = "*") -> str:
    """A crontab(5) line for HH:MM; 24:00 is 23:59, for the day it belongs to ends there."""
    hour, _, minute = ("23:59" if time_of_day == "24:00" else time_of_day).partition(":")
    return f"{int(minute)} {int(hour)} {day} * {weekday[:3]}"


def head(kind: str, site: SiteFile, made_at: str) -> Document:
    """The first lines of every report."""
    shown: dict[str, Any] = {
        "format": 1,
        "kind": kind,
        "site": site.id,
        "site_name": site.name,
        "customer": site.customer,
        "place": site.place,
        "timezone": site.timezone,
        "made_at": made_at,
    }
    return shown
