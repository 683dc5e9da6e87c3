"""A hand-made board of a dozen devices in every state, for the page tests. Plain model objects, nothing pretended."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import cv2
import numpy as np

from monitor.board import Board, DeviceState
from monitor.model import Channel, Fault, FaultKind, Finding, Key, Look, Outcome, Standing, Subject, Target, Verdict

NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
SILENT = "port 554 does not answer: no connection in time"
STILL = "nothing moved over 9 key frames and 0 earlier looks: two pictures alike in 99.1% of the blocks, limit 6.0%"
KEPT = "16.2 days, 99.87% of the expected time"
KNOWN = "Acme C2, firmware 5.5, 2 media profiles"
READ = "8 channels, 4093 stretches of recording"
EMPTY = "brightest hundredth at 2 of 255, spread 0.4: no scene in it"
TOO_FLAT = "frozen or not: too flat to tell a still view from a frozen one (12 textured blocks)"
SOFT = "fine detail 31% of the reference's"
UNREAD = "the recordings could not be read: the listing did not end in time"
BAD_DISK = "the disk sdb fails its self-assessment (SMART)"
RUNGS = ("tcp ok since 2026-03-02 02:10 UTC: port 554 accepts connections",)
"""Sentences as the judges write them."""
HOSTILE = '<script>alert(1)</script> "O\'Brien"\n=HYPERLINK("http://x")'


@dataclass(frozen=True)
class PastSpan:
    subject: Subject
    verdict: Verdict
    fault: FaultKind | None
    reason: str
    first: datetime
    last: datetime


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def jpeg(hue: int, light: int = 170) -> bytes:
    """A street of sorts: sky, road, a few boxes."""
    rows = np.linspace(0, 1, 180)[:, None]
    picture = np.zeros((180, 320, 3), np.uint8)
    picture[..., 0] = hue
    picture[..., 1] = (70 * (1 - rows)).astype(np.uint8)
    picture[..., 2] = np.clip(light * (0.45 + 0.55 * (1 - rows)), 0, 255).astype(np.uint8)
    picture = cv2.cvtColor(picture, cv2.COLOR_HSV2BGR)
    for left, top, wide, high in ((20, 60, 70, 80), (130, 75, 45, 60), (210, 50, 90, 95)):
        shade = tuple(int(light * 0.35 + left % 40) for _ in range(3))
        cv2.rectangle(picture, (left, top), (left + wide, top + high), shade, -1)
    cv2.fillPoly(picture, [np.array([[120, 180], [150, 130], [190, 130], [260, 180]])], (int(light * 0.5),) * 3)
    return bytes(cv2.imencode(".jpg", picture)[1])


def standing(
    key: Key,
    probe: str,
    verdict: Verdict,
    reason: str,
    fault: FaultKind | None = None,
    *,
    since: float = 86_400 * 3,
    seen: float = 12,
    **facts: object,
) -> Standing:
    finding = Finding(key, probe, verdict, fault, reason, ago(seen), facts=facts)
    bad = 5 if verdict is Verdict.FAULT else 0
    return Standing(Subject(key, probe), verdict, fault, ago(since), reason, finding, bad=bad)


def look(key: Key, probe: str, outcome: Outcome, reason: str, seen: float, ok: bool, **facts: object) -> Look:
    return Look(key, probe, ago(seen), 2.31, outcome, reason, facts, ago(seen) if ok else None)


STREAM = {
    "frames_per_second": 24.97,
    "bytes_per_second": 512_400.0,
    "loss_ratio": 0.0004,
    "phases": {"key_frame": 0.42},
    "width": 1920,
    "height": 1080,
    "codec": "h264",
}
RECORDING = {
    "span_days": 16.2,
    "depth_days": 15.8,
    "required_days": 15.0,
    "coverage": 0.9987,
    "longest_gap_seconds": 73.0,
    "oldest": "2026-02-17T01:42:00+00:00",
    "newest": "2026-03-05T06:29:00+00:00",
    "forecast_days": None,
}


def healthy(board: Board, site: str, device: str, name: str, hue: int, seen: float = 12) -> DeviceState:
    key = Key(site, device)
    target = Target(key, "camera", "192.0.2.21", name=name, timezone="Asia/Shanghai", rtsp="rtsp://192.0.2.21/1")
    state = board.devices[key] = DeviceState(target, thumbnail=jpeg(hue), thumbnail_at=ago(seen))
    reason = "picture 1920x1080, nothing wrong seen"
    state.looks["picture"] = look(key, "picture", Outcome.SEEN, reason, seen, True, stream=STREAM)
    state.looks["onvif"] = look(
        key,
        "onvif",
        Outcome.SEEN,
        KNOWN,
        seen + 30,
        True,
        onvif={"clock_offset_seconds": 0.8},
    )
    state.standings["picture", ""] = standing(key, "picture", Verdict.OK, reason, seen=seen)
    state.standings["rtsp", ""] = standing(key, "rtsp", Verdict.OK, "H.264 1920x1080, 25.0 frames/s", seen=seen)
    state.standings["onvif", "clock"] = standing(key, "onvif", Verdict.OK, "its clock agrees with ours", seen=seen + 30)
    state.standings["recording", ""] = standing(key, "recording", Verdict.OK, KEPT, seen=600, **RECORDING)
    return state


def broken(
    board: Board, state: DeviceState, probe: str, kind: FaultKind, reason: str, outcome: Outcome, since: float
) -> Fault:
    key = state.target.key
    seen = 8.0
    state.standings[probe, ""] = standing(key, probe, Verdict.FAULT, reason, kind, since=since, seen=seen)
    for name in ("rtsp", "picture"):
        if name in state.looks:
            facts = {"stream": STREAM} if outcome is Outcome.SEEN else {}
            state.looks[name] = look(key, name, outcome, reason, seen, False, **facts)
    fault = Fault(f"f-{key.device}", Subject(key, probe), kind, ago(since - 120), ago(since), reason, ladder=RUNGS)
    board.faults[fault.id] = fault
    return fault


def dark_feed(state: DeviceState, light: int) -> None:
    state.thumbnail = jpeg(20, light)


def unreachable(board: Board, site: str, device: str, name: str) -> None:
    state = healthy(board, site, device, name, 10)
    state.thumbnail_at = ago(7_900)  # the last one before it went away
    del state.standings["picture", ""], state.looks["onvif"], state.standings["onvif", "clock"]
    broken(
        board,
        state,
        "rtsp",
        FaultKind.UNREACHABLE,
        SILENT,
        Outcome.CONNECT_TIMEOUT,
        7_800,
    )


def recorder(board: Board, site: str) -> None:
    key = Key(site, "nvr-1")
    state = board.devices[key] = DeviceState(
        Target(key, "recorder", "192.0.2.10", name="录像机 1", kind="ssh", timezone="Asia/Shanghai")
    )
    disks = [{"id": "sda", "status": "ok", "size": 8e12, "free": 3e11}, {"id": "sdb", "status": "failed", "size": None}]
    state.looks["recorder"] = look(key, "recorder", Outcome.SEEN, READ, 420, True)
    state.standings["recorder", ""] = standing(
        key,
        "recorder",
        Verdict.OK,
        READ,
        seen=420,
        disks=disks,
        clock_offset_seconds=-1.5,
    )
    state.standings["recorder", "disk:sdb"] = standing(
        key, "recorder", Verdict.FAULT, BAD_DISK, FaultKind.DISK_FAILED, since=50_000, seen=420
    )
    fault = Fault(
        "f-disk",
        Subject(key, "recorder", "disk:sdb"),
        FaultKind.DISK_FAILED,
        ago(49_000),
        ago(50_000),
        BAD_DISK,
    )
    board.faults[fault.id] = fault


def scene() -> Board:
    """Two sites, twelve devices: ok, five kinds of fault, unknown, suspected, never looked at, hostile name."""
    board = Board(started=ago(86_400))
    school(board)
    depot(board)
    return board


def school(board: Board) -> None:
    healthy(board, "school-3", "gate", "大门", 12)
    healthy(board, "school-3", "yard", "操场东侧 Playground east", 60, seen=41)
    frozen = healthy(board, "school-3", "hall", "教学楼大厅", 100)
    broken(board, frozen, "picture", FaultKind.FROZEN, STILL, Outcome.SEEN, 15_500)
    black = healthy(board, "school-3", "stairs", "Staircase B, second floor, facing the emergency exit", 0)
    dark_feed(black, 4)
    broken(board, black, "picture", FaultKind.BLACK, EMPTY, Outcome.SEEN, 320_000)
    unreachable(board, "school-3", "bikes", "自行车棚")
    recorder(board, "school-3")


def depot(board: Board) -> None:
    refused = healthy(board, "depot", "dock-1", "Loading dock 1", 30)
    said = "the camera refused the user name or password (401)"
    broken(board, refused, "rtsp", FaultKind.AUTH_FAILED, said, Outcome.AUTH, 900)
    healthy(board, "depot", "dock-2", "Loading dock 2", 140)
    flat = healthy(board, "depot", "wall", "Rear wall", 90)
    flat.standings["picture", ""] = standing(flat.target.key, "picture", Verdict.UNKNOWN, TOO_FLAT)
    suspected = healthy(board, "depot", "ramp", HOSTILE, 170)
    good = suspected.standings["picture", ""]
    seen_once = Finding(good.subject.key, "picture", Verdict.FAULT, FaultKind.BLURRED, SOFT, ago(5))
    suspected.standings["picture", ""] = Standing(
        good.subject, Verdict.OK, None, good.since, good.reason, seen_once, bad=1
    )
    fresh = Key("depot", "new")
    board.devices[fresh] = DeviceState(Target(fresh, "camera", "192.0.2.30", name="New camera"))
    healthy(board, "depot", "office", "Office", 110)


def past(key: Key) -> list[PastSpan]:
    """A week: mostly ok, hours without an answer, now a frozen picture."""
    day = 86_400.0
    rows = (
        ("picture", Verdict.OK, None, "", 9 * day, 4 * day),
        ("picture", Verdict.FAULT, FaultKind.UNREACHABLE, SILENT, 4 * day, 4 * day - 9_000),
        ("picture", Verdict.OK, None, "", 4 * day - 9_000, 15_500),
        ("picture", Verdict.FAULT, FaultKind.FROZEN, STILL, 15_500, 8),
        ("onvif", Verdict.OK, None, "", 9 * day, 40),
        (
            "recording",
            Verdict.UNKNOWN,
            None,
            UNREAD,
            2 * day,
            day,
        ),
        ("recording", Verdict.OK, None, "", day, 600),
    )
    return [
        PastSpan(Subject(key, probe), verdict, fault, reason, ago(first), ago(last))
        for probe, verdict, fault, reason, first, last in rows
    ]


FIRST = date(2026, 2, 18)
ROW = RECORDING | {
    "gaps": [["2026-02-20T23:30:00+08:00", "2026-02-21T01:00:00+08:00"]],
    "samples_checked": 59,
    "samples_bad": 0,
    "days": [[str(FIRST + timedelta(days=number)), 1.0] for number in range(16)],
}


def recorded(
    board: Board, device: str, verdict: Verdict = Verdict.OK, fault: FaultKind | None = None, reason: str = KEPT, **row
) -> None:
    """Let nvr-1 record this camera, and say so."""
    recorder, camera = (board.devices[Key("school-3", name)] for name in ("nvr-1", device))
    recorder.target = replace(recorder.target, channels=(*recorder.target.channels, Channel(device, device)))
    camera.target = replace(camera.target, recorder="nvr-1")
    facts = ROW | row
    camera.standings["recording", ""] = standing(camera.target.key, "recording", verdict, reason, fault, **facts)


def with_days(*shares: float | None) -> dict[str, object]:
    return {"days": [[str(FIRST + timedelta(days=number)), share] for number, share in enumerate(shares)]}
