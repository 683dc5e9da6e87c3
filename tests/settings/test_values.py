"""The ways of writing a value."""

import pytest
from pydantic import TypeAdapter, ValidationError

from monitor.model import ScheduleBlock
from monitor.settings.values import Cron, Duration, Identifier, Mask, TimeOfDay, Weekday, schedule_blocks, split_login


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (60, 60.0),
        ("60", 60.0),
        ("1.5", 1.5),
        ("500ms", 0.5),
        ("60s", 60.0),
        ("5m", 300.0),
        ("1.5h", 5400.0),
        ("1h30m", 5400.0),
        ("1d", 86400.0),
        (0, 0.0),
    ],
)
def test_durations(written: object, seconds: float) -> None:
    assert TypeAdapter(Duration).validate_python(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        *[(Duration, word) for word in ("", "s", "5 m", "5M", "1w", "-5s", -5, "five")],
        *[(Identifier, word) for word in ("", "Gate", "-a", ".a", "a b", "a/b", "门", "a" * 65, 1.5)],
        *[(TimeOfDay, word) for word in ("", "8", "8:5", "25:00", "24:01", "08:60", "08:00:00")],
        *[(Weekday, word) for word in ("", "mo", "moonday", "mondays", "1")],
        *[(Cron, word) for word in ("", "* * * *", "* * * * * *", "0 9 * * mon;x")],
        *[(Mask, mask) for mask in ([0, 0, 1], [0, 0, 1, 1.1], [0.5, 0, 0.5, 1], [0, 1, 1, 0], "0 0 1 1")],
    ],
)
def test_what_is_refused(kind: object, written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(written)


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        *[(Identifier, word, word) for word in ("a", "0", "nvr-1", "a.b_c-d", "a" * 64)],
        (Identifier, 7, "7"),
        (TimeOfDay, "8:05", "08:05"),
        (TimeOfDay, "24:00", "24:00"),
        (Weekday, "Fri", "friday"),
        (Weekday, "sunday", "sunday"),
        (Cron, "*/5 9-17 * * mon-fri", "*/5 9-17 * * mon-fri"),
        (Mask, [0, 0, 0.5, 1], (0.0, 0.0, 0.5, 1.0)),
    ],
)
def test_what_is_read(kind: object, written: object, read: object) -> None:
    assert TypeAdapter(kind).validate_python(written) == read


@pytest.mark.parametrize(
    ("written", "blocks"),
    [
        ("mon 08:00-18:00", [(0, 480, 1080)]),
        ("fri-mon 00:00-24:00", [(4, 0, 1440), (5, 0, 1440), (6, 0, 1440), (0, 0, 1440)]),
        ("sat 22:00-06:00", [(5, 1320, 1440), (6, 0, 360)]),
        ("sun 22:00-06:00", [(6, 1320, 1440), (0, 0, 360)]),
        ("tue 20:00-00:00", [(1, 1200, 1440)]),
    ],
)
def test_recording_times(written: str, blocks: list[tuple[int, int, int]]) -> None:
    assert schedule_blocks(written) == [ScheduleBlock(*block) for block in blocks]


def test_a_day_of_every_week() -> None:
    assert {block.weekday for block in schedule_blocks("daily 08:00-18:00")} == set(range(7))


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("rtsp://h/s", ("rtsp://h/s", None, None)),
        ("rtsp://u@h/s", ("rtsp://h/s", "u", None)),
        ("rtsp://u:@h/s", ("rtsp://h/s", "u", "")),
        ("rtsp://u:p:q@h:1/s?a=b@c", ("rtsp://h:1/s?a=b@c", "u", "p:q")),
        ("rtsp://%75:%C3%A9@h/", ("rtsp://h/", "u", "é")),
    ],
)
def test_a_login_is_taken_out_of_an_address(url: str, parts: tuple[str, str | None, str | None]) -> None:
    assert split_login(url) == parts
