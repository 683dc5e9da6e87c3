"""``cctv status`` and ``cctv why`` beside a state file, read by programs: every word whole on its line."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.model import Fault, FaultKind, Finding, Key, Standing, Subject, Verdict
from monitor.store import STATE_FILE, Store, faults, standings
from monitor.store.spans import begin
from monitor.store.standings import StandingRow

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
REASON = "nothing recorded from 2026-11-18 22:30:20 to 2026-11-19 10:30:20 (12.0 h), as the recorder's own list says"
LONG = "east-gate-of-the-second-car-park"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    (tmp_path / "cctv.yaml").write_text(f"state_dir: {tmp_path}\nsites: [{{id: school}}]\n")
    monkeypatch.setenv("CCTV_CONFIG", str(tmp_path / "cctv.yaml"))
    monkeypatch.delenv("COLUMNS", raising=False)
    opened = Store(tmp_path / "cctv.sqlite")
    fault = standing(LONG, Verdict.FAULT, FaultKind.RECORDING_GAP, REASON)
    opened.write(standings.save, [fault, standing("yard", Verdict.OK, None, "all is well")])
    yield opened
    opened.close()


def standing(device: str, verdict: Verdict, fault: FaultKind | None, reason: str) -> StandingRow:
    subject = Subject(Key("school", device), "recording", "")
    finding = Finding(subject.key, subject.probe, verdict, fault, reason, NOW)
    return StandingRow(Standing(subject, verdict, fault, NOW, reason, finding), begin(finding))


def cctv(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_in_a_pipe_no_line_is_folded() -> None:
    said = cctv("status")
    (line,) = [line for line in said.stdout.splitlines() if LONG in line]
    assert said.exit_code == 1
    assert f"school/{LONG}" in line
    assert "recording_gap" in line
    assert REASON in line
    assert REASON in cctv("why", f"school/{LONG}").stdout.splitlines()[0]


def test_on_a_narrow_terminal_the_fault_word_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = cctv("status").stdout
    assert "recording_gap" in said
    assert max(map(len, said.splitlines())) <= 80


def test_why_of_one_device_of_a_site_and_of_nothing() -> None:
    device, site, nothing = cctv("why", "school/yard"), cctv("why", "school"), cctv("why", "school/nowhere")
    assert (device.exit_code, site.exit_code, nothing.exit_code) == (0, 1, 2)
    assert "all is well" in device.stdout
    assert REASON not in device.stdout
    assert "school/yard" in site.stdout
    assert f"school/{LONG}" in site.stdout
    assert "has never looked at it" in nothing.stderr


@pytest.mark.parametrize("width", [40, 60, 80])
def test_on_a_narrow_terminal_words_stay_whole(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    said = cctv("status").stdout
    lines = [line.strip() for line in said.splitlines()]
    assert f"school/{LONG}" in said.split()
    assert "recording_gap" in said.split()
    assert REASON in " ".join(lines)
    assert "school/yard  recording  ✔ ok" in lines
    assert max(map(len, said.splitlines())) <= width


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("status", "scool"), "scool: no site of that name; the sites are school; did you mean school?"),
        (("why", "school/yrad"), "did you mean school/yard?"),
        (("why", "scool"), "did you mean school?"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_one_that_was_meant(words: tuple[str, ...], answer: str) -> None:
    said = cctv(*words)
    assert said.exit_code == 2
    assert answer in said.stderr


def test_cameras_stand_as_people_count(store: Store) -> None:
    store.write(standings.save, [standing(f"cam{number}", Verdict.OK, None, "well") for number in (10, 9, 1)])
    shown = [line.split()[0] for line in cctv("status").stdout.splitlines()[1:]]
    assert shown == ["school/cam1", "school/cam9", "school/cam10", f"school/{LONG}", "school/yard"]


def test_a_fault_that_is_not_confirmed_is_called_so(store: Store) -> None:
    first = standing("hall", Verdict.FAULT, FaultKind.RECORDING_STOPPED, "nothing recorded since 02:47")
    unconfirmed = replace(first.standing, verdict=Verdict.UNKNOWN, fault=None)
    store.write(standings.save, [replace(first, standing=unconfirmed)])
    (line,) = [line for line in cctv("status").stdout.splitlines() if "school/hall" in line]
    assert "? unknown" in line
    assert "nothing recorded since 02:47 (seen once, not yet confirmed: recording stopped)" in line
    told = cctv("why", "school/hall").stdout
    assert "fault, nothing recorded since 02:47 (seen once, not yet confirmed: recording stopped)" in told


def test_what_many_share_is_told_too(store: Store) -> None:
    """Without it the cameras of a site that is gone stand as they were last seen, and a blind monitor seems to see."""
    blind = Subject(Key("", "monitor"), "monitor", "")
    gone = Subject(Key("school", ""), "site", "")
    known = Subject(Key("school", LONG), "recording", "")
    opened = [
        Fault("1", blind, FaultKind.MONITOR_BLIND, NOW, NOW, "our own network is gone"),
        Fault("2", gone, FaultKind.SITE_UNREACHABLE, NOW, NOW, "no device answers"),
        Fault("3", known, FaultKind.RECORDING_GAP, NOW, NOW, "stands as a row of its own"),
        Fault("4", gone, FaultKind.SITE_UNREACHABLE, NOW, NOW, "last week", cleared=NOW),
    ]
    store.write(faults.save, opened)
    said = cctv("status", "school")
    assert said.exit_code == 1
    assert "our own network is gone" in said.stdout
    assert "no device answers" in said.stdout
    assert "stands as a row of its own" not in said.stdout
    assert "last week" not in said.stdout
    first = json.loads(cctv("status", "--json").stdout)[0]
    assert (first["device"], first["fault"], first["seen_at"]) == ("monitor", "monitor_blind", None)


@pytest.mark.parametrize("verb", [("status",), ("why", "school"), ("ticket", "list")])
def test_a_damaged_state_is_said_in_words(verb: tuple[str, ...], store: Store, tmp_path: Path) -> None:
    store.close()
    state = tmp_path / STATE_FILE
    state.write_bytes(state.read_bytes()[:4096] + b"\xaa" * (state.stat().st_size - 4096))
    said = cctv(*verb)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "damaged" in said.stderr
