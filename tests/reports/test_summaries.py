"""Reports of a day, a week and a month, from a state file that a real ledger wrote."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filled import HOSTILE, NOW, SITE, ZONE

from monitor.reports import summaries
from monitor.reports.archive import Archive
from monitor.reports.compare import Document
from monitor.reports.render import headline, rendered, shown
from monitor.store import Store


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def made(kind: str, store: Store, archive: Archive, now: datetime = NOW) -> Document:
    return summaries.make(kind, SITE, store, archive, now)


def test_the_day_shows_what_stood_yesterday_and_how_it_looked(store: Store, archive: Archive) -> None:
    document = made("day", store, archive)
    assert document["period"]["start"] == "2026-02-28T00:00:00+08:00"
    (fault,) = [one for one in document["faults"] if one["fault"] == "black"]
    assert (fault["device"], fault["cleared"]) == ("yard", None)
    assert fault["picture"], "the evidence picture of its opening"
    assert document["figures"]["all"]["intact"]["value"] == pytest.approx(2 / 3, abs=0.01)


def test_the_week_counts_causes_and_leaves_agreed_maintenance_out(store: Store, archive: Archive) -> None:
    document = made("week", store, archive)
    summary = document["summary"]
    assert summary["excused"] == 1
    assert [kind for kind, _ in summary["by_kind"]] == ["unreachable", "black"]
    (agreed,) = document["maintenance"]
    assert agreed["person"] == "李工"
    hall = next(one for one in document["figures"]["cameras"] if one["device"] == "hall")
    assert hall["online"]["value"] == pytest.approx(1.0), "the hours of maintenance do not count"
    gate = next(one for one in document["figures"]["cameras"] if one["device"] == "gate")
    assert gate["online"]["value"] == pytest.approx(1 - 3 / 168, abs=0.005), "three lost hours"
    assert gate["recorded"]["value"] == pytest.approx((7 - 0.25) / 7, abs=0.001)


def test_the_month_names_the_repeat_offender_and_its_time_of_day(store: Store, archive: Archive) -> None:
    document = made("month", store, archive)
    (repeated,) = document["summary"]["repeated"]
    assert (repeated["device"], repeated["fault"], repeated["count"]) == ("gate", "unreachable", 4)
    (periodic,) = document["summary"]["periodic"]
    assert (periodic["device"], periodic["time"], periodic["days"]) == ("gate", "12:30", 4)
    assert document["summary"]["to_repair"]["median"] == pytest.approx(3600, abs=1800)
    rate = document["figures"]["all"]["online"]
    assert not rate["conclusive"], "nine days of 28"
    assert rate["coverage"] == pytest.approx(9 / 28, abs=0.01)


def test_it_is_compared_with_the_report_before(store: Store, archive: Archive) -> None:
    before = made("day", store, archive, NOW - timedelta(days=1))
    archive.keep(before, {})
    document = made("day", store, archive)
    assert [one["device"] for one in document["before"]["open"]] == ["yard"]
    assert document["before"]["figures"]["intact"]["value"] == pytest.approx(1 - 10 / 72, abs=0.02)


def test_a_report_made_twice_is_not_compared_with_itself(store: Store, archive: Archive) -> None:
    for now in (NOW - timedelta(days=1), NOW):
        archive.keep(made("day", store, archive, now), {})
    again = made("day", store, archive, NOW + timedelta(hours=1))
    assert again["before"]["with"] == (NOW - timedelta(days=1)).isoformat(timespec="seconds")


def test_only_an_inspection_of_the_period_is_told(store: Store, archive: Archive) -> None:
    inspected = {"kind": "inspection", "site": "school-3", "timezone": ZONE, "verdict": "ok", "counts": {"ok": 4}}
    for days in (1, 20, 40):
        archive.keep(inspected | {"made_at": (NOW - timedelta(days=days)).isoformat()}, {})
    archive.keep(inspected | {"made_at": NOW.isoformat()}, {})
    told = made("month", store, archive)["inspection"]
    assert told["made_at"] == (NOW - timedelta(days=1)).isoformat()


def test_days_that_the_recorder_has_forgotten_are_known_from_the_daily_reports(store: Store, archive: Archive) -> None:
    month = made("month", store, archive)
    old = month | {"kind": "day", "made_at": "2026-02-11T00:30:00+00:00"}
    old["figures"] = {"cameras": [{"device": "gate", "days": [["2026-02-10", 0.5]]}]}
    archive.keep(old, {})
    again = made("month", store, archive)
    now, then = (one["figures"]["all"]["recorded"] for one in (again, month))
    assert now["judged_seconds"] == then["judged_seconds"] + 86400
    assert now["good_seconds"] == then["good_seconds"] + 43200


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["day", "week", "month"])
def test_every_report_in_every_form_and_language(kind: str, language: str, store: Store, archive: Archive) -> None:
    document = made(kind, store, archive)
    page = rendered(document, "html", language).decode()
    assert "<script" not in page
    assert "%(" not in page
    assert ("在线率" if language == "zh" else "Online rate") in page
    assert ("DS-2CD2T47" in page) is (kind != "day")
    assert json.loads(rendered(document, "json", language)) == json.loads(json.dumps(document))
    text = rendered(document, "csv", language).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'" + HOSTILE in cells, "a name that a spreadsheet would run is disarmed"
    assert not any(cell.startswith(("=", "@", "+")) for cell in cells)
    moments = [cell for cell in cells if "T" in cell and cell[:4].isdigit()]
    assert all(cell.endswith("+08:00") and len(cell) == 25 for cell in moments), "by the clock of the site"
    assert moments or kind == "day"


def test_a_chinese_report_has_no_english_words_of_ours(store: Store, archive: Archive) -> None:
    page = rendered(made("month", store, archive), "html", "zh").decode()
    for english in ("Online", "faults", "Fault", "repair", "Camera", "Customer", "median"):
        assert english not in page.partition("</style>")[2], english


def test_the_headline_says_what_matters_in_one_line(store: Store, archive: Archive) -> None:
    assert headline(made("day", store, archive), "zh") == ("第三中学 · 故障日报", "1 起故障 · 1 起尚未修复")
    quiet = made("day", store, archive, NOW - timedelta(days=6))
    assert headline(quiet, "en")[1] == "No fault in this period"


def test_reports_are_never_overwritten(store: Store, archive: Archive) -> None:
    document = made("day", store, archive)
    first = archive.keep(document, shown(document, "zh"))
    second = archive.keep(document | {"note": "again"}, shown(document, "zh"))
    assert {one.name for one in archive.kept("school-3")} == {first.name, second.name}
    assert archive.load(first) == json.loads(json.dumps(document))
    assert first.endings == ("html", "csv", "json")


@pytest.mark.parametrize("name", ["../cctv.sqlite", "/etc/passwd", "day.html", "", ".."])
def test_only_kept_files_can_be_asked_for(name: str, store: Store, archive: Archive) -> None:
    document = made("day", store, archive)
    kept = archive.keep(document, shown(document, "zh"))
    assert archive.file("school-3", f"{kept.name}.html")
    assert archive.file("school-3", name) is None
    assert archive.file("..", name) is None
    assert datetime.fromisoformat(document["made_at"]) == NOW.astimezone(UTC)
