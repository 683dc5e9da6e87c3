"""An upgrade keeps every fact: the state of the first released version, written by that version, in today's program."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.board import Board
from monitor.ledger import Ledger
from monitor.model import FaultKind, Key, Subject, Target, Verdict
from monitor.reports import summaries
from monitor.reports.archive import Archive
from monitor.reports.device_file import device_file
from monitor.reports.site import SiteFile
from monitor.store import Store, events, faults, logins, memory, outbox, settings, spans, standings, tidying, windows
from monitor.store.schema import STEPS, version

FIRST = Path(__file__).with_name("first_release.sql")
START = datetime(2026, 2, 3, 16, tzinfo=UTC)
ZONE = "Asia/Shanghai"
GATE, YARD, NVR = (Key("school-3", name) for name in ("gate", "yard", "nvr-1"))
TARGETS = (
    Target(NVR, "recorder", "192.0.2.10", timezone=ZONE, kind="files"),
    Target(GATE, "camera", "192.0.2.21", timezone=ZONE, rtsp="rtsp://192.0.2.21/1", recorder="nvr-1", channel="gate"),
    Target(YARD, "camera", "192.0.2.22", timezone=ZONE, rtsp="rtsp://192.0.2.22/1"),
)
SITE = SiteFile("school-3", "第三中学", "", "", ZONE, "zh", "0 9 * * mon", TARGETS)


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "cctv.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST.read_text())
    connection.close()
    return path


@pytest.fixture
def store(old: Path) -> Iterator[Store]:
    """Brought up to date."""
    opened = Store(old)
    yield opened
    opened.close()


def tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by the names of its columns."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
        for name in names
        if not name.startswith("sqlite_")
    }
    connection.close()
    return found


def test_every_row_of_every_table_is_there_after_the_upgrade(old: Path):
    before = tables(old)
    assert len(before) == 13
    assert all(before.values()), "each table has rows"
    store = Store(old)
    assert store.read(version) == len(STEPS) > 1
    store.close()
    after = tables(old)
    for name, rows in before.items():
        shared = [{column: row[column] for column in rows[0]} for row in after[name]]
        assert all(row in shared for row in rows), name


def test_a_second_start_changes_nothing(old: Path):
    Store(old).close()
    once = tables(old)
    Store(old).close()
    assert tables(old) == once


def test_standings_and_history_are_read_as_they_were_written(store: Store):
    known = {row.standing.subject: row for row in store.read(standings.load)}
    black = known[Subject(YARD, "picture")].standing
    assert (black.verdict, black.fault, black.since, black.bad) == (Verdict.FAULT, FaultKind.BLACK, hours(340), 1200)
    assert known[Subject(NVR, "recorder", "disk:sda")].standing.unknown_since == hours(359)
    assert known[Subject(GATE, "recording")].standing.last.facts["coverage"] == 0.99
    assert next((look.key, look.last_success) for look in store.read(standings.load_looks)) == (GATE, hours(360))
    closed = store.read(lambda connection: list(spans.between(connection, GATE, hours(0), hours(400))))
    assert [(span.verdict, span.first, span.last, span.count) for span in closed] == [
        (Verdict.OK, hours(0), hours(100), 6000),
        (Verdict.FAULT, hours(100), hours(101), 60),
    ]
    folded = store.read(lambda connection: list(tidying.days(connection, GATE, START - timedelta(days=400), START)))
    assert [(day.ok, day.fault, day.unknown, day.looks) for day in folded] == [
        (86000, 300, 100, 1430),
        (86400, 0, 0, 1440),
    ]
    assert store.read(spans.first_look, "school-3") == folded[0].day


def test_faults_keep_their_story(store: Store):
    refused = store.read(faults.one, "f-refused")
    assert refused is not None
    assert (refused.cleared, refused.reopened, refused.clearing) == (hours(101), 1, "seen ok")
    assert (refused.ladder, refused.raised[1]) == (("ping: ok", "tcp 554: refused"), hours(100.5))
    assert [one.id for one in store.read(faults.standing)] == ["f-black"]
    assert [one.id for one in store.read(faults.children, "f-late")] == ["f-child"]
    late = store.read(faults.one, "f-late")
    assert late is not None
    assert (late.excused, late.flapping, late.calm_since) == ("灯具更换", True, hours(200.5))


def test_memory_logins_windows_and_events(store: Store):
    assert store.memory(GATE, "picture") == bytes(range(40))
    assert store.read(memory.load)[YARD, "rtsp"] == b"digest"
    salt, entries = store.logins()
    assert salt == bytes(range(32))
    rest = {entry.host: entry.rest_until for entry in entries}
    assert rest == {"192.0.2.21": None, "192.0.2.22": hours(29)}
    assert store.read(logins.load) == entries
    assert store.read(settings.alive) == hours(360)
    past, running = store.read(windows.between, hours(0), hours(400))
    assert (past.device, past.until, past.person, past.ended_by) == ("nvr-1", hours(204), "李工", "王工")
    assert running.until is None
    assert [(one.kind, one.at) for one in store.read(events.of_device, GATE)] == [
        ("commissioned", hours(1)),
        ("serial_changed", hours(150)),
    ]


def test_messages_to_desks_and_the_job_book(store: Store):
    """What was sent stays sent, what was given up stays so; the open fault that was announced comes into the book."""
    sent, parked = store.read(outbox.of_fault, "f-refused")
    assert (sent.done_at, parked.parked) == (hours(100.2), "404: no such ticket")
    waiting = {(message.fault, message.sink) for message in store.read(outbox.pending)}
    assert waiting == {("f-black", "desk"), ("f-black", "@book")}


async def test_the_ledger_goes_on_where_the_first_version_ended(store: Store):
    ledger = Ledger(store, Board(), 3, 2, lambda: hours(360.05))
    ledger.load(TARGETS)
    await ledger.start()
    assert {fault.kind for fault in ledger.board.faults.values()} == {FaultKind.BLACK}
    assert ledger.board.devices[YARD].standings["picture", ""].fault is FaultKind.BLACK
    assert ledger.memory(GATE, "picture") == bytes(range(40))
    await ledger.close()


def test_reports_tell_of_the_time_before_the_upgrade(store: Store, tmp_path: Path):
    now = datetime(2026, 3, 1, 1, tzinfo=UTC)
    month = summaries.make("month", SITE, store, Archive(tmp_path), now)
    assert [fault["id"] for fault in month["faults"]] == ["f-refused", "f-late", "f-child", "f-black"]
    assert (month["summary"]["count"], month["summary"]["excused"]) == (2, 1)
    gate = next(one for one in month["figures"]["cameras"] if one["device"] == "gate")
    assert gate["online"]["judged_seconds"] == pytest.approx(359 * 3600, abs=900), "the last hour is maintenance"
    assert gate["online"]["value"] == pytest.approx(1 - 1 / 359, abs=1e-4)
    assert dict(gate["days"])["2026-02-06"] == 0.75
    assert month["reliability"]["all"]["failures"] == 3
    lines = device_file(store, TARGETS[1], "第三中学", now)["lines"]
    assert {line["kind"] for line in lines} >= {"commissioned", "serial_changed", "fault", "maintenance"}
