"""The past months beside the reported one: from their reports, from the state, or not known at all."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from filled import NOW, SITE

from monitor.reports import summaries
from monitor.reports.archive import Archive
from monitor.reports.compare import Document
from monitor.reports.render import headline, rendered
from monitor.store import Store

MONTH = timedelta(days=31)


def month(store: Store, folder: Path, later: timedelta = timedelta()) -> Document:
    return summaries.make("month", SITE, store, Archive(folder), NOW + later)


def months(document: Document) -> dict[str, Document]:
    return {row["month"][:7]: row for row in document["trend"]}


def test_months_before_the_first_look_have_no_figures(store: Store, tmp_path: Path) -> None:
    document = month(store, tmp_path)
    *before, now = document["trend"]
    assert [row["month"][:7] for row in before] == ["2025-09", "2025-10", "2025-11", "2025-12", "2026-01"]
    for row in before:
        assert (row["online"]["value"], row["failures"], row["mtbf_seconds"]) == (None, None, None)
    assert now["failures"] == document["reliability"]["all"]["failures"] > 0
    assert document["watched"]["since"].startswith("2026-02-19T16:00")
    page = rendered(document, "html", "en").decode()
    assert "Watched since 20 Feb 2026, 00:00:00: what was before is in no figure." in page
    assert (
        "Watched since"
        not in rendered(summaries.make("day", SITE, store, Archive(tmp_path), NOW), "html", "en").decode()
    )


def test_a_month_without_a_report_is_counted_from_the_state(store: Store, tmp_path: Path) -> None:
    first, second = month(store, tmp_path), month(store, tmp_path, MONTH)
    assert months(second)["2026-02"] == months(first)["2026-02"]
    assert months(second)["2026-03"]["failures"] is None or second["watched"]["seconds"]


def test_a_kept_report_speaks_for_its_month_also_when_the_state_has_forgotten(store: Store, tmp_path: Path) -> None:
    first = month(store, tmp_path)
    Archive(tmp_path).keep(first, {})
    with_it = months(month(store, tmp_path, 4 * MONTH))
    assert with_it["2026-02"] == months(first)["2026-02"]


def test_a_report_of_an_earlier_version_gives_what_it_has(store: Store, tmp_path: Path) -> None:
    first = month(store, tmp_path)
    Archive(tmp_path).keep({name: first[name] for name in first if name not in ("reliability", "trend")}, {})
    row = months(month(store, tmp_path, MONTH))["2026-02"]
    assert (row["online"], row["failures"]) == (first["trend"][-1]["online"], None)


@pytest.mark.parametrize(("language", "word"), [("zh", "逐月趋势"), ("en", "Month by month")])
def test_plots_and_table_say_what_is_not_known(language: str, word: str, store: Store, tmp_path: Path) -> None:
    document = month(store, tmp_path)
    page = rendered(document, "html", language).decode()
    plots = page.partition(word)[2]
    assert plots.count('class="months"') == 6
    assert plots.count(">–</text>") == 6 * 5
    assert plots.count('class="unsure"') >= 5, "nine days of 28"
    text = rendered(document, "csv", language).decode("utf-8-sig")
    cells = {row[0]: row for row in csv.reader(io.StringIO(text)) if row}
    assert cells["2026-01"][1:] == [""] * 3 + cells["2026-01"][4:5] + [""] * 3
    assert float(cells["2026-02"][1]) == document["figures"]["all"]["online"]["value"]
    assert float(cells["DS-2CD2T47"][3]) == pytest.approx(
        document["reliability"]["models"][0]["mtbf_seconds"] / 86400, 0.01
    )


def test_a_period_in_which_nobody_looked_is_not_a_period_without_faults(store: Store, tmp_path: Path) -> None:
    document = month(store, tmp_path, -MONTH)
    assert headline(document, "zh")[1] == "本期内没有任何检测"
    page = rendered(document, "html", "en").decode()
    assert "Nothing was looked at in this period" in page
    assert "No fault in this period" not in page
