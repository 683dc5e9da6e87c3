"""History: how findings become spans, spans become days, and how small a year of a thousand cameras stays."""

import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import FaultKind, Finding, Key, Subject, Verdict
from monitor.store import Store, spans, tidying
from monitor.store.spans import Span, begin, grow

START = datetime(2026, 1, 1, tzinfo=UTC)
GATE = Key("school", "gate")
SUBJECT = Subject(GATE, "rtsp")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def finding(minute: float, verdict: Verdict = Verdict.OK, fault: FaultKind | None = None) -> Finding:
    return Finding(GATE, "rtsp", verdict, fault, f"minute {minute}", START + minute * MINUTE)


def grown(*minutes: float) -> Span | None:
    span: Span | None = begin(finding(minutes[0]))
    for minute in minutes[1:]:
        assert span is not None
        span = grow(span, finding(minute))
    return span


def test_like_findings_are_one_span() -> None:
    assert grown(0, 1, 2, 3) == Span(SUBJECT, Verdict.OK, None, "minute 3", START, START + 3 * MINUTE, 4)


def test_another_verdict_or_another_fault_begins_a_new_one() -> None:
    assert grow(begin(finding(0)), finding(1, Verdict.UNKNOWN)) is None
    stalled = begin(finding(0, Verdict.FAULT, FaultKind.STALLED))
    assert grow(stalled, finding(1, Verdict.FAULT, FaultKind.BLACK)) is None


@pytest.mark.parametrize(
    ("minutes", "whole"),
    [
        ((0, 1, 2, 12), True),  # a short silence
        ((0, 1, 2, 14), False),  # a hole in the watch is not covered up
        ((0, 15, 30, 45), True),  # looked at every quarter of an hour
        ((0, 15, 30, 74), True),
        ((0, 15, 30, 76), False),
        ((0, 1440), True),  # the second look teaches the pace
    ],
)
def test_a_hole_in_the_watch_ends_a_span(minutes: tuple[float, ...], whole: bool) -> None:
    assert (grown(*minutes) is not None) is whole


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def] # a pytest generator fixture
    opened = Store(tmp_path / "cctv.sqlite")
    yield opened
    opened.close()


def history(connection: sqlite3.Connection) -> list[Span]:
    return list(spans.between(connection, GATE, START, START + 400 * DAY))


def test_spans_come_back_by_time_and_a_good_one_needs_no_reason(store: Store) -> None:
    good = Span(SUBJECT, Verdict.OK, None, "fine", START, START + DAY, 1440)
    bad = Span(SUBJECT, Verdict.FAULT, FaultKind.BLACK, "dark", START + DAY, START + 2 * DAY, 1440)
    store.write(spans.save, [bad, good])
    (first, second) = store.read(history)
    assert (first.verdict, first.reason, first.count) == (Verdict.OK, "", 1440)
    assert second == bad
    assert list(store.read(lambda c: list(spans.between(c, GATE, START + 1.5 * DAY, START + 3 * DAY)))) == [bad]


def test_spans_of_long_ago_become_days_and_nothing_is_counted_twice(store: Store) -> None:
    noon = START + DAY / 2
    store.write(
        spans.save,
        [
            Span(SUBJECT, Verdict.OK, None, "", noon, noon + DAY, 1440),
            Span(SUBJECT, Verdict.FAULT, FaultKind.BLACK, "dark", noon + 1.1 * DAY, noon + 1.2 * DAY, 100),
            Span(SUBJECT, Verdict.OK, None, "", START + 100 * DAY, START + 101 * DAY, 1440),
        ],
    )
    now = START + 120 * DAY
    assert [store.write(tidying.tidy, now), store.write(tidying.tidy, now)] == [2, 0]
    assert [span.first for span in store.read(history)] == [START + 100 * DAY]
    days = store.read(lambda c: list(tidying.days(c, GATE, START, START + 10 * DAY)))
    assert [(one.ok, one.fault, one.looks) for one in days] == [(43200, 0, 1440), (43200, pytest.approx(8640), 100)]


def test_a_year_of_a_thousand_cameras_stays_under_a_gigabyte(store: Store) -> None:
    """Ten cameras over 120 days, each of three subjects changing its answer 20 times a day; then scaled."""
    cameras, subjects, changes, watched = 10, 3, 20, 120
    dice = random.Random(1)
    for camera in range(cameras):
        for probe in ("rtsp", "picture", "onvif")[:subjects]:
            store.write(spans.save, list(_restless(Subject(Key("s", f"c{camera}"), probe), changes, watched, dice)))
    full = _used(store)
    rows = cameras * subjects * changes * watched
    now = START + watched * DAY
    while store.write(tidying.tidy, now):
        pass
    kept_days = watched - tidying.KEEP_SPANS.days
    left = store.read(lambda c: c.execute("SELECT count(*) FROM span").fetchone()[0])
    assert left == pytest.approx(rows * tidying.KEEP_SPANS.days / watched, rel=0.01)
    span_bytes = full / rows
    day_bytes = (_used(store) - left * span_bytes) / (cameras * subjects * kept_days)
    year = 1000 * subjects * (tidying.KEEP_SPANS.days * changes * span_bytes + 365 * max(day_bytes, 40.0))
    print(f"{span_bytes:.0f} bytes a span, a year of 1,000 restless cameras: {year / 1e6:.0f} MB")
    assert year < 1e9


def _restless(subject: Subject, changes: int, watched: int, dice: random.Random):  # type: ignore[no-untyped-def] # test
    step = DAY / changes
    for number in range(changes * watched):
        first = START + number * step + timedelta(seconds=dice.random())
        bad = number % 2
        fault = FaultKind.RECORDER_UNREACHABLE if bad else None
        reason = f"no answer within 3.{number} s from the device after {number} tries, as it was seen by the look"
        yield Span(subject, Verdict.FAULT if bad else Verdict.OK, fault, reason, first, first + 0.9 * step, 65)


def _used(store: Store) -> float:
    """Bytes in pages that hold something."""

    def used(connection: sqlite3.Connection) -> int:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size

    return float(store.read(used))
