"""The life of a repair job: opened and closed by what the monitor sees, moved on by people, told to the repair desks.

Everything here works on one connection within the caller's transaction: a change of the book and what the repair
desks are to hear of it become durable together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.model import Fault, Job, JobState, Key, Target
from monitor.sentences import said_there
from monitor.store import Connection, faults, jobs, outbox
from monitor.store.outbox import Message
from monitor.tickets import summaries
from monitor.tickets.messages import announce
from monitor.tickets.text import SiteFile, opening, place_of, title

BOOK = "@book"
"""The sink the ledger writes to: this job book. No configured id can begin with @."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How the configuration wants jobs to be handled."""

    sinks: tuple[str, ...] = ()
    hold_down: timedelta = timedelta(0)
    cap_per_site: int | None = None
    sites: Mapping[str, SiteFile] = field(default_factory=dict)
    targets: Mapping[Key, Target] = field(default_factory=dict)

    def said(self, site: str, text: str) -> str:
        """In the language of that site, by its clock."""
        file = self.sites.get(site, SiteFile(site))
        return said_there(text, file.language, file.timezone)


def take_in(connection: Connection, policy: Policy, now: datetime) -> None:
    """Bring the book up to date with what the ledger wrote, and close what has stayed ok for long enough."""
    while messages := outbox.due(connection, now, sink=BOOK):
        for message in messages:
            _take(connection, message, policy)
            outbox.done(connection, message.id, now)
    for job in jobs.ripe(connection, now, policy.hold_down):
        close(connection, job, policy, now)
    summaries.tell_more(connection, policy.sinks, now)


def close(connection: Connection, job: Job, policy: Policy, now: datetime, person: str = "") -> Job:
    """The fault is gone for good, or a person ends a job the monitor cannot judge."""
    words = f"seen ok since {job.healed:%Y-%m-%d %H:%M} UTC" if job.healed else "closed by hand"
    words = policy.said(job.site, words)
    closed = replace(job, state=JobState.CLOSED, closed=now)
    jobs.save(connection, closed)
    jobs.tell(connection, job, now, "closed", words, person)
    healing = [line.text for line in jobs.lines(connection, job) if line.action == "seen_ok"]
    text = healing[-1] if healing else words
    announce(connection, closed, "resolve", text, policy.sinks, now, job.reopened)
    if job.joined:
        summary = jobs.by_key(connection, job.joined)
        if summary and summaries.is_over(connection, summary):
            close(connection, replace(summary, healed=now), policy, now)
    return closed


def reopen(connection: Connection, job: Job, text: str, policy: Policy, now: datetime) -> Job:
    """The same fault again: the same job, from its beginning; one that was not closed yet goes on."""
    if job.state is not JobState.CLOSED:
        mended = job.state is JobState.REPAIRED  # it was not
        again = replace(job, healed=None, state=JobState.OPEN if mended else job.state)
        jobs.save(connection, again)
        comment(connection, again, policy.said(job.site, f"not ok any more: {text}"), policy, now)
        return again
    fresh = replace(job, state=JobState.OPEN, closed=None, healed=None, reopened=job.reopened + 1, joined="", told=None)
    fresh = replace(fresh, acknowledged=None, appointment=None, appointment_with="", repaired=None, followed_up=None)
    fresh = summaries.place(connection, fresh, policy.cap_per_site, now)
    jobs.save(connection, fresh)
    return _told(connection, fresh, "reopened", text, policy, now)


def enter(connection: Connection, job: Job, text: str, policy: Policy, now: datetime) -> Job:
    """A new job; beyond the cap of its site the repair desks hear of it in one summary only."""
    job = jobs.add(connection, summaries.place(connection, job, policy.cap_per_site, now))
    return _told(connection, job, "opened", text, policy, now)


def introduce(connection: Connection, policy: Policy, now: datetime) -> None:
    """Tell every standing job to a repair desk that has not heard of it: one that is new in the configuration."""
    for job in jobs.open_jobs(connection):
        if job.healed is None:
            announce(connection, job, "open", job.text, policy.sinks, now, job.reopened)


def heal(connection: Connection, job: Job, text: str, at: datetime) -> None:
    """Seen ok; it closes after the hold-down time."""
    jobs.save(connection, replace(job, healed=at))
    jobs.tell(connection, job, at, "seen_ok", text)


def comment(connection: Connection, job: Job, text: str, policy: Policy, at: datetime) -> None:
    line = jobs.tell(connection, job, at, "commented", text)
    announce(connection, job, "comment", text, policy.sinks, at, line)


def _told(connection: Connection, job: Job, how: str, text: str, policy: Policy, now: datetime) -> Job:
    jobs.tell(connection, job, now, how, text)
    if job.joined:
        site = policy.sites.get(job.site, SiteFile(job.site))
        summaries.open_if_new(connection, job, site, policy.sinks, now)
    else:
        announce(connection, job, "open", job.text, policy.sinks, now, job.reopened)
    return job


def _take(connection: Connection, message: Message, policy: Policy) -> None:
    job, text = jobs.by_key(connection, message.fault), str(message.payload.get("text", ""))
    if message.action == "open":
        _open(connection, job, message, text, policy)
    elif job is None or job.state is JobState.CLOSED:
        return  # nothing that a closed job could still be told
    elif message.action == "resolve":
        heal(connection, job, policy.said(job.site, text), message.created)
    else:
        words = policy.said(job.site, text)
        comment(connection, _renamed(connection, job, policy), words, policy, message.created)


def _renamed(connection: Connection, job: Job, policy: Policy) -> Job:
    """With the title of what the fault is by now: it may have become one of another kind."""
    fault = faults.one(connection, job.key)
    if fault is None or fault.kind == job.fault:
        return job
    site, target = policy.sites.get(job.site, SiteFile(job.site)), policy.targets.get(fault.subject.key)
    job = replace(job, fault=fault.kind, title=title(fault, target, site))
    jobs.save(connection, job)
    return job


def _open(connection: Connection, job: Job | None, message: Message, text: str, policy: Policy) -> None:
    fault = faults.one(connection, message.fault)
    if fault is None:
        return  # only a file mended by hand can hold such a message
    text = policy.said(fault.subject.key.site, text)
    if job is None:
        enter(connection, _job(fault, text, policy, message.created), text, policy, message.created)
    elif job.healed is not None or job.state is JobState.CLOSED:
        fresh = _job(fault, text, policy, message.created)
        job = replace(job, title=fresh.title, text=fresh.text, fault=fresh.fault, since=fresh.since)
        reopen(connection, job, text, policy, message.created)


def _job(fault: Fault, text: str, policy: Policy, now: datetime) -> Job:
    key = fault.subject.key
    site, target = policy.sites.get(key.site, SiteFile(key.site)), policy.targets.get(key)
    return Job(
        key=fault.id,
        origin="monitor",
        site=key.site,
        device=key.device,
        fault=fault.kind,
        opened=now,
        since=fault.since,
        title=title(fault, target, site),
        text=opening(fault, text, target, site),
        place=place_of(target, site),
    )
