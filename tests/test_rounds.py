"""When a poll is followed by a close look, what looks tell one another, and which are not believed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.board import Board
from monitor.eyes import Eyes
from monitor.inspecting import TOGETHER, look_closely
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.model import Deadline, Evidence, Key, Memory, Outcome, Target
from monitor.probes import Probe
from monitor.protocols.logins import LoginGuard
from monitor.rounds import CLOSE_PAUSE, Rounds
from monitor.runner import Runner
from monitor.store import STATE_FILE, Store

GATE = Target(Key("school", "gate"), "camera", "127.0.0.2", rtsp="rtsp://127.0.0.2/1")


@asynccontextmanager
async def at_work(
    folder: Path, target: Target, probes: Mapping[str, Probe], eyes: Eyes | None = None
) -> AsyncIterator[tuple[Rounds, Board]]:
    """Rounds over one device."""
    store, board = Store(folder / STATE_FILE), Board()
    ledger = Ledger(store, board, 3, 2)
    ledger.load([target])
    await ledger.start()
    runner = Runner(
        probes,
        judge,
        LoginGuard(b"salt"),
        slots=2,
        seconds=5.0,
        on_failure=lambda _name, _outcome: None,
        keep_login=lambda entry: ledger.save_logins([entry]),
    )
    rounds = Rounds(runner, ledger, board, eyes or Eyes(), 60.0, lambda _name, _seconds: None)
    rounds.targets = {target.key: target}
    try:
        yield rounds, board
    finally:
        await ledger.close()
        store.close()


@asynccontextmanager
async def polled(
    folder: Path, closely: Outcome, stream: Mapping[str, int] | None = None, glance: Outcome = Outcome.NO_KEY_FRAME
) -> AsyncIterator[tuple[Rounds, list[str], Board]]:
    """A camera for which a glance is too short; a close look ends as told. And the looks made."""
    looks: list[str] = []

    async def probe(target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        looks.append("close" if target.close else "glance")
        outcome = closely if target.close else glance
        facts = {"stream": stream or {}, "suspect": not target.close, "too_short": not target.close}
        return Evidence("rtsp", datetime.now(UTC), 0.0, outcome, "no key frame within 7 s", facts)

    async with at_work(folder, GATE, {"rtsp": probe}) as (rounds, board):
        yield rounds, looks, board


@pytest.mark.parametrize(
    ("closely", "looks", "verdict"),
    [
        # it was seen once: the camera is well, and has its rest from close looks for ten polls
        (Outcome.SEEN, ["glance", "close", "glance", "glance", "glance"], "ok"),
        # it never comes: raised after three close looks, which then are made seldom as with every standing fault
        (Outcome.NO_KEY_FRAME, ["glance", "close", "glance", "close", "glance", "close", "glance"], "fault"),
    ],
)
async def test_a_key_frame_that_a_glance_missed_is_awaited_closely(closely, looks, verdict, tmp_path) -> None:
    async with polled(tmp_path, closely) as (rounds, made, board):
        for _ in range(4):
            await rounds.poll(GATE.key, "rtsp")
        assert made == looks
        standing = board.devices[GATE.key].standings["rtsp", ""]
        assert (standing.verdict, standing.fault) == (verdict, "no_stream" if verdict == "fault" else None)
        rounds.interval = 60.0 / CLOSE_PAUSE / 1e9  # the rest is over
        await rounds.poll(GATE.key, "rtsp")
        assert made[-1] == "close"


@pytest.mark.parametrize(
    ("closely", "stream", "glance"),
    [
        # one frame per second, and every 50th is key: a close look tells no more than a glance
        (Outcome.NO_KEY_FRAME, {"frames": 20, "key_frame_count": 0}, Outcome.NO_KEY_FRAME),
        # one frame in five seconds: a glance saw one
        (Outcome.SEEN, {"frames": 3, "last_packet_age": 1.0}, Outcome.SEEN),
    ],
)
async def test_a_slow_camera_is_looked_at_closely_but_seldom(closely, stream, glance, tmp_path) -> None:
    async with polled(tmp_path, closely, stream, glance) as (rounds, made, _board):
        for _ in range(3):
            await rounds.poll(GATE.key, "rtsp")
        assert made == ["glance", "close", "glance", "glance"]


async def test_what_one_look_learned_helps_the_other(tmp_path: Path) -> None:
    """The camera tells over ONVIF where its stream is; its ONVIF look is told what RTSP really delivered."""
    told: dict[str, Target] = {}

    async def onvif(target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        told["onvif"] = target
        facts = {"onvif": {"stream_uri": "rtsp://127.0.0.2/main"}}
        return Evidence("onvif", datetime.now(UTC), 0.0, Outcome.SEEN, "seen", facts)

    async def picture(target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        told["picture"] = target
        return Evidence("picture", datetime.now(UTC), 0.0, Outcome.SEEN, "seen", {"stream": {"width": 320}})

    bare = Target(GATE.key, "camera", "127.0.0.2", onvif="127.0.0.2:80")
    async with at_work(tmp_path, bare, {"onvif": onvif, "picture": picture}) as (rounds, _board):
        assert await rounds.look(bare.key, "picture") is None  # nobody knows yet where
        await rounds.poll(bare.key, "onvif")
        assert "last_stream" not in told["onvif"].options
        await rounds.poll(bare.key, "picture")
        assert told["picture"].rtsp == "rtsp://127.0.0.2/main"
        assert "last_stream" not in told["picture"].options
        await rounds.poll(bare.key, "onvif")
        assert told["onvif"].options["last_stream"] == {"width": 320}


async def test_a_look_under_way_when_its_device_is_taken_out_leaves_nothing(tmp_path: Path) -> None:
    looking, answered = asyncio.Event(), asyncio.Event()

    async def slow(_target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        looking.set()
        await answered.wait()
        return Evidence("onvif", datetime.now(UTC), 0.0, Outcome.SEEN, "seen")

    asked = Target(GATE.key, "camera", "127.0.0.2", rtsp=GATE.rtsp, onvif="127.0.0.2:80")
    async with at_work(tmp_path, asked, {"onvif": slow}) as (rounds, board):
        poll = asyncio.create_task(rounds.poll(asked.key, "onvif"))
        await looking.wait()
        rounds.targets = {GATE.key: GATE}  # the camera stays, its ONVIF goes
        answered.set()
        await poll
        assert board.devices[GATE.key].looks == {}


async def test_what_was_seen_while_we_were_late_is_no_evidence(tmp_path: Path) -> None:
    async def refused(_target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        return Evidence("rtsp", datetime.now(UTC), 0.0, Outcome.REFUSED, "refused", {"a": 1}, memory=b"learned")

    eyes = Eyes()
    async with at_work(tmp_path, GATE, {"rtsp": refused}, eyes) as (rounds, board):
        eyes.felt(3.0)
        rounds._progress -= 1000
        evidence = await rounds.look(GATE.key, "rtsp")
        assert evidence is not None
        assert (evidence.outcome, evidence.facts, evidence.memory) == (Outcome.STARVED, {}, None)
        assert board.devices[GATE.key].standings["rtsp", ""].verdict == "unknown"
        assert board.blind_since is not None
        assert rounds.idle() < 900  # it was a look that came to its end all the same


async def test_an_inspection_takes_up_no_more_devices_than_can_be_looked_at_soon(tmp_path: Path) -> None:
    targets = [replace(GATE, key=Key("school", f"c{n}"), host=f"127.0.1.{n}") for n in range(2 * TOGETHER)]
    tasks: list[int] = []

    async def probe(target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        tasks.append(len(asyncio.all_tasks()))
        return Evidence("picture", datetime.now(UTC), 0.0, Outcome.REFUSED, f"no answer from {target.host}", {})

    async with at_work(tmp_path, GATE, {"picture": probe}) as (rounds, _board):
        rounds.targets = {target.key: target for target in targets}
        before = len(asyncio.all_tasks())
        looked = await look_closely(rounds, targets)
    assert [one.target for one in looked] == targets
    assert max(tasks) < before + 1.5 * TOGETHER  # the store has a few of its own
