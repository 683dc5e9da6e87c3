"""When a poll is followed by a close look."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.board import Board
from monitor.eyes import Eyes
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.model import Deadline, Evidence, Key, Memory, Outcome, Target
from monitor.protocols.logins import LoginGuard
from monitor.rounds import CLOSE_PAUSE, Rounds
from monitor.runner import Runner
from monitor.store import STATE_FILE, Store

GATE = Target(Key("school", "gate"), "camera", "127.0.0.2", rtsp="rtsp://127.0.0.2/1")


@asynccontextmanager
async def polled(folder: Path, closely: Outcome) -> AsyncIterator[tuple[Rounds, list[str], Board]]:
    """Rounds over a camera whose key frame no glance sees; a close look ends as told. And the looks made."""
    looks: list[str] = []

    async def probe(target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        looks.append("close" if target.close else "glance")
        outcome = closely if target.close else Outcome.NO_KEY_FRAME
        facts = {"stream": {}, "suspect": not target.close}
        return Evidence("rtsp", datetime.now(UTC), 0.0, outcome, "no key frame within 7 s", facts)

    store, board = Store(folder / STATE_FILE), Board()
    ledger = Ledger(store, board, 3, 2)
    ledger.load([GATE])
    await ledger.start()
    runner = Runner(
        {"rtsp": probe},
        judge,
        LoginGuard(b"salt"),
        slots=2,
        seconds=5.0,
        on_failure=lambda _name, _outcome: None,
        keep_login=lambda entry: ledger.save_logins([entry]),
    )
    rounds = Rounds(runner, ledger, board, Eyes(), 60.0, lambda _name, _seconds: None)
    rounds.targets = {GATE.key: GATE}
    try:
        yield rounds, looks, board
    finally:
        await ledger.close()
        store.close()


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
