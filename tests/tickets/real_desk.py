"""A repair desk that is a program of its own: started, waited for, killed; and the tickets it is told."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from monitor.model import Ticket


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def running(
    command: Sequence[str], log: Path, ask: Callable[[], object], own: Mapping[str, str], home: Path | None = None
) -> Iterator[None]:
    """The server, once it answers ``ask``; killed with all its children at the end."""
    with log.open("wb") as said:
        server = subprocess.Popen(
            command, cwd=home, env=os.environ | own, stdout=said, stderr=said, start_new_session=True
        )
    try:
        _await(ask, log)
        yield
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _await(ask: Callable[[], object], log: Path) -> None:
    for _ in range(240):
        try:
            ask()
        except httpx.HTTPError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(log.read_text())


def ticket(action: str, key: str, text: str = "no change", *, title: str, **more: Any) -> Ticket:
    since = datetime(2026, 3, 1, 8, tzinfo=UTC)
    return Ticket(key, action, "school", "gate", "frozen", since, f"{title}: frozen", text, **more)
