"""From the configuration to what the desk works by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.model import Key, Target
from monitor.tickets import SINKS, Sink
from monitor.tickets.desk import Policy
from monitor.tickets.options import NotifyOptions
from monitor.tickets.text import SiteFile

if TYPE_CHECKING:  # the settings themselves import the options of the sinks
    from monitor.settings import Settings


def sinks_of(settings: Settings) -> dict[str, Sink]:
    """Every repair desk by its id, and each address of ``notify`` as a sink of its own."""
    desks = {sink.id: SINKS[sink.kind].make(sink.options) for sink in settings.tickets.sinks}
    people = {
        f"@notify-{number}": SINKS["notify"].make(NotifyOptions(address=address))
        for number, address in enumerate(settings.notify, start=1)
    }
    return desks | people


def policy_of(settings: Settings) -> Policy:
    """The names of the sinks are those of :func:`sinks_of`."""
    people = (f"@notify-{number}" for number in range(1, len(settings.notify) + 1))
    return Policy(
        sinks=(*(sink.id for sink in settings.tickets.sinks), *people),
        hold_down=timedelta(seconds=settings.tickets.hold_down),
        cap_per_site=settings.tickets.cap_per_site,
        sites={
            site.id: SiteFile(site.id, site.name, site.place, site.customer, site.language, site.timezone)
            for site in settings.sites
        },
        targets={target.key: target for target in (*settings.targets(), *_switches(settings))},
    )


def _switches(settings: Settings) -> Iterator[Target]:
    """Devices nobody looks at have a name and a place as well."""
    for site in settings.sites:
        for one in site.devices:
            yield Target(Key(site.id, one.id), "device", one.host, name=one.name, options={"place": one.place})
