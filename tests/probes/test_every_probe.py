"""What every probe must have besides its recipe; and the recipe of the page that teaches how to write one."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from monitor import words
from monitor.judge import JUDGES
from monitor.lookers import LOOKERS
from monitor.model import Deadline, Key, Outcome, Target
from monitor.plan import CADENCE

PAGE = Path(__file__).parents[2] / "docs/design/a-new-probe.md"


@pytest.mark.parametrize("name", LOOKERS)
def test_a_probe_has_a_judge_a_cadence_and_a_name_in_plain_words(name: str) -> None:
    assert name in JUDGES, "add its judge to monitor/judge/__init__.py"
    assert name in CADENCE, "say in monitor/plan.py how often it looks"
    assert name in words.PROBES, "name it for people in monitor/words.py"


async def _web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    writer.close()
    await writer.wait_closed()


async def test_the_recipe_of_the_page_works_as_it_is_written() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    room: dict[str, Any] = {}
    exec(code, room)  # the page is ours
    server = await asyncio.start_server(_web_server, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    camera = Target(Key("site", "gate"), "camera", "127.0.0.1", options={"web_port": port})
    seen = await room["look_at_web_page"](camera, b"", Deadline.after(10))
    assert (seen.outcome, dict(seen.facts)) == (Outcome.SEEN, {"status": 401})
    server.close()
    await server.wait_closed()
    gone = await room["look_at_web_page"](camera, b"", Deadline.after(10))
    assert (gone.outcome, dict(gone.facts)) == (Outcome.REFUSED, {})
