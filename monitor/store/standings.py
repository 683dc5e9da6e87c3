"""Where each subject stands, its newest evidence of each verdict, and the newest look of each probe."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitor.model import Facts, FaultKind, Finding, Key, Look, Outcome, Standing, Subject, Verdict
from monitor.store.spans import Span
from monitor.store.subjects import subject_id
from monitor.store.times import epoch, from_json, moment, to_json

MOMENTS = ("first_bad", "last_ok", "last_bad", "first_good", "first_other", "unknown_since")
COUNTS = ("bad", "good", "other")


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A standing with the span of like findings it is in, which is not closed yet."""

    standing: Standing
    span: Span


def save(connection: sqlite3.Connection, rows: Iterable[StandingRow]) -> None:
    """Standing, open span, and the finding as the newest evidence of its verdict."""
    for row in rows:
        number = subject_id(connection, row.standing.subject)
        _save_standing(connection, number, row)
        last = row.standing.last
        connection.execute(
            "INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?, ?)",
            (number, last.verdict, epoch(last.at), last.reason, to_json(dict(last.facts))),
        )


def load(connection: sqlite3.Connection) -> list[StandingRow]:
    """Every standing of every device that was ever seen, configured or not."""
    rows = connection.execute(
        "SELECT site, device, probe, aspect, standing.*, evidence.facts FROM standing"
        " JOIN subject ON subject.id = standing.subject"
        " LEFT JOIN evidence ON evidence.subject = subject.id"
        " AND evidence.verdict = json_extract(last, '$.verdict')"
    )
    return [_row(row) for row in rows]


def evidence(connection: sqlite3.Connection, key: Key) -> dict[Subject, dict[Verdict, Finding]]:
    """The newest finding of each verdict, per subject of one device: last good beside last bad."""
    found: dict[Subject, dict[Verdict, Finding]] = {}
    rows = connection.execute(
        "SELECT probe, aspect, verdict, at, reason, facts FROM evidence JOIN subject ON subject.id = subject"
        " WHERE site = ? AND device = ?",
        key,
    )
    for probe, aspect, verdict, at, reason, facts in rows:
        finding = Finding(key, probe, Verdict(verdict), None, reason, moment(at), 0.0, aspect, from_json(facts))
        found.setdefault(Subject(key, probe, aspect), {})[finding.verdict] = finding
    return found


def save_looks(connection: sqlite3.Connection, looks: Iterable[Look]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *look.key,
                look.probe,
                epoch(look.at),
                look.seconds,
                look.outcome,
                look.reason,
                to_json(dict(look.facts)),
                epoch(look.last_success),
            )
            for look in looks
        ),
    )


def load_looks(connection: sqlite3.Connection) -> list[Look]:
    rows = connection.execute("SELECT site, device, probe, at, seconds, outcome, reason, facts, last_success FROM look")
    return [
        Look(Key(site, device), probe, moment(at), seconds, Outcome(outcome), reason, from_json(facts), moment(good))
        for site, device, probe, at, seconds, outcome, reason, facts, good in rows
    ]


def forget(connection: sqlite3.Connection, key: Key) -> None:
    """A device left the configuration: should it come back one day, it starts afresh. Its history stays."""
    subjects = "SELECT id FROM subject WHERE site = ? AND device = ?"
    connection.execute(f"DELETE FROM standing WHERE subject IN ({subjects})", key)  # noqa: S608 -- a constant of ours
    connection.execute("DELETE FROM look WHERE site = ? AND device = ?", key)


def unwatch(connection: sqlite3.Connection, key: Key, probe: str) -> None:
    """The configuration asks this probe of the device no more: what stood will never be looked at again."""
    subjects = "SELECT id FROM subject WHERE site = ? AND device = ? AND probe = ?"
    connection.execute(f"DELETE FROM standing WHERE subject IN ({subjects})", (*key, probe))  # noqa: S608 -- ours
    connection.execute("DELETE FROM look WHERE site = ? AND device = ? AND probe = ?", (*key, probe))


def _save_standing(connection: sqlite3.Connection, number: int, row: StandingRow) -> None:
    standing, span, last = row.standing, row.span, row.standing.last
    counts = {name: getattr(standing, name) for name in COUNTS}
    counts |= {name: epoch(getattr(standing, name)) for name in MOMENTS}
    newest = {
        "verdict": last.verdict,
        "fault": last.fault,
        "reason": last.reason,
        "at": epoch(last.at),
        "seconds": last.seconds,
        "span": [epoch(span.first), epoch(span.last), span.count],
    }
    connection.execute(
        "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            standing.verdict,
            standing.fault,
            epoch(standing.since),
            standing.reason,
            to_json(counts),
            to_json(newest),
        ),
    )


def _row(row: sqlite3.Row) -> StandingRow:
    subject = Subject(Key(row["site"], row["device"]), row["probe"], row["aspect"])
    counts: dict[str, Any] = from_json(row["counts"])
    newest = from_json(row["last"])
    last = _finding(subject, newest, from_json(row["facts"] or "{}"))
    standing = Standing(
        subject,
        Verdict(row["verdict"]),
        _kind(row["fault"]),
        moment(row["since"]),
        row["reason"],
        last,
        **{name: counts[name] for name in COUNTS},
        **{name: moment(counts[name]) for name in MOMENTS},
    )
    first, newest_at, count = newest["span"]
    span = Span(subject, last.verdict, last.fault, last.reason, moment(first), moment(newest_at), count)
    return StandingRow(standing, span)


def _finding(subject: Subject, newest: dict[str, Any], facts: Facts) -> Finding:
    verdict, fault = Verdict(newest["verdict"]), _kind(newest["fault"])
    at, seconds = moment(newest["at"]), newest["seconds"]
    return Finding(subject.key, subject.probe, verdict, fault, newest["reason"], at, seconds, subject.aspect, facts)


def _kind(word: str | None) -> FaultKind | None:
    return None if word is None else FaultKind(word)
