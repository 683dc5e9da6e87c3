"""A person accepts a camera's new view: by a command beside the daemon or on the page; it outlives a restart."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.album import Album
from monitor.board import Board, DeviceState
from monitor.cli import app
from monitor.eyes import Eyes
from monitor.judge import judge
from monitor.ledger import Ledger
from monitor.model import Deadline, Evidence, Key, Memory, Outcome, Target
from monitor.protocols.logins import LoginGuard
from monitor.rounds import Rounds
from monitor.runner import Runner
from monitor.showing import show_picture
from monitor.store import STATE_FILE, Store, events, pictures

GATE = Target(Key("school", "gate"), "camera", "127.0.0.2", rtsp="rtsp://127.0.0.2/1")
CONFIG = """
state_dir: {folder}/state
sites:
  - id: school
    cameras: [{{id: gate, rtsp: "rtsp://127.0.0.2/1"}}]
    recorders: [{{id: nvr, kind: files, layout: "/video/{{camera}}/%s.mp4"}}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "cctv.yaml"
    file.write_text(CONFIG.format(folder=tmp_path))
    (tmp_path / "state").mkdir()
    return file


@asynccontextmanager
async def house(config: Path) -> AsyncIterator[tuple[Ledger, Rounds, list[float]]]:
    """Ledger and rounds over the state folder, and what the picture probe was told of acceptance, look by look."""
    told: list[float] = []

    async def probe(target: Target, _memory: Memory, _deadline: Deadline) -> Evidence:
        told.append(target.options.get("accepted_at", 0.0))
        return Evidence("picture", datetime.now(UTC), 0.0, Outcome.SEEN, "seen")

    store = Store(config.parent / "state" / STATE_FILE)
    board = Board()
    ledger = Ledger(store, board, 3, 2)
    ledger.load([GATE])
    await ledger.start()
    runner = Runner(
        {"picture": probe},
        judge,
        LoginGuard(*store.logins()),
        slots=2,
        seconds=5.0,
        on_failure=lambda _name, _outcome: None,
        keep_login=lambda entry: ledger.save_logins([entry]),
    )
    rounds = Rounds(runner, ledger, board, Eyes(), 60.0, lambda _name, _seconds: None)
    rounds.targets = {GATE.key: GATE}
    yield ledger, rounds, told
    await ledger.close()
    store.close()


def command(config: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["accept-view", *words, "--config", str(config)])
    return done.exit_code, done.output


async def test_the_page_tells_the_next_look_and_a_restart_forgets_nothing(config: Path) -> None:
    before = datetime.now(UTC).timestamp()
    async with house(config) as (ledger, rounds, told):
        await rounds.look(GATE.key, "picture")
        await ledger.accept_view(GATE.key, "Wang Fang")
        await rounds.look(GATE.key, "picture")
    async with house(config) as (_ledger, rounds, again):
        await rounds.look(GATE.key, "picture")
    assert told[0] == 0.0
    assert before <= told[1] == again[0]


async def test_the_command_works_beside_a_running_daemon_and_before_its_start(config: Path) -> None:
    assert command(config, "school/gate", "--by", "Li")[0] == 0
    async with house(config) as (ledger, rounds, told):
        await rounds.look(GATE.key, "picture")
        code, said = command(config, "school/gate", "--by", "Wang Fang")
        await ledger._house.once()  # a running ledger does so every second
        await rounds.look(GATE.key, "picture")
        reader = Store.reader(config.parent / "state" / STATE_FILE)
        history = reader.read(events.of_device, GATE.key)
        reader.close()
    assert (code, "accepted by Wang Fang" in said) == (0, True)
    assert 0.0 < told[0] < told[1]
    assert [(one.kind, one.record["by"]) for one in history] == [
        ("view_accepted", "Li"),
        ("view_accepted", "Wang Fang"),
    ]


@pytest.mark.parametrize(("device", "words"), [("school/roof", "no such device"), ("school/nvr", "no video stream")])
def test_what_cannot_be_accepted_is_said(config: Path, device: str, words: str) -> None:
    code, said = command(config, device)
    assert (code, words in said) == (2, True)


async def test_the_explained_picture_of_a_close_look_is_kept(tmp_path: Path) -> None:
    """A glance afterwards leaves it where it is."""
    album, board = Album(tmp_path), Board(devices={GATE.key: DeviceState(GATE)})
    close = Evidence(
        "picture", datetime.now(UTC), 0.0, Outcome.SEEN, "", pictures={"thumbnail": b"t", "annotated": b"a"}
    )
    glance = Evidence("picture", datetime.now(UTC), 0.0, Outcome.SEEN, "", pictures={"thumbnail": b"later"})
    for look in (close, glance):
        await album.keep(GATE.key, look, [])
        show_picture(board, GATE.key, look)
    assert pictures.close(tmp_path, GATE.key).read_bytes() == b"a"
    assert board.devices[GATE.key].close_at == close.at
    assert board.devices[GATE.key].thumbnail == b"later"
