"""A recorder's recordings as people see them: one row per camera, one cell per day. Plain values, no markup."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.board import Board, DeviceState
from monitor.model import Channel, Facts, FaultKind, Key, Standing, Target, Verdict
from monitor.retention.verdict import certainty

HALF = 0.5
"""Below this share a day counts as mostly lost."""
NOTHING = 0.001
SHOWN = 50
"""Gaps of one camera: the longest."""
SPOKEN_OF = 100
"""Of more cameras than this only those with something to say are spoken of one by one."""


@dataclass(frozen=True, slots=True)
class Gap:
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one camera. ``share`` 0 to 1, None = nothing was expected or the day is not known."""

    date: date
    share: float | None
    level: str  # full, part, little, none, blank
    gaps: tuple[Gap, ...]
    required_from: bool  # the agreed days begin here

    @property
    def percent(self) -> int:
        """Rounded down, so that only a whole day says 100."""
        return int((self.share or 0.0) * 100 + 1e-6)


@dataclass(frozen=True, slots=True)
class Row:
    """One camera. Times are in the site's zone; None = not known, never zero."""

    key: Key
    name: str
    verdict: Verdict
    fault: FaultKind | None
    reason: str
    known: bool  # there is a device of that name to look at
    facts: Facts
    cells: tuple[Cell, ...]
    gaps: tuple[Gap, ...]
    oldest: datetime | None
    newest: datetime | None
    certainty: float | None  # that less than 5 % of the recordings are bad, 0 to 1
    seen: datetime | None
    suspected: FaultKind | None  # seen, not yet confirmed

    def on(self, day: date) -> Cell | None:
        return next((cell for cell in self.cells if cell.date == day), None)

    @property
    def gaps_count(self) -> int:
        """All gaps, those that are not shown included."""
        return int(self.facts.get("gaps_count") or len(self.gaps))

    @property
    def older_days(self) -> float:
        """Days kept beyond the agreed ones."""
        return max(0.0, (self.facts.get("span_days") or 0.0) - (self.facts.get("required_days") or 0.0))


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows of one recorder over the same days."""

    dates: tuple[date, ...]
    rows: tuple[Row, ...]

    @property
    def told(self) -> tuple[Row, ...]:
        """Those to speak of one by one; of very many, those with something to say."""
        if len(self.rows) <= SPOKEN_OF:
            return self.rows
        return tuple(row for row in self.rows if row.verdict is not Verdict.OK or row.suspected or row.gaps)

    @property
    def good(self) -> int:
        return sum(row.verdict is Verdict.OK for row in self.rows)


def sheet(board: Board, target: Target) -> Sheet:
    """The cameras of a recorder, in the order of the configuration."""
    return _over_days([_row(board, target, channel) for channel in target.channels])


def sheet_of_camera(board: Board, target: Target) -> Sheet | None:
    """The one row of a camera that is recorded; None for any other device."""
    recorder = board.devices.get(Key(target.key.site, target.recorder)) if target.recorder else None
    found = [one for one in recorder.target.channels if one.camera == target.key.device] if recorder else []
    return _over_days([_row(board, recorder.target, found[0])]) if recorder and found else None


def recorders(board: Board, site: str) -> list[tuple[Key, str, int, int]]:
    """Each recorder of a site: key, name, cameras whose recordings are in order, cameras in all."""
    states = [state for key, state in sorted(board.devices.items()) if key.site == site]
    return [_counted(board, state.target) for state in states if state.target.role == "recorder"]


def disks(state: DeviceState) -> list[dict[str, Any]]:
    """As the newest look that could read them saw them, each with its size and free share where known."""
    facts = _recorder_facts(state)
    return [dict(disk, free_share=_share(disk.get("free"), disk.get("size"))) for disk in facts.get("disks") or ()]


def clock_offset(state: DeviceState) -> float | None:
    """Seconds the recorder's clock is ahead of ours."""
    offset = _recorder_facts(state).get("clock_offset_seconds")
    return float(offset) if offset is not None else None


def _recorder_facts(state: DeviceState) -> Facts:
    standing = state.standings.get(("recorder", ""))
    return standing.last.facts if standing else {}


def _counted(board: Board, target: Target) -> tuple[Key, str, int, int]:
    states = [_standing(board, Key(target.key.site, one.camera)) for one in target.channels]
    good = sum(one is not None and one.verdict is Verdict.OK for one in states)
    return target.key, target.name or target.key.device, good, len(states)


def _standing(board: Board, key: Key) -> Standing | None:
    state = board.devices.get(key)
    return state.standings.get(("recording", "")) if state else None


def _row(board: Board, recorder: Target, channel: Channel) -> Row:
    key = Key(recorder.key.site, channel.camera)
    state, standing = board.devices.get(key), _standing(board, key)
    facts = standing.last.facts if standing else {}
    gaps = _longest(
        Gap(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in facts.get("gaps") or ()
    )
    checked, bad = facts.get("samples_checked"), facts.get("samples_bad")
    return Row(
        key,
        (state.target.name if state else "") or channel.camera,
        standing.verdict if standing else Verdict.UNKNOWN,
        standing.fault if standing else None,
        standing.last.reason if standing else "",
        state is not None,
        facts,
        tuple(_cells(facts, gaps, channel, recorder.timezone)),
        gaps,
        _moment(facts.get("oldest")),
        _moment(facts.get("newest")),
        certainty(checked) if checked and not bad else None,
        standing.last.at if standing else None,
        standing.last.fault if standing and standing.verdict is not Verdict.FAULT else None,
    )


def _longest(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """As many as a person may want to read, in the order of time."""
    longest = sorted(gaps, key=lambda gap: gap.seconds, reverse=True)[:SHOWN]
    return tuple(sorted(longest, key=lambda gap: gap.start))


def _cells(facts: Facts, gaps: Sequence[Gap], channel: Channel, timezone: str) -> Iterator[Cell]:
    full = channel.limits.recording.day_coverage_warn
    for number, (text, share) in enumerate(facts.get("days") or ()):
        day = date.fromisoformat(text)
        yield Cell(day, share, _level(share, full), tuple(_on(day, gaps, timezone)), number == 0)


def _level(share: float | None, full: float) -> str:
    if share is None:
        return "blank"
    steps = ((full, "full"), (HALF, "part"), (NOTHING, "little"))
    return next((level for least, level in steps if share >= least), "none")


def _on(day: date, gaps: Iterable[Gap], timezone: str) -> Iterator[Gap]:
    """The parts of the gaps that lie on a day of the wall clock."""
    zone = ZoneInfo(timezone)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), start.timetz())
    for gap in gaps:
        if gap.start < end and gap.end > start:
            yield Gap(max(gap.start, start), min(gap.end, end))


def _over_days(rows: Sequence[Row]) -> Sheet:
    """The rows over every day that any of them has."""
    dates = tuple(sorted({cell.date for row in rows for cell in row.cells}))
    return Sheet(dates, tuple(rows))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None
