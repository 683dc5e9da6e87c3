"""Reports by the calendar: made when due, caught up after downtime, and one that fails holds up no other."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filled import SITE, Clock

from monitor.board import Board
from monitor.ledger import Ledger
from monitor.model import Evidence, Finding, Key, Memory, Outcome, Target, Verdict
from monitor.reports.archive import Archive
from monitor.reports.calendar import Calendar
from monitor.reports.commissioning import EVENT
from monitor.reports.inspection import Looked
from monitor.schedule import next_after
from monitor.settings.schema import Reports
from monitor.store import STATE_FILE, Store, events

MONDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # half past nine in Shanghai
WEEK = timedelta(days=7)


class Office:
    """A calendar with a real store and archive, and what it told."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock, self.store = folder, clock, Store(folder / STATE_FILE)
        self.archive = Archive(folder)
        self.inspected: dict[str, datetime] = {}
        self.told: list[tuple[str, str]] = []
        self.adopted: list[tuple[Key, dict[str, Memory]]] = []
        self.looks = 0
        self.calendar = self.opened()

    def opened(self) -> Calendar:
        """As after a restart of the daemon."""
        made = Calendar(self.store, self.archive, self.look, self.adopt, self.inspected.__setitem__, self.clock)
        made.configure({SITE.id: SITE}, Reports(), self.tell)
        return made

    async def look(self, targets: Sequence[Target]) -> list[Looked]:
        self.looks += 1
        return [_fine(target, self.clock.now) for target in targets]

    async def adopt(self, key: Key, baseline: dict[str, Memory]) -> None:
        self.adopted.append((key, baseline))

    async def tell(self, title: str, line: str) -> None:
        self.told.append((title, line))

    def kinds(self) -> list[str]:
        return sorted(one.kind for one in self.archive.kept(SITE.id))


def _fine(target: Target, at: datetime) -> Looked:
    finding = Finding(target.key, "rtsp", Verdict.OK, None, "fine", at)
    return Looked(target, Evidence("rtsp", at, 1.0, Outcome.SEEN, "fine"), (finding,))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    clock = Clock()
    clock.now = MONDAY - timedelta(days=2)
    made = Office(tmp_path, clock)
    yield made
    made.store.close()


async def test_the_inspection_is_made_at_its_time_and_only_once(office: Office) -> None:
    for moment in (MONDAY - timedelta(days=1), MONDAY - timedelta(minutes=31)):
        office.clock.now = moment
        await office.calendar.tick()
        assert office.looks == 1, "the first one"
    office.clock.now = MONDAY
    for _ in range(3):
        await office.calendar.tick()
    assert office.kinds().count("inspection") == office.looks == 2
    assert office.inspected[SITE.id] == MONDAY
    assert ("第三中学 · 巡检报告") in [title for title, _ in office.told]


async def test_a_site_never_inspected_is_inspected_soon_whatever_the_day(office: Office) -> None:
    """Its appointment may have passed while the daemon was down, or before there was one."""
    start = office.clock.now
    for minutes, looks in ((1, 0), (9, 0), (10, 1), (11, 1), (24 * 60, 1)):
        office.clock.now = start + timedelta(minutes=minutes)
        await office.calendar.tick()
        assert office.looks == looks, minutes


async def test_a_site_without_a_device_is_not_inspected(office: Office) -> None:
    office.calendar.configure({SITE.id: replace(SITE, targets=())}, Reports(), office.tell)
    for hours in (1, 24 * 8):
        office.clock.now = MONDAY + timedelta(hours=hours)
        await office.calendar.tick()
    assert "inspection" not in office.kinds()


async def test_a_site_that_came_with_a_new_configuration_has_its_own_ten_minutes(office: Office) -> None:
    office.calendar.configure({}, Reports(), office.tell)
    office.clock.now += timedelta(days=1)
    office.calendar.configure({SITE.id: SITE}, Reports(), office.tell)
    await office.calendar.tick()
    assert office.looks == 0
    office.clock.now += timedelta(minutes=10)
    await office.calendar.tick()
    assert office.looks == 1


