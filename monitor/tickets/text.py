"""What a repair ticket says: plain text for a technician on a phone, in the language of the site."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor import words
from monitor.guidance import HEADINGS, guidance_for
from monitor.model import Fault, FaultKind, Target
from monitor.sentences import said, said_there
from monitor.words import _

TITLE_LENGTH = 180
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIRECTIONS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""They turn the rest of a line round: a name with one could make a ticket read as something else."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """What a ticket says of a site."""

    id: str
    name: str = ""
    place: str = ""
    customer: str = ""
    language: str = "en"
    timezone: str = "UTC"


def one_line(text: str) -> str:
    """Without line breaks and other control characters: names come from people and devices."""
    return " ".join(_DIRECTIONS.sub("", _CONTROLS.sub(" ", text)).split())


def title(fault: Fault, target: Target | None, site: SiteFile) -> str:
    """For example ``No. 3 School · gate (school-3/gate): picture frozen``."""
    key, say = fault.subject.key, words.translations(site.language).gettext
    named = [one_line(site.name), one_line(target.name) if target else ""]
    name = " · ".join(filter(None, named))
    short = str(key).removesuffix("/")  # of a whole site
    where = f"{name} ({short})" if name else short
    return f"{where}: {say(words.FAULTS[fault.kind])}"[:TITLE_LENGTH]


def opening(fault: Fault, seen: str, target: Target | None, site: SiteFile) -> str:
    """The whole text of a new ticket. ``seen``: what was seen, in words."""
    parts = [_facts(fault, seen, target, site), _ladder(fault, site), *_guidance(fault, site)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def place_of(target: Target | None, site: SiteFile) -> str:
    """Where a technician goes: the address of the site, and where the device is there."""
    spot = str(target.options.get("place", "")) if target else ""
    return ", ".join(filter(None, (one_line(site.place), one_line(spot))))


def prepare(languages: Iterable[str]) -> None:
    """Read the words of these languages before a ticket needs them: half a second of work, and lasting memory."""
    for language in set(languages):
        guidance_for(FaultKind.UNREACHABLE, language)
        said("", language)


def _facts(fault: Fault, seen: str, target: Target | None, site: SiteFile) -> list[str]:
    say = words.translations(site.language).gettext
    device = fault.subject.key.device
    known = [
        (_("Site"), _named(site.name, site.id)),
        (_("Customer"), one_line(site.customer)),
        (_("Device"), _named(target.name if target else "", device)),
        (_("Place"), place_of(target, site)),
        (_("Fault"), say(words.FAULTS[fault.kind])),
        (_("What was seen"), one_line(said_there(seen, site.language, site.timezone))),
        (_("Since"), _moment(fault.since, site.timezone)),
        *_device(target, say),
        (_("Evidence picture"), f"/pictures/{fault.subject.key}/{fault.id}.jpg" if fault.picture else ""),
    ]
    return [f"{say(label)}: {value}" for label, value in known if value]


def _device(target: Target | None, say: words.Translate) -> Iterator[tuple[str, str]]:
    """What the device file says."""
    if target is None:
        return
    file: dict[str, Any] = dict(target.options)
    yield _("Model"), one_line(str(file.get("model", "")))
    yield _("Installed"), str(file.get("installed", ""))
    yield _("Priority"), one_line(str(file.get("priority", "")))
    if target.recorder:
        yield _("Recorded by"), f"{target.recorder}, {one_line(target.channel)}"
    warranty = file.get("warranty")
    terms = f" ({one_line(warranty['terms'])})" if warranty and warranty.get("terms") else ""
    until = say(_("until %(date)s"))
    yield _("Warranty"), until % {"date": warranty["until"]} + terms if warranty else say(_("not on file"))


def _ladder(fault: Fault, site: SiteFile) -> list[str]:
    heading = words.translations(site.language).gettext(_("Step by step, when it was noticed"))
    return (
        [f"{heading}:", *_list(said_there(rung, site.language, site.timezone) for rung in fault.ladder)]
        if fault.ladder
        else []
    )


def _guidance(fault: Fault, site: SiteFile) -> Iterator[list[str]]:
    say, help_ = words.translations(site.language).gettext, guidance_for(fault.kind, site.language)
    yield [one_line(help_.means)]
    for name, heading in HEADINGS.items():
        found = getattr(help_, name)
        yield [f"{say(heading)}:", *_list([found] if isinstance(found, str) else found)]


def _list(items: Iterable[str]) -> list[str]:
    return [f"- {one_line(item)}" for item in items]


def _named(name: str, id_: str) -> str:
    plain = one_line(name)
    return f"{plain} ({id_})" if plain and id_ else plain or id_


def _moment(at: datetime, timezone: str) -> str:
    return f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} ({timezone})"
