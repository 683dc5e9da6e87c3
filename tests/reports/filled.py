"""A state file as nine days of a real ledger leave it: a school with three cameras and one recorder."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from monitor.board import Board
from monitor.ledger import Ledger
from monitor.model import Evidence, FaultKind, Finding, Key, Outcome, Target, Verdict, Window
from monitor.reports.site import SiteFile
from monitor.store import Store, windows

ZONE = "Asia/Shanghai"
START = datetime(2026, 2, 19, 16, 0, tzinfo=UTC)  # midnight in Shanghai
DAYS = 9
STEP = timedelta(minutes=10)
NOW = START + timedelta(days=DAYS, hours=8)  # 08:00 of the first day of the next month
HOSTILE = '=HYPERLINK("http://x","<script>alert(1)</script>")'

GATE = Target(Key("school-3", "gate"), "camera", "127.0.0.2", name="大门", timezone=ZONE, rtsp="rtsp://127.0.0.2/1",
              recorder="nvr-1", channel="gate", options={"model": "DS-2CD2T47"})  # fmt: skip
YARD = Target(Key("school-3", "yard"), "camera", "127.0.0.3", name=HOSTILE, timezone=ZONE, rtsp="rtsp://127.0.0.3/1")
HALL = Target(
    Key("school-3", "hall"), "camera", "127.0.0.4", name="教学楼大厅", timezone=ZONE, rtsp="rtsp://127.0.0.4/1"
)
NVR = Target(Key("school-3", "nvr-1"), "recorder", "127.0.0.5", name="录像机 1", timezone=ZONE, kind="files")
TARGETS = (NVR, GATE, YARD, HALL)
SITE = SiteFile("school-3", "第三中学", "市教育局", "人民路 12 号", ZONE, "zh", "0 9 * * mon", TARGETS)

Hours = float
Story = Callable[[int, Hours], tuple[Verdict, FaultKind | None]]
OK = (Verdict.OK, None)


def gate(day: int, hour: Hours) -> tuple[Verdict, FaultKind | None]:
    """Every day from 12:30 on nothing answers for an hour."""
    return (Verdict.FAULT, FaultKind.UNREACHABLE) if 12.5 <= hour < 13.5 and day % 2 else OK


def yard(day: int, hour: Hours) -> tuple[Verdict, FaultKind | None]:
    """Black from the eighth day, 14:00, on."""
    return (Verdict.FAULT, FaultKind.BLACK) if (day, hour) >= (7, 14.0) else OK


def hall(day: int, hour: Hours) -> tuple[Verdict, FaultKind | None]:
    """Away for two hours of agreed maintenance."""
    return (Verdict.FAULT, FaultKind.UNREACHABLE) if day == 3 and 9 <= hour < 11 else OK


def jpeg(light: int) -> bytes:
    picture = np.full((180, 320, 3), light, np.uint8)
    cv2.rectangle(picture, (60, 50), (200, 150), (light // 2, light, light), -1)
    return bytes(cv2.imencode(".jpg", picture)[1])


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


async def fill(path: Path) -> None:
    """Write nine days of looks, ten minutes apart."""
    clock, store = Clock(), Store(path)
    agreed = Window(
        "school-3", "hall", START + timedelta(days=3, hours=8), START + timedelta(days=3, hours=12), "灯具更换", "李工"
    )
    store.write(windows.start, agreed)
    ledger = Ledger(store, Board(), 3, 2, clock)
    ledger.load(TARGETS)
    await ledger.start()
    while clock.now < START + timedelta(days=DAYS):
        for target, story in ((GATE, gate), (YARD, yard), (HALL, hall)):
            await _look(ledger, clock, target, story)
        await ledger.settle()
        clock.now += STEP
    await _recorded(ledger, clock)
    await ledger.close()
    store.close()


async def _look(ledger: Ledger, clock: Clock, target: Target, story: Story) -> None:
    day, seconds = divmod((clock.now - START).total_seconds(), 86400)
    verdict, kind = story(int(day), seconds / 3600)
    offline = kind is FaultKind.UNREACHABLE
    stream = Finding(
        target.key, "rtsp", verdict if offline else Verdict.OK, kind if offline else None, "seen", clock.now
    )
    judged = Verdict.UNKNOWN if offline else verdict
    picture = Finding(target.key, "picture", judged, None if offline else kind, "brightest hundredth at 0", clock.now)
    shots = {} if offline else {"thumbnail": jpeg(3 if kind else 150)}
    evidence = Evidence("picture", clock.now, 1.0, Outcome.SEEN, "seen", {}, shots)
    await ledger.record(target, evidence, (stream, picture))


async def _recorded(ledger: Ledger, clock: Clock) -> None:
    """The recorder's index, read once at the end: one day of nine is three quarters full."""
    days = [
        [(START + timedelta(days=day, hours=8)).date().isoformat(), 0.75 if day == 8 else 1.0] for day in range(DAYS)
    ]
    gap = [(START + timedelta(days=8, hours=hour)).isoformat() for hour in (0, 6)]
    facts = {"days": days, "gaps": [gap], "required_days": 9.0, "span_days": 9.0, "coverage": 0.97}
    finding = Finding(GATE.key, "recording", Verdict.OK, None, "9.0 days", clock.now, facts=facts)
    await ledger.record(NVR, Evidence("recorder", clock.now, 1.0, Outcome.SEEN, "read"), (finding,))
