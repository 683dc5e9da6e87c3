"""Path patterns: what they find, what they leave, what they refuse."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from monitor.retention import instants
from monitor.retention.layout import LayoutError, compile_layout
from monitor.retention.records import by_folder


def listing(*records: str) -> bytes:
    return by_folder("".join(f"{record}\0" for record in records).encode())


def start_of(layout: str, path: str, channel: str = "gate") -> str | None:
    parsed = compile_layout(layout, [channel]).parse(listing(f"1790000000 7 {path}"))
    return datetime.fromtimestamp(parsed.walls[0], UTC).isoformat() if len(parsed) else None


@pytest.mark.parametrize(
    ("layout", "path", "start"),
    [
        ("/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4", "/video/gate/2026-11-08/07/59.30.mp4", "2026-11-08T07:59:30+00:00"),
        ("/rec/%Y-%m-%d/%H/{camera}/%M.%S.mp4", "/rec/2026-11-08/07/gate/59.30.mp4", "2026-11-08T07:59:30+00:00"),
        (
            "/r/{camera}/%Y-%m-%d_%H-%M-%S-%f.mp4",
            "/r/gate/2026-11-08_07-59-30-25.mp4",
            "2026-11-08T07:59:30.250000+00:00",
        ),
        ("/r/{camera}/%s.m4s", "/r/gate/1790000000.m4s", "2026-09-21T14:13:20+00:00"),
        ("/r/{camera}/%y%j/%H%M*.ts", "/r/gate/26312/0759-motion.ts", "2026-11-08T07:59:00+00:00"),
        ("/r/{camera}/%Y/%Y-%m/%F/%T.mp4", "/r/gate/2026/2026-11/2026-11-08/07:59:30.mp4", "2026-11-08T07:59:30+00:00"),
        ("/r/*/{camera}_100%%_%Y%m%d.mp4", "/r/any thing/gate_100%_20261108.mp4", "2026-11-08T00:00:00+00:00"),
        ("/r/{camera}/{camera}-%Y%m%d%H%M.mp4", "/r/gate/gate-202611080759.mp4", "2026-11-08T07:59:00+00:00"),
        ("/r/{camera}/{camera}-%Y%m%d%H-{camera}.mp4", "/r/gate/gate-2026110807-gate.mp4", "2026-11-08T07:00:00+00:00"),
        (
            "/r/{camera}_%Y%m%d%H%M%S_%Y%m%d%H%M%S.avi",  # start and end
            "/r/gate_20261108075930_20261108085930.avi",
            "2026-11-08T07:59:30+00:00",
        ),
        (
            "/r/%F/{camera}/%H.%M.%S-%H.%M.%S*.dav",
            "/r/2026-11-08/gate/07.59.30-08.00.00[R].dav",
            "2026-11-08T07:59:30+00:00",
        ),
        ("/r/{camera}/%s_%s.mkv", "/r/gate/1790000000_1790003600.mkv", "2026-09-21T14:13:20+00:00"),
        ("/r/{camera}/%s*.mkv", "/r/gate/1790000000123.mkv", "2026-09-21T14:13:20+00:00"),  # milliseconds
        ("/r/{camera}/%s%f.mkv", "/r/gate/1790000000250.mkv", "2026-09-21T14:13:20.250000+00:00"),
        ("/%Y%m%d%H.mp4", "/2026110807.mp4", "2026-11-08T07:00:00+00:00"),
        ("/r/%f/%Y%m%d.mp4", "/r/25/20261108.mp4", "2026-11-08T00:00:00.250000+00:00"),
    ],
)
def test_a_name_gives_its_start(layout: str, path: str, start: str) -> None:
    assert start_of(layout, path) == start


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        ("/r/{camera}/%Y-%m-%d.mp4", "/r/yard/2026-11-08.mp4"),  # another camera
        ("/r/{camera}/%Y-%m-%d.mp4", "/r/gate/2026-02-30.mp4"),  # no such day
        ("/r/{camera}/%Y-%m-%d.mp4", "/r/gate/2026-13-01.mp4"),
        ("/r/{camera}/%Y-%m-%d/%H.mp4", "/r/gate/2026-11-08/24.mp4"),
        ("/r/{camera}/%Y-%m-%d.mp4", "/r/gate/2026-11-08.jpg"),
        ("/r/{camera}/%Y/%Y-%m-%d.mp4", "/r/gate/2025/2026-11-08.mp4"),  # the same field, two values
        ("/r/{camera}/*/%Y-%m-%d.mp4", "/r/gate/a/b/2026-11-08.mp4"),  # * stays within one part
        ("/r/{camera}/{camera}-%Y%m%d.mp4", "/r/gate/yard-20261108.mp4"),  # two cameras in one path
        ("/r/{camera}/%Y-%m-%d.mp4", "2/2026-11-08.mp4"),  # half a name
        ("/r/{camera}/%Y-%m-%d.mp4", "/r/gate/x 2026-11-08.mp4"),
    ],
)
def test_what_does_not_match_is_only_counted(layout: str, path: str) -> None:
    parsed = compile_layout(layout, ["gate"]).parse(listing(f"1790000000 7 {path}"))
    assert (len(parsed), parsed.listed) == (0, 1)


def test_a_file_that_lies_less_deep_than_the_folder_named_before_it_is_not_in_that() -> None:
    """find lists what lies beside a folder after what lies in it, and says how deep each is."""
    layout = compile_layout("/r/{camera}/%Y-%m-%d/%H.mp4", ["gate"])
    found = layout.parse(b"0 1 1/07.mp4\0/r/gate/2026-11-08\x000 1 2/08.mp4\x000 1 1/09.mp4\0")
    assert [found.paths[index] for index in range(len(found))] == [b"/r/gate/2026-11-08/08.mp4"]
    assert found.listed == 3


def test_columns_agree_with_one_expression_a_record() -> None:
    """Many shapes at once: lengths of sizes and cameras, strangers between."""
    layout = compile_layout("/r/{camera}/%Y-%m-%d/*%H.%M.mp4", ["a", "bb", "cc"])
    random = np.random.default_rng(3)
    records = []
    for _ in range(3000):
        camera = random.choice(["a", "bb", "cc", "stranger"])
        day, hour, minute, size = random.integers((1, 0, 0, 0), (32, 24, 60, 10 ** random.integers(1, 9)))
        extra = random.choice(["", "x", "motion-"])
        mtime = f"1790000000{random.choice(['', '.1234'])}"
        records.append(f"{mtime} {size} /r/{camera}/2026-11-{day:02}/{extra}{hour:02}.{minute:02}.mp4")
    text = listing(*records)
    parsed = layout.parse(text)
    found = {
        (layout.channels[channel], wall, size, parsed.paths[index].decode(), parsed.folder_names[folder].decode())
        for index, (channel, wall, size, folder) in enumerate(
            zip(parsed.channels, parsed.walls, parsed.sizes, parsed.folders, strict=True)
        )
    }
    wanted = set()
    for record in records:
        match = re.fullmatch(
            r"\S+ (?P<size>\d+) (?P<path>/r/(?P<camera>a|bb|cc)/2026-11-(?P<d>\d\d)/\D*(?P<H>\d\d)\.(?P<M>\d\d)\.mp4)",
            record,
        )
        if match is None or int(match["d"]) > 30:
            continue
        moment = datetime(2026, 11, int(match["d"]), int(match["H"]), int(match["M"]), tzinfo=UTC).timestamp()
        path = match["path"]
        wanted.add((match["camera"], moment, float(match["size"]), path, path.rpartition("/")[0]))
    assert found == wanted
    assert parsed.listed == 3000


@pytest.mark.parametrize(
    ("layout", "channels", "words"),
    [
        ("video/{camera}/%s.mp4", ["a"], "must be an absolute path"),
        ("/video/{camera}/%H.mp4", ["a"], "names no date"),
        ("/video/{camera}/%Q%s.mp4", ["a"], "%Q, which is not one of"),
        ("/video/%s.mp4", ["a", "b"], "has no {camera}"),
        ("/video/{camera}/{channel}/%s.mp4", ["a"], "has {channel}: only"),
        ("/video/%Y%m%d/{camera}.mp4", ["cams/a"], "before the first field"),
    ],
)
def test_a_pattern_that_cannot_work_says_what_to_write(layout: str, channels: list[str], words: str) -> None:
    with pytest.raises(LayoutError, match=words.replace("{", r"\{")):
        compile_layout(layout, channels)


def test_roots_and_depth() -> None:
    own = compile_layout("/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4", ["a", "b/c"])
    assert (own.roots(), own.depth) == (("/video/a", "/video/b/c"), 2)
    shared = compile_layout("/rec/%Y-%m-%d/%H/{camera}/%M.%S.mp4", ["a", "b"])
    assert (shared.roots(), shared.depth) == (("/rec",), 3)
    assert compile_layout("/flat/{camera}-%s.mp4", ["a"]).depth == 0


def test_a_path_that_cannot_hold_recordings_does_not_matter() -> None:
    layout = compile_layout("/video/{camera}/%Y-%m-%d/%H.mp4", ["gate"])
    assert layout.may_hold(b"/video/gate/2026-11-08")
    assert not layout.may_hold(b"/video/lost+found")


def test_the_hour_that_autumn_repeats_is_told_by_the_file_times() -> None:
    """Berlin, 25 October 2026: 02:00 to 03:00 happens twice."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    truth = np.array([first, first + 3600, first + 7200])
    walls = truth + np.array([7200, 3600, 3600])
    assert instants.to_utc(walls, truth + 900, "Europe/Berlin").tolist() == truth.tolist()


