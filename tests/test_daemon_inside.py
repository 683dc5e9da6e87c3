"""The daemon in this very process: new configurations one after the other, and an end with a disk that is full."""

import asyncio
import contextlib
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from monitor import workers
from monitor.daemon import Daemon
from monitor.model import Key
from monitor.settings import load

SITE = "sites:\n  - id: school\n    cameras:\n"
BEGINNING = "state_dir: {}\nlisten: 127.0.0.1:0\npoll: {{interval: 1s, deadline: 1s}}\npatience: {{raise_after: 1}}\n"


def configuration(folder: Path, *names: str, more: str = "") -> str:
    """Cameras on addresses with nothing behind them."""
    cameras = [f"      - {{id: {name}, rtsp: 'rtsp://127.88.0.1:9/{name}'}}\n" for name in names]
    return BEGINNING.format(folder / "state") + more + SITE + "".join(cameras)


@contextlib.asynccontextmanager
async def at_work(folder: Path, *names: str) -> AsyncIterator[Daemon]:
    file = folder / "cctv.yaml"
    file.write_text(configuration(folder, *names))
    ready = asyncio.Event()
    daemon = Daemon(file, load(file), lambda _url: ready.set())
    running = asyncio.create_task(daemon.run())
    try:
        await asyncio.wait_for(ready.wait(), 120)
        yield daemon
    finally:
        daemon._stop.set()
        await running
        workers.close()


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not there():  # noqa: ASYNC110 -- the board has no event
            await asyncio.sleep(0.02)


async def test_two_reloads_at_once_leave_the_later_one_whole(tmp_path: Path):
    """The first must make the end of a fault durable; the second has nothing to wait for."""
    async with at_work(tmp_path, "gate", "yard", "roof") as daemon:
        await until(lambda: len(daemon._parts.board.faults) == 3)
        with contextlib.closing(sqlite3.connect(tmp_path / "state" / "cctv.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            (tmp_path / "cctv.yaml").write_text(configuration(tmp_path, "gate", "yard"))
            first = asyncio.create_task(daemon.reload())
            await until(lambda: len(daemon._parts.rounds.targets) == 2)
            (tmp_path / "cctv.yaml").write_text(configuration(tmp_path, "gate", "yard", "hall"))
            second = asyncio.create_task(daemon.reload())
            done, _ = await asyncio.wait([second], timeout=1)
            other.execute("COMMIT")
        assert [await first, await second, done] == [None, None, set()]
        planned = {key.device for key, _name in daemon._parts.schedule._jobs.values()}
        assert planned == {key.device for key in daemon._parts.rounds.targets} == {"gate", "yard", "hall"}
        assert {key.device for key in daemon._parts.board.devices} == planned


async def test_many_signals_in_a_row_end_with_the_last_good_configuration(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "monitor")
    async with at_work(tmp_path, "gate") as daemon:
        for text in (configuration(tmp_path, "gate", "yard"), "sites: 7\n", configuration(tmp_path, "hall")):
            (tmp_path / "cctv.yaml").write_text(text)
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)
        await until(lambda: {key.device for key in daemon._parts.board.devices} == {"hall"})
        await until(lambda: "the configuration was read anew" in caplog.text)


async def test_an_end_with_a_full_disk_is_said_in_words(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async with at_work(tmp_path, "gate") as daemon:
        store = daemon._parts.store
        store.write(lambda c: c.execute(f"PRAGMA max_page_count={c.execute('PRAGMA page_count').fetchone()[0]}"))
        await daemon._parts.ledger.adopt(Key("school", "gate"), {"picture": bytes(100_000)})
        await until(daemon._ready)
    assert "what could not be written is lost" in caplog.text
    assert caplog.text.count("the disk is full") >= 2


async def test_what_follows_the_next_start_only_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async with at_work(tmp_path, "gate") as daemon:
        new = configuration(tmp_path, "gate").replace("interval: 1s", "interval: 9s")
        (tmp_path / "cctv.yaml").write_text(new)
        assert await daemon.reload() is None
        assert "restart" not in caplog.text
        assert daemon._parts.ledger._docket.rules.settle.total_seconds() == 1.25 * 9
        (tmp_path / "cctv.yaml").write_text(
            new.replace("raise_after: 1", "raise_after: 2").replace("deadline: 1s", "deadline: 2s")
        )
        assert await daemon.reload() is None
        said = [record.getMessage() for record in caplog.records if "restart" in record.getMessage()]
        assert said == [f"{name} was changed: restart the daemon for that" for name in ("patience", "poll")]
