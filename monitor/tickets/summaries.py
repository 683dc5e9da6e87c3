"""Storms: beyond the cap of a site, further jobs share one ticket at the repair desks. The book has every one."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor import words
from monitor.model import Job, JobState
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
    for summary in jobs.open_summaries(connection):
        _tell_more(connection, summary, sinks, now)


def is_over(connection: Connection, summary: Job) -> bool:
    members = jobs.members(connection, summary.key)
    return summary.closed is None and all(job.state is JobState.CLOSED for job in members)


def _tell_more(connection: Connection, summary: Job, sinks: Iterable[str], now: datetime) -> None:
    members = jobs.members(connection, summary.key)
    unnamed = [job for job in members if job.told is None and job.closed is None]
    last = max((job.told for job in members if job.told), default=summary.opened)
    if not unnamed or abs(now - last) < MORE_EVERY:
        return
    for job in unnamed:
        jobs.save(connection, replace(job, told=now))
    text = "\n".join(f"- {job.title}" for job in unnamed[:MOST_NAMES])
    if len(unnamed) > MOST_NAMES:
        text += f"\n- (+{len(unnamed) - MOST_NAMES})"
    line = jobs.tell(connection, summary, now, "commented", text)
    announce(connection, summary, "comment", text, sinks, now, line)
