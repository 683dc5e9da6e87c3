"""On a Chinese terminal the verbs that look and explain speak Chinese; JSON and the fault words stay what they are."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chinese import english
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.model import FaultKind, Finding, Key, Standing, Subject, Verdict
from monitor.store import Store, standings
from monitor.store.spans import begin
from monitor.store.standings import StandingRow

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LOST = "nothing recorded from 2026-11-18 22:30:20 to 2026-11-19 10:30:20 (12.0 h), 3 gaps in all"


@pytest.fixture(autouse=True)
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("CCTV_CONFIG", str(tmp_path / "cctv.yaml"))
    monkeypatch.delenv("COLUMNS", raising=False)
    (tmp_path / "cctv.yaml").write_text(f"state_dir: {tmp_path}\nsites: [{{id: school}}]\n")
    with_findings = Store(tmp_path / "cctv.sqlite")
    rows = [
        row("gate", "recording", "", Verdict.FAULT, FaultKind.RECORDING_GAP, LOST),
        row("gate", "onvif", "clock", Verdict.OK, None, "its clock agrees with ours"),
        row("nvr-1", "recorder", "disk:sda", Verdict.UNKNOWN, None, "the state of sda is not known"),
    ]
    with_findings.write(standings.save, rows)
    with_findings.close()


def row(device: str, probe: str, aspect: str, verdict: Verdict, fault: FaultKind | None, reason: str) -> StandingRow:
    subject = Subject(Key("school", device), probe, aspect)
    finding = Finding(subject.key, probe, verdict, fault, reason, NOW, aspect=aspect)
    return StandingRow(Standing(subject, verdict, fault, NOW, reason, finding), begin(finding))


def cctv(*words: str) -> Result:
    return CliRunner().invoke(app, words)


NAMES = {"school", "gate", "nvr-1", "sda", "recording_gap"}


@pytest.mark.parametrize(
    "words", [("why", "school"), ("why", "school/gate"), ("status",), ("explain", "recording_gap")]
)
def test_nothing_is_said_in_english(words: tuple[str, ...]) -> None:
    shown = cctv(*words)
    assert english(shown.stdout, NAMES) == []
    assert "录像" in shown.stdout


def test_the_fault_stands_beside_the_word_that_explain_wants_to_hear() -> None:
    shown = cctv("why", "school/gate").stdout
    assert "✘ 故障 录像有缺失 recording_gap" in shown
    assert "2026-11-18 22:30:20 至 2026-11-19 10:30:20 无录像（12.0 小时），共 3 处缺失" in shown
    assert "ONVIF 与时钟 时钟" in shown


def test_json_is_the_same_in_every_language() -> None:
    rows = json.loads(cctv("status", "--json").stdout)
    assert LOST in {one["reason"] for one in rows}


def test_a_language_that_is_asked_for_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "What to bring" in cctv("explain", "frozen", "--lang", "en").stdout
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert LOST in cctv("why", "school/gate").stdout
    assert "携带物品" in cctv("explain", "frozen", "--lang", "zh").stdout


def test_a_look_now() -> None:
    """Nothing listens there."""
    shown = cctv("check", "rtsp://127.0.0.1:9/stream")
    assert english(shown.stdout, {"rtsp://127.0.0.1:9/stream", "unreachable"}) == []
    assert "✘ 故障 无法连接 unreachable" in shown.stdout
    assert "无法连接端口 9：拒绝连接" in shown.stdout
