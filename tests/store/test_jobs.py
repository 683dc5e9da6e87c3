"""The tables of the job book: brought in without forgetting what was announced before, and read as written."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Fault, FaultKind, Job, JobState, Key, Receipt, Subject
from monitor.store import Store, faults, jobs, outbox
from monitor.store.outbox import Message
from monitor.store.schema import first_tables
from monitor.tickets.desk import BOOK, Policy, take_in

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SUBJECT = Subject(Key("school", "gate"), "rtsp")


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def] # a pytest generator fixture
    opened = Store(tmp_path / "cctv.sqlite")
    yield opened
    opened.close()


def test_a_file_from_before_the_job_book_gets_a_job_for_what_was_announced(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "cctv.sqlite")
    first_tables(connection)
    connection.execute("PRAGMA user_version=1")
    told = Fault("told", SUBJECT, FaultKind.FROZEN, AT, AT, "no change", announced=AT, reopened=2)
    untold = Fault("untold", SUBJECT, FaultKind.FROZEN, AT, AT, "")
    over = Fault("over", SUBJECT, FaultKind.FROZEN, AT, AT, "", announced=AT, cleared=AT)
    faults.save(connection, [told, untold, over])
    connection.execute(
        "INSERT INTO outbox (fault, action, sequence, sink, payload, created, next_at)"
        " VALUES ('x', 'open', 0, 'd', '{}', 1, 1)"
    )
    connection.commit()
    connection.close()
    store = Store(tmp_path / "cctv.sqlite")
    assert [(one.fault, one.sink, one.begun) for one in store.read(outbox.pending)] == [
        ("x", "d", None),
        ("told", BOOK, None),
    ]
    store.write(take_in, Policy(), AT)
    (job,) = store.read(jobs.open_jobs)
    assert (job.key, job.state) == ("told", JobState.OPEN)
    assert "What was seen: no change" in job.text
    store.close()


def test_a_job_is_read_as_it_was_written(store: Store) -> None:
    whole = Job(
        "f1",
        "alert",
        "s",
        "d",
        "x",
        AT,
        AT,
        "t",
        "txt",
        0,
        JobState.SCHEDULED,
        "p",
        "j",
        AT,
        AT,
        AT,
        "W",
        AT,
        AT,
        None,
        AT,
        3,
    )
    made = store.write(jobs.add, whole)
    assert made.number == 1
    assert store.read(jobs.find, "1") == store.read(jobs.find, "f1") == store.read(jobs.by_key, "f1") == made
    assert store.read(jobs.find, "2") is None
    store.write(jobs.tell, made, AT, "noted", "a ladder", "Li")
    assert [(line.person, line.text) for line in store.read(jobs.lines, made)] == [("Li", "a ladder")]
    store.write(jobs.refer, "f1", "desk", Receipt("7", "http://h/7"))
    store.write(jobs.refer, "f1", "desk", Receipt(""))  # an answer without an id makes nothing unknown
    assert store.read(jobs.references, "f1") == {"desk": Receipt("7", "http://h/7")}


def test_an_opening_nobody_tried_goes_with_its_resolve(store: Store) -> None:
    words = [("open", 0), ("comment", 5), ("resolve", 0), ("open", 1)]
    store.write(outbox.add, [Message("f1", action, number, "desk", {}, AT) for action, number in words])
    store.write(outbox.add, [Message("f1", "open", 0, "other", {}, AT)])
    (first, _) = store.read(outbox.due, AT)
    assert store.write(outbox.cancel_healed, first, AT)
    waiting = [(one.sink, one.action, one.sequence) for one in store.read(outbox.pending)]
    assert waiting == [("desk", "open", 1), ("other", "open", 0)]
    (second,) = store.read(outbox.due, AT, sink="desk")
    store.write(outbox.begin, second.id, AT)
    store.write(outbox.add, [Message("f1", "resolve", 1, "desk", {}, AT)])
    (second,) = store.read(outbox.due, AT, sink="desk")
    assert not store.write(outbox.cancel_healed, second, AT)  # the desk may have heard of it


def test_what_was_set_aside_is_tried_again_unless_it_was_resolved_since(store: Store) -> None:
    later = AT + timedelta(days=1)
    names = ("stands", "healed")
    store.write(outbox.add, [Message(name, "open", 0, "desk", {}, AT) for name in names])
    for message in store.read(outbox.pending):
        store.write(outbox.park, message.id, "HTTP 400")
    store.write(outbox.add, [Message("healed", "resolve", 0, "desk", {}, AT)])
    assert store.read(outbox.backlog, ["desk"]) == outbox.Backlog(1, AT, 2)
    assert store.read(outbox.backlog, ["other"]) == outbox.Backlog(0, None, 0)
    assert store.write(outbox.retry_parked, ["other"], later) == 0
    assert store.write(outbox.retry_parked, ["desk"], later) == 1
    assert {one.fault for one in store.read(outbox.due, later) if one.action == "open"} == {"stands"}


def test_a_job_closes_after_its_time_and_not_later_because_the_clock_was_set_back(store: Store) -> None:
    job = Job("f1", "monitor", "s", "d", "x", AT, AT, "t", "txt", healed=AT)
    store.write(jobs.add, job)
    hour = timedelta(hours=1)
    ripe = [len(store.read(jobs.ripe, AT + late, hour)) for late in (-24 * hour, timedelta(0), hour / 2, hour)]
    assert ripe == [1, 0, 0, 1]


def test_what_is_asked_several_times_a_second_does_not_read_every_job_there_ever_was(store: Store) -> None:
    def plans(connection: sqlite3.Connection) -> list[str]:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        jobs.ripe(connection, AT, timedelta(0))
        jobs.open_summaries(connection)
        jobs.open_by_site(connection, ["school"])
        jobs.gathered(connection, "f-1")
        connection.set_trace_callback(None)
        return [row["detail"] for query in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]

    found = store.read(plans)
    assert len(found) == 4
    assert all("INDEX" in plan for plan in found)
