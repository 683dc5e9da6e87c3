"""Key figures told as stories: what happened, and what the contract's formula makes of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.model import FaultKind, Key, Verdict, Window
from monitor.reports import kpi
from monitor.reports.kpi import Rate
from monitor.reports.periods import PERIODS, Period, day_before

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
DAY = Period(MIDNIGHT, MIDNIGHT + timedelta(days=1), "UTC")
GATE = Key("school", "gate")
LETTERS = {
    "o": (Verdict.OK, None),
    "-": (Verdict.FAULT, FaultKind.UNREACHABLE),
    "a": (Verdict.FAULT, FaultKind.AUTH_FAILED),
    "l": (Verdict.FAULT, FaultKind.LOW_FRAME_RATE),
    "b": (Verdict.FAULT, FaultKind.BLACK),
    "?": (Verdict.UNKNOWN, None),
}


@dataclass(frozen=True)
class Span:
    verdict: Verdict
    fault: FaultKind | None
    first: datetime
    last: datetime
    count: int


def story(text: str) -> list[Span]:
    """``o6 -2 o16``: hours of ok, unreachable, ok, looked at every minute; a space between = nothing in between."""
    spans, at = [], MIDNIGHT
    for word in text.split():
        end = at + timedelta(hours=float(word[1:]))
        if word[0] != "_":  # nobody looked
            spans.append(Span(*LETTERS[word[0]], at, end - timedelta(minutes=1), round(float(word[1:]) * 60)))
        at = end
    return spans


def window(start: float, end: float | None, device: str = "gate") -> Window:
    until = None if end is None else MIDNIGHT + timedelta(hours=end)
    return Window("school", device, MIDNIGHT + timedelta(hours=start), until, "new lens", "Li")


def online(text: str, *windows: Window) -> Rate:
    return kpi.online(kpi.held(story(text), DAY.end), kpi.wanted(DAY, windows, GATE))


@pytest.mark.parametrize(("what", "text", "value", "coverage"), [
    ("all day online", "o24", 1.0, 1.0),
    ("six hours dead", "o6 -6 o12", 0.75, 1.0),
    ("a refused login shows no picture", "o12 a12", 0.5, 1.0),
    ("a slow stream is online all the same", "o12 l12", 1.0, 1.0),
    ("unknown time is neither good nor bad", "o6 ?12 -6", 0.5, 0.5),
    ("time nobody looked is not judged: it only makes the sample smaller", "o6 _12 o6", 1.0, 0.5),
    ("never judged at all is not 0 % and not 100 %", "?24", None, 0.0),
    ("dead all day", "-24", 0.0, 1.0),
])  # fmt: skip
def test_online_rate(what: str, text: str, value: float | None, coverage: float) -> None:
    rate = online(text)
    assert rate.value == pytest.approx(value, abs=0.02), what
    assert rate.coverage == pytest.approx(coverage, abs=0.02), what


@pytest.mark.parametrize(("what", "windows", "value"), [
    ("no agreement: the six hours count", [], 0.75),
    ("agreed beforehand: they do not", [window(6, 12)], 1.0),
    ("half of it agreed", [window(6, 9)], 18 / 21),
    ("two windows that overlap are left out once", [window(6, 9), window(7, 10)], 18 / 20),
    ("of another device", [window(6, 12, "yard")], 0.75),
    ("of the whole site", [window(6, 12, "")], 1.0),
    ("a window nobody ended", [window(6, None)], 1.0),
])  # fmt: skip
def test_agreed_maintenance_is_left_out(what: str, windows: list[Window], value: float) -> None:
    assert online("o6 -6 o12", *windows).value == pytest.approx(value, abs=0.01), what


def intact(text: str) -> Rate:
    return kpi.intact(kpi.held(story(text), DAY.end), kpi.wanted(DAY, [], GATE))


@pytest.mark.parametrize(("what", "text", "value"), [
    ("a black picture", "o18 b6", 0.75),
    ("an offline camera is counted by the online rate, not here again", "o12 -12", 1.0),
    ("no picture to judge", "o12 ?12", 1.0),
    ("offline all day: there is no such rate", "-24", None),
])  # fmt: skip
def test_picture_intact_rate(what: str, text: str, value: float | None) -> None:
    assert intact(text).value == pytest.approx(value, abs=0.01), what


def test_a_picture_before_the_stream_stood_still_is_no_second_chance() -> None:
    """The stream stalls for the last twelve hours, six of which the first picture of each look is black."""
    stream, picture = (kpi.held(story(text), DAY.end) for text in ("o12 -12", "o18 b6"))
    rate = kpi.intact(picture, kpi.wanted(DAY, [], GATE), stream)
    assert rate.value == 1.0
    assert rate.coverage == pytest.approx(0.5, abs=0.01)


def recorded(share: float | None, gaps: list[tuple[float, float]], *windows: Window) -> Rate:
    start = MIDNIGHT.timestamp()
    holes = [(start + first * 3600, start + last * 3600) for first, last in gaps]
    shares = {} if share is None else {date(2026, 3, 4): share}
    return kpi.recorded(shares, holes, DAY, kpi.wanted(DAY, windows, GATE))


@pytest.mark.parametrize(("what", "rate", "value", "coverage"), [
    ("a whole day", recorded(1.0, []), 1.0, 1.0),
    ("six hours are missing", recorded(0.75, [(6, 12)]), 0.75, 1.0),
    ("they were agreed", recorded(0.75, [(6, 12)], window(6, 12)), 1.0, 1.0),
    ("agreed were other hours, which were recorded", recorded(0.75, [(6, 12)], window(0, 6)), 12 / 18, 1.0),
    ("not known", recorded(None, []), None, 0.0),
])  # fmt: skip
def test_recording_completeness(what: str, rate: Rate, value: float | None, coverage: float) -> None:
    assert rate.value == pytest.approx(value, abs=0.001), what
    assert rate.coverage == pytest.approx(coverage), what


def test_a_day_without_agreed_recording_is_no_missing_day() -> None:
    rate = kpi.recorded({date(2026, 3, 4): None}, [], DAY, kpi.wanted(DAY, [], GATE))
    assert (rate.value, rate.coverage) == (None, None)


def test_a_site_is_the_sum_of_its_cameras_not_the_mean_of_their_rates() -> None:
    looked_all_day, looked_an_hour = online("-24"), online("o1 _23")
    assert (looked_all_day + looked_an_hour).value == pytest.approx(1.15 / 25.15, abs=0.01)


def test_a_rate_on_half_the_time_is_still_collecting() -> None:
    assert not online("o12 _12").conclusive
    assert online("o24").conclusive


def test_a_camera_is_not_wanted_before_its_installation() -> None:
    noon = MIDNIGHT + timedelta(hours=12)
    assert kpi.wanted(DAY, [], GATE, noon) == [(noon.timestamp(), DAY.end.timestamp())]
    assert kpi.wanted(DAY, [], GATE, DAY.end + timedelta(days=1)) == []


def test_looks_a_quarter_of_an_hour_apart_hold_until_the_next_one() -> None:
    """A recorder is read seldom; its verdicts cover the time between all the same."""
    span = Span(Verdict.OK, None, MIDNIGHT, MIDNIGHT + timedelta(hours=23, minutes=45), 96)
    assert kpi.online(kpi.held([span], DAY.end), kpi.wanted(DAY, [], GATE)).coverage == pytest.approx(1.0)


@pytest.mark.parametrize(("kind", "start", "end"), [
    ("day", "2026-03-04", "2026-03-05"),
    ("week", "2026-02-26", "2026-03-05"),
    ("month", "2026-02-01", "2026-03-01"),
])  # fmt: skip
def test_periods_end_at_midnight_on_the_wall_clock_of_the_site(kind: str, start: str, end: str) -> None:
    now = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)  # already the fifth in Shanghai
    period = PERIODS[kind](now, "Asia/Shanghai")
    assert period.start.isoformat() == f"{start}T00:00:00+08:00"
    assert period.end.isoformat() == f"{end}T00:00:00+08:00"


def test_a_day_may_have_23_hours() -> None:
    period = day_before(datetime(2026, 3, 30, 12, tzinfo=UTC), "Europe/Berlin")
    assert period.end.astimezone(UTC) - period.start.astimezone(UTC) == timedelta(hours=23)
    assert [day.first_day for day in period.days()] == [date(2026, 3, 29)]
