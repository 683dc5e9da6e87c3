"""From the configuration to what the desk works by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

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
        targets={target.key: target for target in settings.targets()},
    )
