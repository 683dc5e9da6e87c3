"""The repair job book: one row a job, one line for everything that happened to it. Nothing is ever deleted."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from monitor.model import Job, JobLine, JobState, Receipt
from monitor.store.times import epoch, moment

_COLUMNS = tuple(field.name for field in fields(Job) if field.name != "number")
_JOINED = "joined = ? AND joined <> ''"  # the second tells SQLite that its index holds them all
_TIMES = frozenset(
    ("opened", "since", "told", "acknowledged", "appointment", "repaired", "healed", "closed", "followed_up")
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Of the jobs a summary speaks for: how many are open, how many of these the desks have not heard of, and when they
    last heard of one."""

    still_open: int
    untold: int
    last: datetime | None


def add(connection: sqlite3.Connection, job: Job) -> Job:
    """Write a new job; returns it with its number. Raises sqlite3.IntegrityError for a key that is there already."""
    names, marks = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
    made = connection.execute(f"INSERT INTO job ({names}) VALUES ({marks})", _values(job))  # noqa: S608 -- our names
    return _first(connection, "number = ?", (made.lastrowid,)) or job


def save(connection: sqlite3.Connection, job: Job) -> None:
    """Bring a job up to date."""
    sets = ", ".join(f"{name} = ?" for name in _COLUMNS)
    connection.execute(f"UPDATE job SET {sets} WHERE number = ?", (*_values(job), job.number))  # noqa: S608 -- our names


def by_key(connection: sqlite3.Connection, key: str) -> Job | None:
    return _first(connection, "key = ?", (key,))


def find(connection: sqlite3.Connection, name: str) -> Job | None:
    """By the number people use, or by key."""
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 16 else 0
    return _first(connection, "number = ? OR key = ? ORDER BY number = ? DESC", (number, name, number))


def open_jobs(connection: sqlite3.Connection) -> list[Job]:
    """Not closed, oldest first."""
    return list(_jobs(connection, "closed IS NULL ORDER BY number", ()))


def open_by_site(connection: sqlite3.Connection, sites: Iterable[str]) -> dict[str, int]:
    """How many open jobs each site has, summaries not counted; these sites in any case."""
    rows = connection.execute(
        "SELECT site, count(*) FROM job WHERE closed IS NULL AND origin <> 'summary' GROUP BY site"
    )
    return dict.fromkeys(sites, 0) | {site: count for site, count in rows}


def open_summaries(connection: sqlite3.Connection) -> list[Job]:
    return list(_jobs(connection, "closed IS NULL AND origin = 'summary'", ()))


def newest(connection: sqlite3.Connection, limit: int) -> list[Job]:
    """Open and closed ones, newest first."""
    return list(_jobs(connection, "1 ORDER BY number DESC LIMIT ?", (limit,)))


def uncalled(connection: sqlite3.Connection, site: str) -> list[Job]:
    """Closed, but nobody has asked the customer yet whether it holds; newest first."""
    return list(_jobs(connection, "site = ? AND closed AND followed_up IS NULL ORDER BY number DESC", (site,)))


def ripe(connection: sqlite3.Connection, now: datetime, hold_down: timedelta) -> list[Job]:
    """Not closed, and seen ok for so long, or since a time to come: then the clock was set back."""
    where = "closed IS NULL AND healed IS NOT NULL AND (healed <= ? OR healed > ?)"
    return list(_jobs(connection, where, (epoch(now - hold_down), epoch(now))))


def told_at_site(connection: sqlite3.Connection, site: str) -> int:
    """Open jobs of one site that the repair desks hear of one by one."""
    query = "SELECT count(*) FROM job WHERE closed IS NULL AND site = ? AND joined = '' AND origin <> 'summary'"
    return int(connection.execute(query, (site,)).fetchone()[0])


def summary_of(connection: sqlite3.Connection, site: str) -> Job | None:
    """The open summary of one site."""
    return _first(connection, "closed IS NULL AND site = ? AND origin = 'summary'", (site,))


def members(connection: sqlite3.Connection, summary: str) -> list[Job]:
    """The jobs a summary speaks for, open and closed."""
    return list(_jobs(connection, f"{_JOINED} ORDER BY number", (summary,)))


def untold(connection: sqlite3.Connection, summary: str) -> list[Job]:
    """Those of them that are open, and that the repair desks have not heard of yet."""
    return list(_jobs(connection, f"{_JOINED} AND told IS NULL AND closed IS NULL ORDER BY number", (summary,)))


def gathered(connection: sqlite3.Connection, summary: str) -> Gathered:
    """Counted in the file, not job by job: it is asked several times a second, and a summary may have thousands."""
    query = (
        "SELECT count(*) FILTER (WHERE closed IS NULL), count(*) FILTER (WHERE closed IS NULL AND told IS NULL),"
        " max(told) FROM job WHERE joined = ? AND joined <> ''"
    )
    still_open, unheard, last = connection.execute(query, (summary,)).fetchone()
    return Gathered(still_open, unheard, moment(last))


def alert(connection: sqlite3.Connection, digest: str) -> Job | None:
    """The newest job of a foreign alert; later ones of the same alert have a number behind the digest."""
    return _first(connection, "key = ? OR key GLOB ? ORDER BY number DESC", (digest, f"{digest}-*"))


def tell(connection: sqlite3.Connection, job: Job, at: datetime, action: str, text: str, person: str = "") -> int:
    """One line more in a job's history; returns the line's number."""
    made = connection.execute(
        "INSERT INTO job_line (job, at, person, action, text) VALUES (?, ?, ?, ?, ?)",
        (job.number, epoch(at), person, action, text),
    )
    return int(made.lastrowid or 0)


def lines(connection: sqlite3.Connection, job: Job) -> list[JobLine]:
    """The history of a job, oldest first."""
    rows = connection.execute("SELECT at, person, action, text FROM job_line WHERE job = ? ORDER BY id", (job.number,))
    return [JobLine(moment(at), person, action, text) for at, person, action, text in rows]


def refer(connection: sqlite3.Connection, key: str, sink: str, receipt: Receipt) -> None:
    """What a repair desk calls this job. Something known is never replaced by nothing."""
    if receipt.reference:
        connection.execute(
            "INSERT OR REPLACE INTO job_reference VALUES (?, ?, ?, ?)", (key, sink, receipt.reference, receipt.url)
        )


def references(connection: sqlite3.Connection, key: str) -> dict[str, Receipt]:
    """By repair desk."""
    rows = connection.execute("SELECT sink, reference, url FROM job_reference WHERE key = ? ORDER BY sink", (key,))
    return {sink: Receipt(reference, url) for sink, reference, url in rows}


def _values(job: Job) -> tuple[Any, ...]:
    return tuple(epoch(getattr(job, name)) if name in _TIMES else getattr(job, name) for name in _COLUMNS)


def _first(connection: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> Job | None:
    return next(_jobs(connection, where, values), None)


def _jobs(connection: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> Iterator[Job]:
    for row in connection.execute(f"SELECT * FROM job WHERE {where}", values):  # noqa: S608 -- constants above
        known = {name: moment(row[name]) if name in _TIMES else row[name] for name in ("number", *_COLUMNS)}
        yield Job(**known | {"state": JobState(row["state"])})
