"""The file of a device: everything since its commissioning on one page, kept for its life."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from filled import GATE, HALL, NOW, START

from monitor.model import Fault, FaultKind, Job, Key, Subject, Window
from monitor.reports.compare import Document
from monitor.reports.device_file import device_file
from monitor.reports.inspection import changes
from monitor.reports.render import html
from monitor.store import STATE_FILE, Store, events, faults, jobs, windows

KEY = GATE.key
RECORD = {"at": START.isoformat(), "person": "李工", "note": "验收", "model": "DS-2CD2T47", "manufacturer": "Hik",
          "serial": "S1", "firmware": "5.7", "stream": {"codec": "h264", "width": 1920, "height": 1080},
          "picture": None, "reference": None, "baseline": {"picture": "c2VjcmV0"}}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / STATE_FILE)
    made.write(events.add, events.Event(KEY, "commissioned", START, RECORD))
    made.write(
        events.add, events.Event(KEY, "firmware_changed", START + timedelta(days=5), {"before": "5.7", "now": "5.8"})
    )
    made.write(events.add, events.Event(HALL.key, "commissioned", START, RECORD))
    subject, opened = Subject(KEY, "picture"), START + timedelta(days=2)
    over = Fault("f1", subject, FaultKind.BLACK, opened, opened, "no scene", cleared=opened + timedelta(hours=1))
    made.write(faults.save, [over, replace(over, id="f2", kind=FaultKind.FROZEN, cleared=None)])
    made.write(windows.start, Window("school-3", "", START, START + timedelta(hours=2), "换交换机", "王工"))
    made.write(windows.start, Window("school-3", "hall", START, None, "not of this one", "王工"))
    made.write(jobs.add, Job("f1", "monitor", "school-3", "gate", "black", opened, opened, "画面全黑：大门", "text"))
    yield made
    made.close()


def test_the_life_of_a_device_newest_first(store: Store) -> None:
    document = device_file(store, GATE, "第三中学", NOW)
    assert [line["kind"] for line in document["lines"]] == [
        *("firmware_changed", "fault", "fault", "job", "commissioned", "maintenance")
    ]
    assert document["lines"][0]["text"] == "5.7 → 5.8"
    assert document["commissioned"]["serial"] == "S1"
    assert document["commissioned"]["baseline"] is None, "the learned bytes are nobody's reading"


@pytest.mark.parametrize(("until", "over"), [("2026-02-28", True), ("2027-12-31", False)])
def test_warranty(store: Store, until: str, over: bool) -> None:
    target = replace(GATE, options={**GATE.options, "warranty": {"until": until, "terms": "三年上门"}})
    document = device_file(store, target, "第三中学", NOW)
    assert document["warranty"]["over"] is over
    assert ("已过保" in html(document, "zh").decode()) is over


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_laid_out_in_both_languages(store: Store, language: str) -> None:
    page = html(device_file(store, GATE, "第三中学", NOW), language).decode()
    assert ("交付登记" if language == "zh" else "Commissioned") in page
    assert "换交换机" in page
    assert "not of this one" not in page
    assert "c2VjcmV0" not in page


def identity(**told: str) -> Document:
    return {"devices": [{"device": "gate", "identity": {"serial": "", "firmware": "", **told}}]}


@pytest.mark.parametrize(("what", "before", "now", "found"), [
    ("another board", {"serial": "S1"}, {"serial": "S2"}, [("gate", "serial_changed", {"before": "S1", "now": "S2"})]),
    ("updated", {"firmware": "1"}, {"firmware": "2"}, [("gate", "firmware_changed", {"before": "1", "now": "2"})]),
    ("the same", {"serial": "S1"}, {"serial": "S1"}, []),
    ("not told this time", {"serial": "S1"}, {}, []),
    ("told for the first time", {}, {"serial": "S1"}, []),
])  # fmt: skip
def test_a_change_of_identity_between_two_inspections(
    what: str, before: dict[str, str], now: dict[str, str], found: list[object]
) -> None:
    assert changes(identity(**before), identity(**now)) == found, what
    assert changes(None, identity(**now)) == []
    assert Key("school-3", "gate") == KEY
