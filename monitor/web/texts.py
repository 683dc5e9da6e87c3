"""Templates and the small words in them: ages, times, figures, in the language of the reader."""

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor import words
from monitor.guidance import HEADINGS, guidance_for
from monitor.reports.texts import KINDS
from monitor.tickets import labels
from monitor.web.retention import Gap
from monitor.words import _

FAULTS = {str(kind): text for kind, text in words.FAULTS.items()}
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}

DISK_STATES = {
    "ok": _("in order"),
    "full": _("full"),
    "failed": _("failed"),
    "absent": _("gone"),
    "unknown": _("unknown"),
}
RAID_STATES = {
    "ok": _("in order"),
    "degraded": _("degraded"),
    "rebuilding": _("being rebuilt"),
    "unknown": _("unknown"),
}


@functools.cache
def environment(language: str) -> Environment:
    """The template environment of one language: everything is escaped, nothing undefined passes."""
    made = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = words.translations(language)
    made.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    translate = catalogue.gettext
    made.filters["duration"] = functools.partial(duration, translate)
    made.filters["length_of_time"] = functools.partial(length_of_time, translate)
    made.filters["from_to"] = from_to
    made.filters["moment"] = moment
    made.filters["second"] = lambda at, timezone: at.astimezone(ZoneInfo(timezone)).strftime("%H:%M:%S")
    made.filters["clock"] = lambda at, timezone: at.astimezone(ZoneInfo(timezone)).strftime("%H:%M")
    made.filters["bytes"] = size
    made.filters["disk_status"] = functools.partial(_named, translate, DISK_STATES)
    made.filters["raid"] = functools.partial(_named, translate, RAID_STATES)
    made.filters["verdict"] = lambda verdict: translate(words.VERDICTS[verdict])
    made.filters["probe"] = functools.partial(_probe, translate)
    made.filters["fault"] = functools.partial(_named, translate, FAULTS)
    made.filters["state"] = lambda state: translate(labels.STATES[state])
    made.filters["happening"] = functools.partial(_named, translate, labels.HAPPENINGS)
    made.filters["report_kind"] = lambda kind: translate(KINDS[kind])
    made.globals["guidance"] = lambda kind: guidance_for(kind, language)
    made.globals["guidance_headings"] = {field: translate(heading) for field, heading in HEADINGS.items()}
    made.globals["languages"] = LANGUAGE_NAMES
    made.globals["language"] = language
    return made


def laid_out(language: str, template: str, shown: Mapping[str, Any]) -> str:
    """The page as text; compiles the template at its first use."""
    return environment(language).get_template(template).render(shown)


def _named(translate: Callable[[str], str], names: Mapping[str, str], word: str) -> str:
    """A word of ours in plain words; what is not ours (the name of a foreign alert) stands for itself."""
    return translate(names[word]) if word in names else word


def _probe(translate: Callable[[str], str], name: str) -> str:
    return translate(words.PROBES.get(name, name))


def duration(translate: Callable[[str], str], seconds: float) -> str:
    """A length of time in its largest unit, never more exact than it is useful."""
    for limit, unit, text in _UNITS:
        if seconds < limit:
            return translate(text) % {"count": int(max(0.0, seconds) // unit)}
    raise AssertionError("the last limit is infinite")


def length_of_time(translate: Callable[[str], str], seconds: float) -> str:
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
