"""Templates and the small words in them: ages, times, figures, in the language of the reader."""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment

from monitor import typesetting, words
from monitor.guidance import HEADINGS, guidance_for
from monitor.reports.texts import KINDS
from monitor.tickets import labels
from monitor.typesetting import named
from monitor.web.retention import Gap
from monitor.words import _

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}

RAID_STATES = {
    "ok": _("in order"),
    "degraded": _("degraded"),
    "rebuilding": _("being rebuilt"),
    "unknown": _("unknown"),
}


@functools.cache
def environment(language: str) -> Environment:
    made = typesetting.environment("monitor.web", language)
    translate = words.translations(language).gettext
    made.filters["duration"] = functools.partial(duration, translate)
    made.filters["length_of_time"] = functools.partial(length_of_time, translate)
    made.filters["from_to"] = from_to
    made.filters["moment"] = moment
    made.filters["second"] = lambda at, timezone: at.astimezone(ZoneInfo(timezone)).strftime("%H:%M:%S")
    made.filters["clock"] = lambda at, timezone: at.astimezone(ZoneInfo(timezone)).strftime("%H:%M")
    made.filters["bytes"] = size
    made.filters["raid"] = functools.partial(named, translate, RAID_STATES)
    made.filters["state"] = lambda state: translate(labels.STATES[state])
    made.filters["happening"] = functools.partial(named, translate, labels.HAPPENINGS)
    made.filters["report_kind"] = lambda kind: translate(KINDS[kind])
    made.globals["guidance"] = lambda kind: guidance_for(kind, language)
    made.globals["guidance_headings"] = {field: translate(heading) for field, heading in HEADINGS.items()}
    made.globals["languages"] = LANGUAGE_NAMES
    return made


def laid_out(language: str, template: str, shown: Mapping[str, Any]) -> str:
    """The page as text; compiles the template at its first use."""
    return environment(language).get_template(template).render(shown)


def duration(translate: words.Translate, seconds: float) -> str:
    """A length of time in its largest unit, never more exact than it is useful."""
    for limit, unit, text in _UNITS:
        if seconds < limit:
            return translate(text) % {"count": int(max(0.0, seconds) // unit)}
    raise AssertionError("the last limit is infinite")


def length_of_time(translate: words.Translate, seconds: float) -> str:
    """Of something that is over, such as a gap: with one decimal from hours on."""
    if seconds < 100 * 60.0:
        return duration(translate, seconds)
    unit, text = (3600.0, _("%(count)s h")) if seconds < 48 * 3600.0 else (86400.0, _("%(count)s d"))
    return translate(text) % {"count": f"{seconds / unit:.1f}"}


def size(count: float | None) -> str:
    """Bytes as disks are sold, in powers of ten."""
    if count is None:
        return "–"
    for power, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= power:
            return f"{count / power:.1f} {unit}"
    return f"{count:.0f} B"


def moment(at: datetime, timezone: str, now: datetime) -> str:
    """A time at the device's place: the clock alone if it is the same day there, else with the date."""
    zone = ZoneInfo(timezone)
    local, today = at.astimezone(zone), now.astimezone(zone)
    return local.strftime("%H:%M" if local.date() == today.date() else "%Y-%m-%d %H:%M")


def from_to(gap: Gap, timezone: str) -> str:
    """Both ends with their dates; the second date only if it is another one."""
    start, end = (at.astimezone(ZoneInfo(timezone)) for at in (gap.start, gap.end))
    return f"{start:%Y-%m-%d %H:%M} – {end:{'%H:%M' if start.date() == end.date() else '%Y-%m-%d %H:%M'}}"


_UNITS = (
    (100.0, 1, _("%(count)s s")),
    (100 * 60.0, 60, _("%(count)s min")),
    (48 * 3600.0, 3600, _("%(count)s h")),
    (float("inf"), 86400, _("%(count)s d")),
)