def test_spring_skips_an_hour_and_nothing_is_lost() -> None:
    start = datetime(2026, 3, 29, 0, 0, tzinfo=UTC).timestamp()
    truth = start + np.arange(8) * 900.0
    walls = np.array(
        [datetime.fromtimestamp(t, ZoneInfo("Europe/Berlin")).replace(tzinfo=UTC).timestamp() for t in truth.tolist()]
    )
    assert instants.to_utc(walls, truth + 900, "Europe/Berlin").tolist() == truth.tolist()


def test_ends_come_from_file_times_where_they_fit_and_else_from_the_next_file() -> None:
    starts = np.arange(10) * 600.0 + 1000.0
    now = 1000.0 + 6000
    assert instants.ends(starts, starts + 590, "auto", now).tolist() == (starts + 590).tolist()
    copied = np.full(10, now)
    made = instants.ends(starts, copied, "auto", now)
    assert made[:-1].tolist() == starts[1:].tolist()
    assert np.isnan(made[-1])  # may still be written
    assert instants.ends(starts, copied, 300.0, now).tolist() == (starts + 300).tolist()
    hole = np.delete(starts, 5)
    assert instants.ends(hole, np.full(9, now), "auto", now)[4] == hole[4] + 600  # not up to the file after the hole


@pytest.mark.parametrize(
    ("lengths", "apart"),
    [
        ((600.0, 600.0), 2.0),
        ((600.0, 610.0), 0.0),
        ((600.0, 600.0), 250.0),
        ((3600.0, 3600.0), 2.0),
        ((60.0, 60.0), 7.0),
    ],
)
@pytest.mark.parametrize("count", [200, 201])
def test_two_streams_in_one_folder_overlap_and_leave_no_gap(
    lengths: tuple[float, float], apart: float, count: int
) -> None:
    begins = [number * lengths[0] for number in range(count // 2)], [apart + n * lengths[1] for n in range(count // 2)]
    starts = np.array([*begins[0], *begins[1], *([lengths[0] * (count // 2)] if count % 2 else [])])
    mtimes = starts + np.array([lengths[0]] * (count // 2) + [lengths[1]] * (count // 2) + [lengths[0]] * (count % 2))
    order = np.argsort(starts, kind="stable")
    starts, mtimes = starts[order], mtimes[order]
    made = instants.ends(starts, mtimes, "auto", 1e9)
    assert made.tolist() == mtimes.tolist()
    assert instants.name_shift(starts, mtimes, instants.typical_length(starts, mtimes)) == 0.0


def test_files_that_were_moved_later_do_not_end_when_they_were_moved() -> None:
    """Every quarter of an hour, without keeping their times."""
    starts = np.arange(300) * 60.0
    moved = np.ceil((starts + 61) / 900) * 900
    assert instants.ends(starts, moved, "auto", 1e9)[:-1].tolist() == starts[1:].tolist()


def test_names_of_another_zone_are_noticed() -> None:
    starts = np.arange(20) * 600.0
    assert instants.name_shift(starts, starts + 600, 600.0) == 0.0
    assert instants.name_shift(starts + 8 * 3600, starts + 600, 600.0) == 8 * 3600.0
    assert instants.name_shift(starts, np.full(20, 50_000.0), 600.0) == 0.0  # a copy, not a zone


@pytest.mark.parametrize(
    ("pattern", "places"),
    [
        ("/disk*/{camera}/%Y-%m-%d.mp4", ("/disk1", "/disk2")),
        ("/mnt/*/video/{camera}/%Y-%m-%d.mp4", ("/mnt/a",)),
        ("/video/{camera}/*/%Y-%m-%d.mp4", ()),
        ("/none*/{camera}/%Y-%m-%d.mp4", ()),
    ],
)
def test_every_disk_that_a_star_stands_for_is_looked_at(pattern: str, places: tuple[str, ...]) -> None:
    folders = ["/disk1/gate", "/disk2/gate", "/disk2/yard", "/mnt/a/video/gate", "/mnt/b/other/gate", "/video/gate/x"]
    assert compile_layout(pattern, ["gate"]).places(folders) == places
