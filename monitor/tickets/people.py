"""What people do to a job, each as one short transaction beside the running daemon."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import Job, JobState
from monitor.store import Connection, jobs
from monitor.tickets.desk import Policy, close


class NotPossible(Exception):
    """The job does not allow it; the text says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it, when, and what they have to say."""

    person: str
    at: datetime
    text: str = ""


def acknowledge(connection: Connection, name: str, act: Act) -> Job:
    """Somebody has seen it and takes care. Raises NotPossible."""
    job = _open(connection, name)
    state = JobState.ACKNOWLEDGED if job.state is JobState.OPEN else job.state
    return _done(connection, replace(job, state=state, acknowledged=job.acknowledged or act.at), "acknowledged", act)


def schedule(connection: Connection, name: str, act: Act, when: datetime, with_whom: str) -> Job:
    """An appointment is agreed with the customer. Raises NotPossible."""
    job = _open(connection, name)
    agreed = replace(
        job,
        state=JobState.SCHEDULED,
        acknowledged=job.acknowledged or act.at,
        appointment=when,
        appointment_with=with_whom,
        repaired=None,
    )
    return _done(connection, agreed, "scheduled", act)


def repaired(connection: Connection, name: str, act: Act) -> Job:
    """A person says it is repaired; it closes when the monitor has seen it. Raises NotPossible."""
    job = _open(connection, name)
    return _done(connection, replace(job, state=JobState.REPAIRED, repaired=act.at), "repaired", act)


def note(connection: Connection, name: str, act: Act) -> Job:
    """Open or closed. Raises NotPossible."""
    if not act.text.strip():
        raise NotPossible("a note needs words")
    return _done(connection, _known(connection, name), "noted", act)


def follow_up(connection: Connection, name: str, act: Act) -> Job:
    """The call after the repair. Raises NotPossible before the job is closed."""
    job = _known(connection, name)
    if job.state is not JobState.CLOSED:
        raise NotPossible(f"ticket {job.number} is not closed yet; the follow-up call comes after that")
    return _done(connection, replace(job, followed_up=act.at), "followed_up", act)


@dataclass(frozen=True, slots=True)
class Step:
    """One of STEPS, as a page orders it; the last two belong to an appointment."""

    name: str
    act: Act
    when: datetime | None = None
    with_whom: str = ""


def take(connection: Connection, key: str, step: Step) -> Job:
    """Raises NotPossible; KeyError for a step that is not in STEPS."""
    return STEPS[step.name](connection, key, step)


def _schedule(connection: Connection, key: str, step: Step) -> Job:
    if step.when is None:
        raise NotPossible("an appointment needs a time")
    return schedule(connection, key, step.act, step.when, step.with_whom)


STEPS: Mapping[str, Callable[[Connection, str, Step], Job]] = {
    "acknowledge": lambda connection, key, step: acknowledge(connection, key, step.act),
    "schedule": _schedule,
    "repaired": lambda connection, key, step: repaired(connection, key, step.act),
    "note": lambda connection, key, step: note(connection, key, step.act),
    "follow-up": lambda connection, key, step: follow_up(connection, key, step.act),
}
"""What a person can do to a job on its page."""


def finish(connection: Connection, name: str, act: Act, policy: Policy) -> Job:
    """As far as a person can: what the monitor judges closes only when it was seen to be gone. Raises NotPossible."""
    job = _open(connection, name)
    if job.origin == "monitor" and job.healed is None:
        return _done(connection, replace(job, state=JobState.REPAIRED, repaired=act.at), "repaired", act)
    if job.origin == "summary":
        raise NotPossible(f"ticket {job.number} is a summary; it closes with the last of its tickets")
    if act.text:
        jobs.tell(connection, job, act.at, "noted", act.text, act.person)
    return close(connection, job, policy, act.at, act.person)


def _done(connection: Connection, job: Job, action: str, act: Act) -> Job:
    jobs.save(connection, job)
    jobs.tell(connection, job, act.at, action, act.text, act.person)
    return job


def _open(connection: Connection, name: str) -> Job:
    job = _known(connection, name)
    if job.state is JobState.CLOSED:
        raise NotPossible(f"ticket {job.number} is closed already; 'cctv ticket note' adds to it")
    return job


def _known(connection: Connection, name: str) -> Job:
    job = jobs.find(connection, name)
    if job is None:
        raise NotPossible(f"there is no ticket {name!r}; 'cctv ticket list --all' names them")
    return job
