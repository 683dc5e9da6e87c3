"""Subjects as small numbers, so that a year of spans stays small."""

import sqlite3

from monitor.model import Subject


def subject_id(connection: sqlite3.Connection, subject: Subject) -> int:
    """The number of a subject; a new subject gets the next one."""
    names = (*subject.key, subject.probe, subject.aspect)
    found = connection.execute(
        "SELECT id FROM subject WHERE site = ? AND device = ? AND probe = ? AND aspect = ?", names
    ).fetchone()
    if found:
        return int(found[0])
    made = connection.execute("INSERT INTO subject (site, device, probe, aspect) VALUES (?, ?, ?, ?)", names)
    return int(made.lastrowid or 0)
