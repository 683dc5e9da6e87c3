"""What is remembered between looks: settled days are not asked for again but for two; nothing is lost or doubled."""

import random

from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, ChannelRecordings, Deadline, Outcome, Segment
from monitor.protocols.errors import DeviceError
from monitor.retention.listing import DAY, Days, Known, Piece, merged, read_channel, read_channels

START = 20_000 * DAY
CHANNEL = Channel("gate", "1", limits=Limits(recording=RecordingLimits(retention_days=3.0)))


class Tape:
    """A recorder in memory: files of ten minutes, the last one still growing."""

    shift = 0.0

    def __init__(self) -> None:
        self.now = START + 5 * DAY
        self.asked: list[tuple[float, float]] = []
        self.holes: list[tuple[float, float]] = []

    async def segments(self, channel: str, start: float, end: float) -> list[Segment]:
        self.asked.append((start, end))
        files = [Segment(at, min(at + 600.0, self.now), 100) for at in _steps(START, self.now)]
        kept = [one for one in files if not any(a <= one.start < b for a, b in self.holes)]
        return [one for one in kept if one.start < end and one.end > start]


def _steps(start: float, end: float) -> list[float]:
    return [start + 600.0 * number for number in range(int((end - start) // 600) + 1) if start + 600.0 * number < end]


def hours(segments: tuple[Segment, ...]) -> float:
    return sum(one.end - one.start for one in segments) / 3600


async def test_nothing_is_lost_or_doubled_over_two_days_of_looks():
    tape, days = Tape(), Days()
    for step in range(48):
        tape.now = START + 5 * DAY + step * 3600.0 + random.randrange(600)
        segments = await read_channel(tape, CHANNEL, days, tape.now)
        whole = (tape.now - min(one.start for one in segments)) / 3600
        assert abs(hours(segments) - whole) < 0.01
        sizes = sum(one.size for one in segments)
        assert abs(sizes - whole * 600) <= 200


async def test_a_warm_look_asks_for_today_the_oldest_day_and_one_at_random():
    tape, days = Tape(), Days()
    await read_channel(tape, CHANNEL, days, tape.now)
    tape.asked.clear()
    tape.now += 600
    await read_channel(tape, CHANNEL, days, tape.now)
    assert len(tape.asked) <= 4
    assert sum(min(end, tape.now) - start for start, end in tape.asked) < 2.2 * DAY


async def test_days_deleted_from_the_oldest_end_are_noticed_at_once_however_many():
    tape, days = Tape(), Days()
    await read_channel(tape, CHANNEL, days, tape.now)
    tape.holes = [(0.0, tape.now - DAY)]
    segments = await read_channel(tape, CHANNEL, days, tape.now)
    assert min(one.start for one in segments) >= tape.now - DAY


async def test_days_read_under_another_clock_are_left_as_they_were():
    tape, days = Tape(), Days()
    await read_channel(tape, CHANNEL, days, tape.now)
    tape.shift = 3600.0
    tape.holes = [(0.0, tape.now - DAY)]
    segments = await read_channel(tape, CHANNEL, days, tape.now)
    assert min(one.start for one in segments) < tape.now - 2 * DAY


async def test_one_channel_that_fails_leaves_the_others_and_a_dead_recorder_is_not_asked_on():
    async def read(channel: Channel, days: Days) -> tuple[Segment, ...]:
        asked.append(channel.channel)
        if channel.channel in failing:
            raise DeviceError(failing[channel.channel], "so it is")
        return ()

    channels = [Channel(name, name) for name in ("1", "2", "3")]
    asked: list[str] = []
    failing = {"2": Outcome.SERVER_ERROR}
    made = await read_channels(read, channels, Known("x"), Deadline.after(9))
    assert [one.unread for one in made] == ["", "so it is", ""]
    asked.clear()
    failing = {"2": Outcome.TIMEOUT}
    made = await read_channels(read, channels, Known("x"), Deadline.after(9))
    assert asked == ["1", "2"]
    assert made[2] == ChannelRecordings("3", None, "so it is")


def test_pieces_that_touch_are_one_and_an_unknown_size_stays_unknown():
    pieces = [Piece(0, 10, 5), Piece(10, 20, 5), Piece(26, 30, None), Piece(30, 40, 1, "motion")]
    assert merged(pieces, 5.0) == [Piece(0, 20, 10), Piece(26, 30, None), Piece(30, 40, 1, "motion")]
    assert merged([Piece(0, 10, 5), Piece(12, 20, None)], 5.0) == [Piece(0, 20, None)]
