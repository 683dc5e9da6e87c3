"""``cctv simulate``: starts the devices, says where they are, ends cleanly."""

import asyncio
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest

ENTRY = [sys.executable, "-c", "from monitor.cli import main; main()", "simulate"]
CAMERAS = "cameras:\n  - {id: gate, address: 127.45.0.1, port: 0, width: 160, height: 96, fault: black}\n"


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *ENTRY, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )


async def test_it_shows_what_it_simulates_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "cameras.yaml"
    file.write_text(CAMERAS)
    child = await start("--config", str(file), "--control-port", "0")
    assert child.stdout
    said = (await child.stdout.readuntil(b"Ctrl-C ends)")).decode()
    assert re.search(r"gate.*rtsp://127\.45\.0\.1:\d+/stream1.*black", said)
    [control] = re.findall(r"curl (http://127\.0\.0\.1:\d+)/faults", said)
    async with httpx.AsyncClient(base_url=control) as http:
        assert (await http.post("/cameras/gate", json={"fault": "frozen"})).json()["fault"] == "frozen"
    child.send_signal(signal.SIGINT)
    rest, _ = await child.communicate()
    assert child.returncode == 0
    assert b"Traceback" not in rest


@pytest.mark.parametrize(("text", "words"), [("cameras: []\nmore: 1\n", b"nothing else"), (None, b"No such file")])
async def test_a_wrong_file_is_refused_with_exit_code_2(tmp_path: Path, text: str | None, words: bytes) -> None:
    file = tmp_path / "cameras.yaml"
    if text:
        file.write_text(text)
    child = await start("--config", str(file))
    said, _ = await child.communicate()
    assert child.returncode == 2
    assert words in said
    assert b"Traceback" not in said
