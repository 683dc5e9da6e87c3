"""``cctv config``: what each verb prints, and its exit code."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from monitor.cli.config import app
from monitor.settings import show

TEXT = """\
poll: {interval: 30s}
sites:
  - id: school
    recorders: [{id: nvr, kind: files, layout: /v/%s.mp4}]
    cameras:
      - {id: gate, rtsp: "rtsp://u:hunter2@127.0.0.1:554/s", recorder: nvr}
      - {id: yard, rtsp: "rtsp://127.0.0.2:554/s"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cctv.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_right_file_is_counted_and_its_warnings_are_said(file: Path) -> None:
    result = run("check", file)
    assert (result.exit_code, result.stdout) == (0, "ok; sites: 1, cameras: 2, recorders: 1\n")
    assert result.stderr == (
        f"warning: {file}:6:26: rtsp holds a login; "
        "write it as username: and password: {file: PATH} beside the address without it\n"
    )


def test_a_wrong_file_is_refused_with_every_mistake(file: Path) -> None:
    file.write_text(TEXT.replace("30s", "soon").replace("recorder: nvr", "recorder: rvn"), encoding="utf-8")
    result = run("check", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"{file}:1:18: interval: 'soon' is not a duration; write for example 60s, 5m, 2h, 1d, or plain seconds\n"
        f"{file}:6:72: recorder: there is no recorder 'rvn' at this site; there are: nvr\n"
    )


def test_the_file_is_named_in_three_ways(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run("check", file).stdout
    assert run("check", "--config", file).stdout == expected
    monkeypatch.setenv("CCTV_CONFIG", str(file))
    assert run("check").stdout == expected


def test_show_prints_what_is_in_force_and_no_secret(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCTV_PATIENCE__RAISE_AFTER", "7")
    result = run("show", "--config", file)
    shown = yaml.safe_load(result.stdout)
    assert result.exit_code == 0
    assert "hunter2" not in result.output
    assert shown["poll"] == {"interval": 30.0, "deadline": 10.0, "concurrency": 64}
    assert shown["patience"]["raise_after"] == 7
    gate, _ = shown["sites"][0]["cameras"]
    assert (gate["rtsp"], gate["username"], gate["password"]) == ("rtsp://127.0.0.1:554/s", "u", "**********")


def test_example_and_schema_and_reference_are_printed() -> None:
    assert run("example").stdout == show.example()
    assert "sites" in json.loads(run("schema").stdout)["properties"]
    assert run("reference").stdout.startswith("# Configuration\n")
