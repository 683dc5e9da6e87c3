"""``cctv retention`` on a tree of files, as a technician runs it."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.cli.keeping import bar
from monitor.model import Key
from monitor.simulator.recorders import Damage, Tape, damage, record
from monitor.store import STATE_FILE, Store, events

LAYOUT = "video/{camera}/%Y-%m-%d/%H%M%S.mp4"
CAMERA_KEYS = {
    *("site", "recorder", "camera", "verdict", "fault", "reason", "required_days", "span_days", "depth_days"),
    *("coverage", "longest_gap_seconds", "gaps", "oldest", "newest", "samples_checked", "samples_bad", "forecast_days"),
}
RECORDER_KEYS = {"site", "recorder", "verdict", "fault", "reason", "disks", "clock_offset_seconds"}


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Path]:
    def write(*cameras: str) -> Path:
        lines = [
            f"state_dir: {tmp_path}/state",
            "sites:",
            "  - id: school",
            "    name: School",
            "    timezone: Asia/Shanghai",
            "    recorders:",
            f'      - {{id: nvr, kind: files, layout: "{tmp_path}/{LAYOUT}"}}',
            "    cameras:",
            *(f"      - {{id: {name}, rtsp: 'rtsp://127.0.0.1/{name}', recorder: nvr}}" for name in cameras),
            "      - {id: live-only, rtsp: 'rtsp://127.0.0.1/live'}",
        ]
        path = tmp_path / "cctv.yaml"
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def cctv(*words: str) -> Result:
    return CliRunner().invoke(app, ["retention", *words], env={"COLUMNS": "200"})


def as_json(*words: str) -> tuple[dict[str, Any], int]:
    result = cctv(*words, "--json")
    return json.loads(result.stdout), result.exit_code


def test_all_kept_is_exit_code_0_and_the_promised_shape(tmp_path: Path, site: Callable[..., Path]) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", time.time()))
    report, code = as_json("--config", str(site("gate")))
    assert (report["verdict"], code) == ("ok", 0)
    [camera], [recorder] = report["cameras"], report["recorders"]
    assert set(camera) >= CAMERA_KEYS
    assert set(recorder) == RECORDER_KEYS
    assert camera["span_days"] == pytest.approx(16.0, abs=0.1)
    assert camera["oldest"].endswith("+08:00")
    assert recorder["disks"][0]["size"] > 0


def test_a_gap_is_exit_code_1_and_only_the_named_camera_is_shown(tmp_path: Path, site: Callable[..., Path]) -> None:
    now = time.time()
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", now))
    record(f"{tmp_path}/{LAYOUT}", Tape("yard", now, holes=[(now - 6 * 86400, now - 5 * 86400)]))
    config = str(site("gate", "yard"))
    report, code = as_json("school/yard", "--config", config)
    assert (code, [one["camera"] for one in report["cameras"]]) == (1, ["yard"])
    assert report["cameras"][0]["fault"] == "recording_gap"
    assert report["cameras"][0]["longest_gap_seconds"] == pytest.approx(86400, abs=1200)
    assert as_json("school/gate", "--config", config)[1] == 0
    assert len(as_json("school/nvr", "--config", config)[0]["cameras"]) == 2


def test_what_could_not_be_judged_is_exit_code_3(tmp_path: Path, site: Callable[..., Path]) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", time.time()))
    report, code = as_json("--config", str(site("gate", "attic")))
    assert (report["verdict"], code) == ("unknown", 3)
    attic = report["cameras"][1]
    assert attic["verdict"] == "unknown"
    assert attic["span_days"] is None
    assert attic["coverage"] is None


def test_proof_finds_what_the_listing_cannot(tmp_path: Path, site: Callable[..., Path]) -> None:
    files = record(f"{tmp_path}/{LAYOUT}", Tape("gate", time.time(), segment=7200.0))
    config = str(site("gate"))
    for path in files[:-1:2]:
        damage(path, Damage.ZERO_FILLED)
    assert as_json("--config", config)[1] == 0
    report, code = as_json("--config", config, "--proof")
    assert (code, report["cameras"][0]["fault"]) == (1, "recording_invalid")
    assert report["cameras"][0]["samples_checked"] == 60
    assert report["cameras"][0]["samples_bad"] > 10


def test_the_table_shows_a_sign_a_day(tmp_path: Path, site: Callable[..., Path]) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", time.time()))
    shown = cctv("--config", str(site("gate")))
    assert shown.exit_code == 0
    assert "school/gate" in shown.stdout
    assert "█" * 15 in shown.stdout


@pytest.mark.parametrize("words", [["school/live-only"], ["nowhere"], ["school/nobody"]])
def test_a_word_that_names_no_recording_is_exit_code_2(site: Callable[..., Path], words: list[str]) -> None:
    assert cctv(*words, "--config", str(site("gate"))).exit_code == 2


def test_a_layout_that_cannot_work_is_refused_at_its_place(tmp_path: Path, site: Callable[..., Path]) -> None:
    path = site("gate")
    path.write_text(path.read_text().replace("%Y-%m-%d", "%Q"))
    result = cctv("--config", str(path))
    assert result.exit_code == 2
    assert "cctv.yaml:7:" in result.output
    assert "%Q" in result.output


def test_the_bar_tells_whole_thin_and_lost_days_apart() -> None:
    assert bar([("1", 1.0), ("2", 0.7), ("3", 0.1), ("4", 0.0), ("5", None)]).plain == "█▆▃· "


def test_a_recorder_is_commissioned_with_the_disks_it_has(tmp_path: Path, site: Callable[..., Path]) -> None:
    record(f"{tmp_path}/{LAYOUT}", Tape("gate", time.time(), days=1.0))
    result = CliRunner().invoke(app, ["commission", "school/nvr", "--by", "Li", "--config", str(site("gate"))])
    assert result.exit_code == 0, result.output
    with closing(Store.reader(tmp_path / "state" / STATE_FILE)) as store:
        [event] = store.read(events.of_device, Key("school", "nvr"))
        assert store.memory(Key("school", "nvr"), "recorder"), "the daemon goes on from here"
    assert (event.kind, event.record["person"]) == ("commissioned", "Li")
    assert f"commissioned: school/nvr, disks: {event.record['disks'][0]}" in result.output