async def test_a_first_report_that_was_missed_while_the_daemon_was_down_is_made(office: Office) -> None:
    """Looked at until Saturday, down on Sunday the first of March, when the month was due."""
    gate = Target(Key(SITE.id, "gate"), "camera", "127.0.0.1")
    ledger = Ledger(office.store, Board(), 3, 2, office.clock)
    ledger.load([gate])
    await ledger.start()
    office.clock.now = MONDAY - timedelta(days=3)
    fine = _fine(gate, office.clock.now)
    await ledger.record(gate, fine.evidence, fine.findings)
    await ledger.close()
    office.clock.now = MONDAY
    office.calendar = office.opened()
    await office.calendar.tick()
    assert office.kinds() == ["day", "month", "week"]


async def test_what_was_missed_while_the_daemon_was_down_is_caught_up_once(office: Office) -> None:
    office.clock.now = MONDAY
    await office.calendar.tick()
    office.clock.now = MONDAY + 3 * WEEK + timedelta(days=2)
    office.calendar = office.opened()
    for _ in range(3):
        await office.calendar.tick()
    assert office.kinds().count("inspection") == 2
    office.clock.now = MONDAY + 4 * WEEK
    await office.calendar.tick()
    assert office.kinds().count("inspection") == 3, "the next one at its usual time"


async def test_daily_weekly_and_monthly_reports(office: Office) -> None:
    office.clock.now = MONDAY
    await office.calendar.tick()
    assert office.kinds() == ["day", "inspection", "month", "week"], "the first of March was a Sunday"
    office.clock.now = MONDAY + timedelta(days=1)
    await office.calendar.tick()
    assert office.kinds().count("day") == 2
    assert any(line.endswith(".html)") for _, line in office.told)


async def test_an_inspection_by_hand_counts(office: Office) -> None:
    office.clock.now = MONDAY
    await office.calendar.tick()
    assert office.looks == 1
    other = Office(office.folder, office.clock)
    await other.calendar.tick()
    assert (other.looks, other.inspected[SITE.id]) == (0, MONDAY)
    other.store.close()


async def test_a_clock_that_was_a_year_ahead_for_a_moment_costs_no_report(office: Office) -> None:
    office.clock.now = MONDAY + timedelta(days=365)
    await office.calendar.tick()
    assert office.looks == 1
    office.clock.now = MONDAY
    await office.calendar.tick()
    assert office.looks == 2, "not inspected yet, by the right clock"
    office.clock.now = MONDAY + WEEK
    await office.calendar.tick()
    assert office.looks == 3


async def test_a_full_disk_is_said_and_tried_again_an_hour_later(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.clock.now = MONDAY
    (office.folder / "reports").write_text("a file where the folder should be")
    await office.calendar.tick()
    await office.calendar.tick()
    assert office.looks == 1, "the cameras are left in peace meanwhile"
    assert "could not be made" in caplog.text
    (office.folder / "reports").unlink()
    office.clock.now = MONDAY + timedelta(minutes=61)
    await office.calendar.tick()
    assert office.kinds().count("inspection") == 1


async def test_a_baseline_commissioned_beside_the_daemon_is_adopted_once(office: Office) -> None:
    record = {"baseline": {"picture": "bGVhcm5lZA=="}}
    office.store.write(events.add, events.Event(Key("school-3", "gate"), EVENT, MONDAY, record))
    await office.calendar.tick()
    await office.calendar.tick()
    assert office.adopted == [(Key("school-3", "gate"), {"picture": b"learned"})]
    office.calendar = office.opened()
    await office.calendar.tick()
    assert len(office.adopted) == 1, "after a restart the store itself has it"


@pytest.mark.parametrize(("cron", "found"), [
    ("0 9 * * mon", "2026-03-09T09:00:00+08:00"),
    ("0 9 * * 1", "2026-03-09T09:00:00+08:00"),  # crontab(5): 1 is Monday
    ("0 9 * * 0", "2026-03-08T09:00:00+08:00"),
    ("0 9 * * 7", "2026-03-08T09:00:00+08:00"),
    ("0 9 * * 1-5", "2026-03-03T09:00:00+08:00"),
    ("0 8 1 * *", "2026-04-01T08:00:00+08:00"),
])  # fmt: skip
def test_weekdays_are_those_of_crontab(cron: str, found: str) -> None:
    assert next_after(cron, "Asia/Shanghai", MONDAY).isoformat() == found
