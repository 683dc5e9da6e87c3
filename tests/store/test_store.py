"""The state file: survives what disks and people do to it, and says in words what it cannot do."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Fault, FaultKind, Finding, Key, Look, Outcome, Standing, Subject, Verdict, Window
from monitor.protocols.logins import LoginEntry
from monitor.store import (
    Changes,
    Store,
    StoreError,
    events,
    faults,
    memory,
    move_home,
    notice_loss,
    outbox,
    settings,
    standings,
    windows,
)
from monitor.store.changes import apply
from monitor.store.outbox import Message
from monitor.store.schema import STEPS, first_tables, version
from monitor.store.spans import begin
from monitor.store.standings import StandingRow

AT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
GATE = Key("school", "gate")
SUBJECT = Subject(GATE, "rtsp", "frame_rate")


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def] # a pytest generator fixture
    opened = Store(tmp_path / "cctv.sqlite")
    yield opened
    opened.close()


def a_finding(verdict: Verdict = Verdict.FAULT) -> Finding:
    fault = FaultKind.LOW_FRAME_RATE if verdict is Verdict.FAULT else None
    return Finding(GATE, "rtsp", verdict, fault, f"it is {verdict}", AT, 2.5, "frame_rate", {"fps": 3.5})


def a_standing() -> Standing:
    minute = timedelta(minutes=1)
    return Standing(
        SUBJECT,
        Verdict.FAULT,
        FaultKind.LOW_FRAME_RATE,
        AT,
        "slow",
        a_finding(),
        bad=4,
        good=0,
        first_bad=AT,
        last_ok=AT - minute,
        last_bad=AT,
        other=1,
        first_other=AT,
        unknown_since=AT,
    )


def a_fault() -> Fault:
    return Fault(
        "f1",
        SUBJECT,
        FaultKind.LOW_FRAME_RATE,
        AT,
        AT,
        "slow",
        {"fps": 3.5},
        ("ping ok", "rtsp slow"),
        "faults/f1.jpg",
        "f0",
        "new switch",
        None,
        2,
        True,
        AT,
        AT,
        (AT, AT),
        "",
        AT,
    )


def test_what_goes_in_comes_out(store: Store) -> None:
    row = StandingRow(a_standing(), begin(a_finding()))
    look = Look(GATE, "rtsp", AT, 2.5, Outcome.SEEN, "fine", {"stream": {"codec": "h264"}}, AT)
    login = LoginEntry("192.0.2.1", "monitor", "ab12", True, 1, AT, AT)
    changes = Changes(
        {SUBJECT: row},
        {(GATE, "rtsp"): look},
        [],
        {"f1": a_fault()},
        {(GATE, "rtsp"): b"\0learned"},
        (login,),
        alive=AT,
    )
    store.write(apply, changes)
    store.write(apply, changes)  # twice does no harm
    assert store.read(standings.load) == [row]
    assert store.read(standings.load_looks) == [look]
    assert store.read(faults.standing) == [a_fault()]
    assert store.memory(GATE, "rtsp") == b"\0learned"
    assert store.logins()[1] == [login]
    assert store.read(settings.alive) == AT


def test_the_salt_of_the_logins_is_made_once(store: Store) -> None:
    assert store.logins()[0] == store.logins()[0]
    assert len(store.logins()[0]) == 32


def test_last_good_and_last_bad_evidence_stand_side_by_side(store: Store) -> None:
    for verdict in (Verdict.OK, Verdict.FAULT, Verdict.UNKNOWN):
        standing = Standing(SUBJECT, verdict, None, AT, "", a_finding(verdict))
        store.write(standings.save, [StandingRow(standing, begin(a_finding(verdict)))])
    found = store.read(standings.evidence, GATE)[SUBJECT]
    assert {verdict: finding.reason for verdict, finding in found.items()} == {
        Verdict.OK: "it is ok",
        Verdict.FAULT: "it is fault",
        Verdict.UNKNOWN: "it is unknown",
    }


def test_a_forgotten_device_starts_afresh_but_its_faults_stay_on_record(store: Store) -> None:
    row = StandingRow(a_standing(), begin(a_finding()))
    store.write(apply, Changes(standings={SUBJECT: row}, faults={"f1": a_fault()}, memory={(GATE, "rtsp"): b"x"}))
    store.write(apply, Changes(forgotten={GATE}))
    assert store.read(standings.load) == []
    assert store.read(memory.load) == {}
    assert store.read(faults.of_device, GATE) == [a_fault()]


def test_faults_are_found_by_time(store: Store) -> None:
    hour = timedelta(hours=1)
    old = Fault("old", SUBJECT, FaultKind.STALLED, AT, AT, "", cleared=AT + hour)
    child = Fault("child", SUBJECT, FaultKind.STALLED, AT + 3 * hour, AT, "", parent="old")
    store.write(faults.save, [old, child])
    names = [[fault.id for fault in store.read(faults.between, AT + n * hour, AT + (n + 1) * hour)] for n in range(4)]
    assert names == [["old"], ["old"], [], ["child"]]
    assert [fault.id for fault in store.read(faults.cleared_since, AT)] == ["old"]
    assert [fault.id for fault in store.read(faults.children, "old")] == ["child"]
    assert store.read(faults.one, "nothing") is None


def test_maintenance_windows(store: Store) -> None:
    number = store.write(windows.start, Window("school", "", AT, None, "new switch", "Li Na"))
    (window,) = store.read(windows.running, AT)
    assert window == Window("school", "", AT, None, "new switch", "Li Na", number)
    assert window.covers(GATE, AT)
    assert not window.covers(Key("hospital", "gate"), AT)
    later = AT + timedelta(hours=1)
    assert store.write(windows.end, number, later, "Wang Wei")
    assert not store.write(windows.end, number, later, "Wang Wei")  # it is over already
    assert store.read(windows.running, later) == []
    assert [one.ended_by for one in store.read(windows.between, AT, later)] == ["Wang Wei"]


def test_a_window_called_off_before_its_beginning_never_was(store: Store) -> None:
    number = store.write(windows.start, Window("school", "", AT + timedelta(hours=2), None, "new switch", "Li Na"))
    assert store.write(windows.end, number, AT, "Wang Wei")
    assert store.read(windows.between, AT - timedelta(days=1), AT + timedelta(days=1)) == []


def test_device_events(store: Store) -> None:
    for serial in ("A1", "B2"):
        store.write(events.add, events.Event(GATE, "commissioned", AT, {"serial": serial}))
    newest = store.read(events.newest, GATE, "commissioned")
    assert newest is not None
    assert newest.record == {"serial": "B2"}
    assert len(store.read(events.of_device, GATE)) == 2


def test_the_outbox_keeps_the_order_of_one_fault_and_says_nothing_twice(store: Store) -> None:
    opening = Message("f1", "open", 0, "desk", {"text": "slow"}, AT)
    closing = Message("f1", "resolve", 0, "desk", {"text": "fine"}, AT)
    other = Message("f2", "open", 0, "desk", {}, AT)
    store.write(outbox.add, [opening, closing, other, opening])
    due = store.read(outbox.due, AT)
    assert [(one.fault, one.action) for one in due] == [("f1", "open"), ("f2", "open")]
    store.write(outbox.postpone, due[0].id, AT + timedelta(minutes=5))
    assert [one.fault for one in store.read(outbox.due, AT)] == ["f2"]  # the resolve waits for its opening
    store.write(outbox.done, due[0].id, AT)
    assert [(one.fault, one.action) for one in store.read(outbox.due, AT)] == [("f1", "resolve"), ("f2", "open")]
    store.write(outbox.park, due[1].id, "the desk answers 400")
    assert [one.action for one in store.read(outbox.pending)] == ["resolve"]
    assert store.read(outbox.of_fault, "f2")[0].parked == "the desk answers 400"


def test_a_clock_set_back_holds_up_no_message(store: Store) -> None:
    store.write(outbox.add, [Message("f1", "open", 0, "desk", {}, AT)])
    assert len(store.read(outbox.due, AT - timedelta(days=1))) == 1
    assert store.read(outbox.due, AT - timedelta(minutes=50)) == []  # as long as a desk may ask to be left alone


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    def half(connection: sqlite3.Connection) -> None:
        settings.put(connection, "a", b"1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(half)
    assert store.read(settings.get, "a") is None


def test_readers_see_what_is_written_beside_them(store: Store) -> None:
    reader = Store.reader(store.path)
    store.write(settings.put, "a", b"1")
    assert reader.read(settings.get, "a") == b"1"
    with pytest.raises(StoreError, match="read-only"):
        reader.write(settings.put, "a", b"2")
    reader.close()


def test_a_second_daemon_is_refused(store: Store) -> None:
    store.claim()
    second = Store(store.path)
    with pytest.raises(StoreError, match="another daemon already works on this state"):
        second.claim()
    store.close()
    second.claim()
    second.close()


def test_pages_wait_for_no_other_program_that_holds_the_file(store: Store) -> None:
    store.write(settings.put, "a", b"1")
    held = threading.Event()
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = threading.Thread(target=lambda: (held.set(), store.write(settings.put, "a", b"2")))
        writing.start()
        assert held.wait(10)
        while store._lock.acquire(blocking=False):  # until the writer waits inside
            store._lock.release()
        assert store.read(settings.get, "a") == b"1"
        assert writing.is_alive()
        other.execute("COMMIT")
    writing.join()
    assert store.read(settings.get, "a") == b"2"


def test_a_file_that_was_replaced_is_not_written_over(store: Store, tmp_path: Path) -> None:
    store.claim()
    store.write(settings.put, "a", b"1")
    with contextlib.closing(Store(tmp_path / "backup.sqlite")) as backup:
        backup.write(settings.put, "a", b"2")
    os.replace(tmp_path / "backup.sqlite", store.path)
    notice_loss(store)
    assert store.away == f"{store.path}: it was removed or replaced while the daemon worked"
    with pytest.raises(StoreError, match="restart the daemon to go on with it"):
        move_home(store)
    store.close()
    with contextlib.closing(Store(store.path)) as again:
        assert again.read(settings.get, "a") == b"2"


def test_a_removed_folder_is_made_anew_with_all_that_was_in_it(tmp_path: Path) -> None:
    with contextlib.closing(Store(tmp_path / "state" / "cctv.sqlite")) as store:
        store.claim()
        store.write(settings.put, "a", b"1")
        notice_loss(store)
        assert store.away == ""
        shutil.rmtree(tmp_path / "state")
        notice_loss(store)
        move_home(store)
        assert (store.away, store.lost()) == ("", False)
        store.write(settings.put, "b", b"2")
        with contextlib.closing(Store.reader(store.path)) as reader:
            assert [reader.read(settings.get, name) for name in "ab"] == [b"1", b"2"]
        with contextlib.closing(Store(store.path)) as second, pytest.raises(StoreError, match="another daemon"):
            second.claim()


def test_a_reader_without_a_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be opened"):
        Store.reader(tmp_path / "cctv.sqlite")


def test_a_file_that_is_something_else_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "cctv.sqlite").write_bytes(b"not a database at all, " * 100)
    with pytest.raises(StoreError, match="not a state file"):
        Store(tmp_path / "cctv.sqlite")


def test_a_folder_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StoreError, match=r"cctv\.sqlite"):
        Store(tmp_path / "state" / "cctv.sqlite")


def test_a_file_of_a_newer_program_is_refused_and_left_alone(store: Store) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    with pytest.raises(StoreError, match="newer version"):
        Store(store.path)
    connection.close()


def test_every_step_of_history_leads_to_the_same_tables(tmp_path: Path) -> None:
    """A file of each earlier version, with its rows, is brought to the newest one and keeps them."""
    fresh = Store(tmp_path / "fresh.sqlite")
    for done in range(len(STEPS)):
        path = tmp_path / f"version{done}.sqlite"
        connection = sqlite3.connect(path)
        for step in STEPS[:done]:
            step(connection)
        connection.execute(f"PRAGMA user_version={done}")
        if done:
            connection.execute("INSERT INTO setting VALUES ('kept', x'01')")
        connection.commit()
        connection.close()
        store = Store(path)
        assert store.read(_schema) == fresh.read(_schema)
        assert store.read(version) == len(STEPS)
        assert store.read(settings.get, "kept") == (b"\x01" if done else None)
        store.close()
    fresh.close()
    assert STEPS[0] is first_tables


def _schema(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")]


def test_a_read_only_folder_is_refused_in_words(tmp_path: Path) -> None:
    """In a child that gives up root's right to write anywhere."""
    folder = tmp_path / "state"
    folder.mkdir()
    script = (
        "import os, sys; from pathlib import Path; from monitor.store import Store, StoreError\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: Store(Path(sys.argv[1]) / 'cctv.sqlite')\n"
        "except StoreError as error: print(error)\n"
    )
    folder.chmod(0o555)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False)
    shutil.rmtree(folder)
    assert "it cannot be opened; does the folder exist and may this user write there?" in done.stdout, done.stderr
