"""Storms: beyond the cap of a site, further jobs share one ticket at the repair desks. The book has every one."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor import words
from monitor.model import Job
from monitor.store import Connection, jobs
from monitor.tickets.messages import announce
from monitor.tickets.text import SiteFile, one_line
from monitor.words import _

MORE_EVERY = timedelta(minutes=5)
"""A storm that goes on adds one comment so often, not one a fault."""
MOST_NAMES = 50


def place(connection: Connection, job: Job, cap: int | None, now: datetime) -> Job:
    """The job as it is entered: told on its own, or joined to the summary of its site."""
    if cap is None or not job.site or jobs.told_at_site(connection, job.site) < cap:
        return replace(job, told=now)
    summary = jobs.summary_of(connection, job.site)
    return replace(job, joined=summary.key if summary else uuid.uuid4().hex[:12])


def open_if_new(connection: Connection, first: Job, site: SiteFile, sinks: Iterable[str], now: datetime) -> None:
    """The summary, when ``first`` is the first that joins it."""
    if jobs.by_key(connection, first.joined):
        return
    say = words.translations(site.language).gettext
    many = say(_("many faults at once"))
    why = say(_("Further faults of this site are gathered here; each is in the job book."))
    title, text = f"{one_line(site.name) or site.id}: {many}", f"{why}\n- {first.title}"
    summary = Job(
        first.joined, "summary", first.site, "", "several", now, first.since, title, text, place=first.place, told=now
    )
    summary = jobs.add(connection, summary)
    jobs.tell(connection, summary, now, "opened", text)
    announce(connection, summary, "open", text, sinks, now, 0)
    jobs.save(connection, replace(first, told=now))


def tell_more(connection: Connection, sinks: Iterable[str], now: datetime) -> None:
    """Name those that joined since, every few minutes, in one comment."""
    for summary in due(connection, now):
        _tell_more(connection, summary, sinks, now)


def due(connection: Connection, now: datetime) -> list[Job]:
    """The summaries that have more to tell by now."""
    return [one for one in jobs.open_summaries(connection) if _has_more(connection, one, now)]


def is_over(connection: Connection, summary: Job) -> bool:
    return summary.closed is None and not jobs.gathered(connection, summary.key).still_open


def _has_more(connection: Connection, summary: Job, now: datetime) -> bool:
    known = jobs.gathered(connection, summary.key)
    return known.untold > 0 and abs(now - (known.last or summary.opened)) >= MORE_EVERY


def _tell_more(connection: Connection, summary: Job, sinks: Iterable[str], now: datetime) -> None:
    untold = jobs.untold(connection, summary.key)
    for job in untold:
        jobs.save(connection, replace(job, told=now))
    text = "\n".join(f"- {job.title}" for job in untold[:MOST_NAMES])
    if len(untold) > MOST_NAMES:
        text += f"\n- (+{len(untold) - MOST_NAMES})"
    line = jobs.tell(connection, summary, now, "commented", text)
    announce(connection, summary, "comment", text, sinks, now, line)
