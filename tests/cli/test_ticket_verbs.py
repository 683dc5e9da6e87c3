"""``cctv ticket`` and ``cctv maintenance`` beside a state file in use, with names as attackers write them."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.cli.moments import moment_from
from monitor.model import Job
from monitor.store import Store, jobs, outbox, windows

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x","大门"), \'a\'\n[bold]b[/bold]'
CONFIG = """
state_dir: {folder}/state
sites:
  - id: school
    timezone: Asia/Shanghai
    cameras: [{{id: gate, rtsp: "rtsp://192.0.2.1/", parent: switch-1}}]
    devices: [{{id: switch-1}}]
tickets: {{sinks: [{{id: desk, kind: rest, url: "http://192.0.2.50/"}}]}}
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Open all the while, as by a daemon, with one job of the monitor and one of a foreign alert."""
    (tmp_path / "cctv.yaml").write_text(CONFIG.format(folder=tmp_path))
    monkeypatch.setenv("CCTV_CONFIG", str(tmp_path / "cctv.yaml"))
    opened = Store(tmp_path / "state" / "cctv.sqlite")
    opened.claim()
    for key, origin, title in (("f00", "monitor", HOSTILE), ("a11", "alert", "@alert")):
        opened.write(jobs.add, Job(key, origin, "school", "gate", "frozen", NOW, NOW, title, "what was seen"))
    yield opened
    opened.close()


def cctv(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def state_of(store: Store, key: str) -> str:
    job = store.read(jobs.by_key, key)
    assert job is not None
    return job.state


def test_the_list_as_table_json_and_csv(store: Store) -> None:
    table = cctv("ticket", "list")
    assert table.exit_code == 0
    assert "[bold]b[/bold]" in table.stdout.replace("\n", "")  # shown, not obeyed
    listed = json.loads(cctv("ticket", "list", "--json").stdout)["tickets"]
    first = listed[0]
    assert (first["number"], first["key"], first["state"], first["title"]) == (1, "f00", "open", HOSTILE)
    rows = list(csv.DictReader(io.StringIO(cctv("ticket", "list", "--csv").stdout.removeprefix("\ufeff"))))
    assert [row["title"] for row in rows] == ["'" + HOSTILE, "'@alert"]
    elsewhere = cctv("ticket", "list", "scool")
    assert (elsewhere.exit_code, elsewhere.stdout) == (2, "")
    assert "no site of that name; the sites are school; did you mean school?" in elsewhere.stderr
    store.write(jobs.add, Job("a12", "alert", "", "", "X", NOW, NOW, "of no site", "text"))
    assert "the sites are school;" in cctv("ticket", "list", "scool").stderr


def test_people_move_a_ticket_on(store: Store) -> None:
    assert cctv("ticket", "ack", "1", "--by", "Li").stdout == "ticket 1: acknowledged\n"
    assert cctv("ticket", "schedule", "f00", "--at", "2026-03-02 09:00", "--with", "Ms Wang").exit_code == 0
    assert cctv("ticket", "note", "1", "brings a ladder", "--by", "Li").exit_code == 0
    job = store.read(jobs.by_key, "f00")
    assert job is not None
    assert job.appointment == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine o'clock at the school
    assert "2026-03-02 09:00 CST Ms Wang" in cctv("ticket", "list").stdout
    shown = cctv("ticket", "show", "1").stdout
    assert "what was seen" in shown
    assert "note by Li: brings a ladder" in shown
    history = json.loads(cctv("ticket", "show", "1", "--json").stdout)["history"]
    assert [line["action"] for line in history] == ["acknowledged", "scheduled", "noted"]


def test_a_fault_that_stands_is_not_closed_by_a_word(store: Store) -> None:
    closing = cctv("ticket", "close", "1", "--by", "Li")
    assert (closing.exit_code, state_of(store, "f00")) == (1, "repaired")
    assert "closes by itself when it is seen to be gone" in closing.stderr
    assert store.read(outbox.pending) == []


def test_a_foreign_alert_is_closed_by_a_person_and_the_desk_is_told(store: Store) -> None:
    assert cctv("ticket", "close", "a11", "--by", "Li", "--text", "lens cleaned").exit_code == 0
    assert state_of(store, "a11") == "closed"
    assert [(one.sink, one.action) for one in store.read(outbox.pending)] == [("desk", "resolve")]
    assert cctv("ticket", "note", "2", "Ms Wang is content", "--follow-up").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ticket", "show", "9"), "there is no ticket '9'"),
        (("ticket", "ack", "nothing"), "there is no ticket 'nothing'"),
        (("ticket", "schedule", "1", "--at", "soon"), "'soon' is not a time"),
        (("ticket", "note", "1", "x", "--follow-up"), "not closed yet"),
        (("ticket", "note", "1", " "), "a note needs words"),
        (("maintenance", "start", "school", "--reason", "x", "--until", "99999999999d"), "is not a time"),
        (("maintenance", "start", "nowhere", "--reason", "x"), "no site of that name; the sites are school"),
        (("maintenance", "start", "school/roof", "--reason", "x"), "no such device; it has gate, switch-1"),
        (("maintenance", "start", "school", "--reason", " "), "write why"),
        (("maintenance", "start", "school", "--reason", "x", "--until", "2020-01-01"), "is over already"),
        (("maintenance", "start", "school", "--reason", "x", "--until", "25:00"), "is not a time"),
        (("maintenance", "end", "school"), "no window runs there"),
    ],
)
def test_what_is_wrong_is_said_with_exit_code_2(store: Store, words: tuple[str, ...], said: str) -> None:
    done = cctv(*words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_window_from_its_start_to_its_end(store: Store) -> None:
    assert cctv("maintenance", "list").stdout == "no maintenance\n"
    begun = cctv("maintenance", "start", "school", "--until", "2h", "--reason", "new [switch]", "--by", "Li")
    assert (begun.exit_code, begun.stdout.startswith("maintenance 1: school until ")) == (0, True)
    assert cctv("maintenance", "start", "all", "--reason", "power cut").stdout.endswith("until it is ended\n")
    assert cctv("maintenance", "start", "school/gate", "--reason", "x", "--from", "1d", "--until", "2h").exit_code == 0
    now = datetime.now(UTC)
    first, everything, later = store.read(windows.running, now)
    assert (first.site, first.device, first.reason, first.person) == ("school", "", "new [switch]", "Li")
    assert first.until is not None
    assert abs(first.until - now - timedelta(hours=2)) < timedelta(minutes=1)
    assert (everything.site, everything.until, later.device) == ("", None, "gate")
    assert "new [switch]" in cctv("maintenance", "list").stdout
    listed = json.loads(cctv("maintenance", "list", "--json").stdout)["windows"]
    assert [one["running"] for one in listed] == [True, True, False]
    assert cctv("maintenance", "end", "school", "--by", "Wang").exit_code == 0
    assert cctv("maintenance", "end", "2").exit_code == 0
    assert [one.id for one in store.read(windows.running, datetime.now(UTC))] == [3]
    past = json.loads(cctv("maintenance", "list", "--all", "--json").stdout)["windows"]
    assert past[0]["ended_by"] == "Wang"


def test_a_window_of_a_switch_in_the_time_of_its_site(store: Store) -> None:
    begun = cctv("maintenance", "start", "school/switch-1", "--reason", "x", "--until", "2099-01-01 18:00")
    assert begun.stdout == "maintenance 1: school/switch-1 until 2099-01-01 18:00 CST\n"
    assert "2099-01-01 18:00 CST" in cctv("maintenance", "list").stdout


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90m", NOW + timedelta(minutes=90)),
        ("1d12h", NOW + timedelta(hours=36)),
        ("18:00", datetime(2026, 3, 1, 10, 0, tzinfo=UTC)),
        ("15:00", datetime(2026, 3, 2, 7, 0, tzinfo=UTC)),  # over for today: it is four in the afternoon there
        ("2026-12-01 09:00", datetime(2026, 12, 1, 1, 0, tzinfo=UTC)),
        ("2026-12-01T09:00:00Z", datetime(2026, 12, 1, 9, 0, tzinfo=UTC)),
    ],
)
def test_how_people_write_a_time(text: str, at: datetime) -> None:
    assert moment_from(text, "Asia/Shanghai", NOW) == at
