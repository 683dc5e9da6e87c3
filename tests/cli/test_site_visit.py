"""A visit to a site as a technician makes it: arrive, inspect, commission, leave, with simulated cameras and a disk."""

import asyncio
import csv
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.model import Key
from monitor.reports.archive import Archive
from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.recorders import Tape, record
from monitor.store import STATE_FILE, Store, events

PASSWORD = "visit-s3cret"
TINY = {"width": 320, "height": 180, "fps": 10, "gop": 10}
SITE = [
    CameraSpec("gate", "127.41.0.1", port=0, username="viewer", password=PASSWORD, **TINY),
    CameraSpec("gate-sub", "127.41.0.1", port=0, username="viewer", password=PASSWORD, **TINY),
    CameraSpec("hall", "127.41.0.2", port=0, fault="black", **TINY),
]
QUICK = "picture: {reference_frames: 3, reference_seconds: 0.5, reference_spacing: 0.2}"
"""A reference in a second; thirty seconds are the default."""


@pytest.fixture
async def site() -> AsyncIterator[Simulator]:
    async with Simulator(SITE) as running:
        yield running


@pytest.fixture
def folder(site: Simulator, tmp_path: Path) -> Path:
    layout = f"{tmp_path}/video/{{camera}}/%Y-%m-%d/%H/%M.%S.mp4"
    record(layout, Tape("gate", time.time(), days=1.2, segment=1800.0), "UTC")
    (tmp_path / "cctv.yaml").write_text(
        f"state_dir: state\nretention_days: 1\nlimits: {{{QUICK}}}\n"
        "sites:\n  - id: school\n    name: 第三中学\n    language: zh\n    timezone: Asia/Shanghai\n"
        f"    recorders:\n      - {{id: nvr, kind: files, layout: '{layout}', layout_timezone: UTC}}\n"
        f"    cameras:\n      - {{id: gate, name: 大门, rtsp: '{site.url('gate')}', recorder: nvr,\n"
        f"         rtsp_sub: '{site.url('gate-sub')}', username: viewer, password: {{env: CAMERA_PASSWORD}}}}\n"
        f"      - {{id: hall, rtsp: '{site.url('hall')}'}}\n"
    )
    return tmp_path


async def cctv(folder: Path, *words: str) -> tuple[int, str]:
    """Exit code and all that was said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.cli", *words),
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "CAMERA_PASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.mark.slow
async def test_a_whole_visit(site: Simulator, folder: Path) -> None:
    code, said = await cctv(folder, "inspect", "school")
    assert code == 1, said
    assert "hall: 画面 black" in said
    _look_at_the_inspection(folder)

    code, said = await cctv(folder, "leave-site", "school", "--technician", "王工")
    assert (code, "未通过；遗留问题：" in said) == (1, True), said

    site.set_fault("hall", "")
    await site.settled()
    code, said = await cctv(folder, "leave-site", "school", "--by", "王工", "--note", "电源已更换")
    assert (code, "第 2 号证明：通过" in said) == (0, True), said
    await _check_the_certificates(folder)
    _nothing_secret(folder)


def _look_at_the_inspection(folder: Path) -> None:
    archive = Archive(folder / "state")
    (kept,) = archive.kept("school", "inspection")
    document = archive.load(kept)
    gate = next(one for one in document["devices"] if one["device"] == "gate")
    assert gate["picture"]
    assert gate["sub_stream"]["width"] == 320
    assert ("rtsp", "sub") in {(one["probe"], one["aspect"]) for one in gate["findings"]}
    assert gate["recording"]["samples_checked"] > 0, "the recorder is read with proof of playing"
    assert document["now"]["intact"] == {"good": 1, "judged": 2, "wanted": 2, "value": 0.5, "coverage": 1.0}
    page = archive.file("school", f"{kept.name}.html")
    assert page is not None
    assert "图像完好率" in page.decode()
    table = archive.file("school", f"{kept.name}.csv")
    assert table is not None
    rows = list(csv.reader(table.decode("utf-8-sig").splitlines()))
    assert ["school", "hall", "hall", "画面", "", "故障", "画面全黑"] in [row[:7] for row in rows]


async def _check_the_certificates(folder: Path) -> None:
    code, said = await cctv(folder, "leave-site", "school", "--verify")
    assert (code, "共 2 份证明，哈希链完整" in said) == (0, True), said
    archive = Archive(folder / "state")
    newest = archive.kept("school", "leave-site")[0]
    document = archive.load(newest)
    assert document["compared"]["repaired"][0]["fault"] == "black", "beside the inspection of the same visit"
    file = archive.folder / "school" / f"{newest.name}.json"
    file.write_text(file.read_text().replace("王工", "张工"))
    code, said = await cctv(folder, "leave-site", "school", "--verify")
    assert (code, "第 2 号证明被改动过" in said) == (1, True), said


def _nothing_secret(folder: Path) -> None:
    files = [file for file in (folder / "state").rglob("*") if file.is_file()]
    assert len(files) > 6
    assert not any(PASSWORD.encode() in file.read_bytes() for file in files)


@pytest.mark.slow
async def test_commissioning_records_the_device_and_its_baseline(site: Simulator, folder: Path) -> None:
    code, said = await cctv(folder, "commission", "school/gate", "--by", "李工", "--note", "验收")
    assert code == 0, said
    assert "commissioned: school/gate, h264 320x180" in said
    store = Store.reader(folder / "state" / STATE_FILE)
    (event,) = store.read(events.of_device, Key("school", "gate"))
    assert store.memory(Key("school", "gate"), "picture"), "later looks are judged by it"
    store.close()
    assert event.kind == "commissioned"
    assert event.record["person"] == "李工"
    assert event.record["reference"]
    _nothing_secret_in(event.record)


def _nothing_secret_in(record: object) -> None:
    assert PASSWORD not in json.dumps(record, default=str)


@pytest.mark.slow
async def test_a_camera_with_a_fault_is_not_commissioned(site: Simulator, folder: Path) -> None:
    code, said = await cctv(folder, "commission", "school/hall")
    assert code == 1, said
    assert "not commissioned" in said
    assert "black" in said


@pytest.mark.parametrize(("words", "advice"), [
    (["inspect", "nowhere"], "the sites are empty, school"),
    (["inspect", "empty"], "empty: the site has no cameras and no recorders yet"),
    (["leave-site", "empty", "--technician", "Wang"], "empty: the site has no cameras and no recorders yet"),
    (["check", "empty"], "empty: the site has no cameras and no recorders yet"),
    (["check", "school/gate", "empty"], "empty: the site has no cameras and no recorders yet"),
    (["retention", "school/nvr", "school/gate"], "school/gate: no recorder keeps it"),
    (["leave-site", "school"], "--technician is missing"),
    (["commission", "school/nothing"], "no such device"),
    (["report", "year"], "write one of day, week, month"),
    (["report", "day", "--format", "pdf"], "write one of html, csv, json"),
    (["report", "day"], "no daemon has worked here yet"),
])  # fmt: skip
def test_what_is_refused_is_refused_in_words(tmp_path: Path, words: list[str], advice: str) -> None:
    config = tmp_path / "cctv.yaml"
    config.write_text(
        f"state_dir: {tmp_path / 'state'}\nsites:\n  - id: school\n"
        f"    recorders:\n      - {{id: nvr, kind: files, layout: '{tmp_path}/{{camera}}/%s.mp4'}}\n"
        "    cameras:\n      - {id: gate, rtsp: 'rtsp://127.41.0.9:554/s'}\n"
        "  - {id: empty, cameras: []}\n"
    )
    ended = CliRunner().invoke(app, [*words, "--config", str(config)])
    assert (ended.exit_code, advice in ended.output) == (2, True), ended.output
