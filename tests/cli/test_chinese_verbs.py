"""On a Chinese terminal the verbs that look and explain speak Chinese; JSON and the fault words stay what they are."""

import json
import re
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


MISTAKEN = """
listn: 127.0.0.1:99
poll: {interval: fast, concurrency: 0}
web_config: /nonexist
sites:
  - id: School 3
    timezone: Asia/Shanghi
    recorders:
      - {id: nvr-1, kind: ssj, host: 192.0.2.10}
    cameras:
      - {id: gate, rtsp: "http://x", username: a}
      - {id: gate, onvif: "192.0.2.21:80", recorder: nvr-2, password: {env: NOPE}}
      - {id: roof, role: x}
include: [nothing/*.yaml]
"""


def test_mistakes_in_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.yaml").write_text(MISTAKEN)
    shown = cctv("config", "check", str(tmp_path / "bad.yaml"))
    lines = shown.stderr.replace(f"{tmp_path}/", "").splitlines()
    assert shown.exit_code == 2
    assert "bad.yaml:2:1: 未知的键 'listn'；是否指 'listen'？" in lines
    assert "bad.yaml:11:26: rtsp: 必须以 rtsp:// 或 rtsps:// 开头；请写，例如 rtsp://192.0.2.21/…" in lines
    assert "bad.yaml:12:54: recorder: 该站点没有录像机 'nvr-2'；现有：nvr-1" in lines
    assert [line for line in lines if not re.search("[\u4e00-\u9fff]", line)] == []
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    plain = cctv("config", "check", str(tmp_path / "bad.yaml")).stderr
    assert "bad.yaml:2:1: unknown key 'listn'; did you mean 'listen'?" in plain


def test_what_people_do_and_what_is_refused(tmp_path: Path) -> None:
    assert (
        cctv("maintenance", "start", "school", "--reason", "换电源", "--by", "王工").stdout
        == "维护 1：school，至 手动结束\n"
    )
    assert english(cctv("maintenance", "list").stdout, NAMES) == []
    assert cctv("maintenance", "end", "school", "--by", "王工").stdout == "维护 1：school 已结束\n"
    assert cctv("ticket", "list").stdout == "没有未关闭的工单\n"
    assert cctv("ticket", "ack", "7").stderr == "没有工单 '7'；用 'cctv ticket list --all' 查看\n"
    assert cctv("status", "schol").stderr == "schol：没有这个站点；现有站点：school；是否指 school？\n"
    assert cctv("config", "check").stdout == "正确：1 个站点，0 台摄像机，0 台录像机\n"
