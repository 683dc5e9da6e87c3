"""A Chinese report holds no English but names, terms of the trade and what people wrote."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from chinese import english, visible
from filled import GATE, HALL, HOSTILE, NOW, NVR, SITE, YARD, jpeg

from monitor.model import Evidence, Fault, FaultKind, Finding, Outcome, Subject, Target, Verdict
from monitor.reports import summaries
from monitor.reports.archive import Archive
from monitor.reports.compare import Document
from monitor.reports.device_file import device_file
from monitor.reports.inspection import Looked, build
from monitor.reports.leave_site import certify
from monitor.reports.material import nothing_known
from monitor.reports.render import FORMATS, headline, rendered, shown
from monitor.store import STATE_FILE, Store, faults

NAMES = {HOSTILE, "DS-2CD2T47", "school-3", "nvr-1", "gate", "yard", "hall", "Asia/Shanghai", "sda", "sdb", "h264"}
NAMES |= {"/video", "/dev/sda1", "HYPERLINK", "script", "alert", "http"}
EMPTY = "brightest hundredth at 0 of 255, spread 0.2: no scene in it"
REFUSED = "cannot connect to port 554: connection refused"
UNPLAYABLE = "2 of 60 samples do not play: 2026-02-20 03:00:00 is no MP4 file"
BAD_DISK = "the disk sda (/dev/sda1 on /video) fails its self-assessment (SMART)"
SEEN = (
    (GATE, "picture", "", None, "picture 1920x1080, nothing wrong seen"),
    (GATE, "onvif", "clock", FaultKind.CLOCK_DRIFT, "its clock is 3 min 02 s behind, more than 60 s"),
    (GATE, "recording", "", FaultKind.RECORDING_INVALID, UNPLAYABLE),
    (YARD, "picture", "", FaultKind.BLACK, EMPTY),
    (HALL, "rtsp", "", FaultKind.UNREACHABLE, REFUSED),
    (HALL, "picture", "", None, f"no picture to judge: {REFUSED}"),
    (NVR, "recorder", "disk:sda", FaultKind.DISK_FAILED, BAD_DISK),
    (NVR, "recorder", "clock", None, "warning: the recorder's clock is 12 s ahead"),
)  # fmt: skip


def looked(target: Target, probe: str, aspect: str, kind: FaultKind | None, reason: str) -> Looked:
    verdict = Verdict.FAULT if kind else Verdict.UNKNOWN if reason.startswith("no picture") else Verdict.OK
    disks = [{"id": "sda", "status": "absent", "size": 8e12, "note": "/dev/sda1 on /video"}] if aspect else []
    facts = {"required_days": 15.0, "span_days": 15.4, "coverage": 0.99, "samples_checked": 60, "samples_bad": 2}
    finding = Finding(target.key, probe, verdict, kind, reason, NOW, 2.0, aspect, {**facts, "disks": disks, "days": []})
    pictures = {"thumbnail": jpeg(3), "reference": jpeg(150)} if probe == "picture" else {}
    stream = {"codec": "h264", "width": 1920, "height": 1080, "frames_per_second": 25.0}
    return Looked(target, Evidence(probe, NOW, 2.0, Outcome.SEEN, reason, {"stream": stream}, pictures), (finding,))


def documents(folder: Path) -> Iterator[Document]:
    """One of each kind."""
    before = build(SITE, [looked(*one) for one in SEEN[:4]], nothing_known(), NOW - timedelta(hours=2), None)
    inspection = build(SITE, [looked(*one) for one in SEEN], nothing_known(), NOW, before)
    yield inspection
    yield certify(inspection | {"kind": "leave-site"}, "王工", "电源已更换", before, None)
    store, archive = Store(folder / STATE_FILE), Archive(folder)
    archive.keep(inspection, shown(inspection, "zh"))
    began = NOW - timedelta(days=1)
    seen = Fault("f1", Subject(YARD.key, "picture"), FaultKind.BLACK, began, began, EMPTY)
    store.write(faults.save, [seen, replace(seen, id="f2", cleared=NOW, parent="f1", flapping=True)])
    yield from (summaries.make(kind, SITE, store, archive, NOW) for kind in ("day", "week", "month"))
    yield device_file(store, YARD, "第三中学", NOW)
    store.close()


@pytest.fixture(scope="module")
def all_kinds(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    return list(documents(tmp_path_factory.mktemp("state")))


def test_no_report_says_anything_in_english(all_kinds: list[Document]) -> None:
    assert len(all_kinds) == 6
    for document in all_kinds:
        page = visible(rendered(document, "html", "zh").decode())
        assert english(page, NAMES) == [], document["kind"]
        if document["kind"] != "device":
            assert english(rendered(document, "csv", "zh").decode(), NAMES) == [], document["kind"]
            assert english("".join(headline(document, "zh")), NAMES) == []


def test_the_sentences_are_there_in_chinese_and_kept_in_english(all_kinds: list[Document]) -> None:
    html, table, kept = (rendered(all_kinds[0], form, "zh").decode() for form in FORMATS)
    for text in (html, table):
        assert "无法连接端口 554：拒绝连接" in text
        assert "硬盘 sda (/dev/sda1，挂载于 /video) 未通过 SMART 自检" in text
    assert REFUSED in kept, "programs and later versions read the English"
    assert REFUSED in rendered(all_kinds[0], "html", "en").decode()
