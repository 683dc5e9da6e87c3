"""A job as programs and spreadsheets read it."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Fault, Job, JobLine, Receipt
from monitor.store import Connection, faults, jobs

COLUMNS = (
    "number",
    "state",
    "site",
    "device",
    "fault",
    "title",
    "place",
    "since",
    "opened",
    "acknowledged",
    "appointment",
    "appointment_with",
    "repaired",
    "seen_ok_since",
    "closed",
    "followed_up",
    "reopened",
    "key",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, full-width forms included."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A job with all that belongs to it."""

    job: Job
    lines: tuple[JobLine, ...]
    references: Mapping[str, Receipt]  # by repair desk
    children: tuple[Fault, ...]  # what hangs on this fault
    members: tuple[Job, ...]  # of a summary
    fault: Fault | None


def detail(connection: Connection, name: str) -> Detail | None:
    """All there is about one job."""
    job = jobs.find(connection, name)
    if job is None:
        return None
    return Detail(
        job,
        tuple(jobs.lines(connection, job)),
        jobs.references(connection, job.key),
        tuple(faults.children(connection, job.key)),
        tuple(jobs.members(connection, job.key)),
        faults.one(connection, job.key),
    )


def row(job: Job) -> dict[str, object]:
    """One value a column; times RFC 3339, what is not known None."""
    values = {name: getattr(job, "healed" if name == "seen_ok_since" else name) for name in COLUMNS}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def full(detail: Detail) -> dict[str, object]:
    """A job with its history, for JSON."""
    return row(detail.job) | {
        "origin": detail.job.origin,
        "text": detail.job.text,
        "joined": detail.job.joined or None,
        "history": [
            {"at": line.at.isoformat(), "person": line.person or None, "action": line.action, "text": line.text}
            for line in detail.lines
        ],
        "references": {sink: {"id": known.reference, "url": known.url} for sink, known in detail.references.items()},
        "children": [
            {"id": one.id, "device": one.subject.key.device, "fault": one.kind, "open": one.cleared is None}
            for one in detail.children
        ],
        "members": [row(job) for job in detail.members],
    }


def as_csv(listed: Iterable[Job]) -> str:
    """A table for spreadsheets: no cell is ever a formula. UTF-8 with a mark, since Excel guesses otherwise."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for job in listed:
        writer.writerow([cell(value) for value in row(job).values()])
    return "\ufeff" + text.getvalue()


def cell(value: object) -> str:
    """As text; a quote in front keeps a spreadsheet from computing it."""
    plain = "" if value is None else str(value)
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain
