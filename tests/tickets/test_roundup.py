"""The real Roundup: a classic tracker with SQLite, its WSGI application in a thread of ours."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest
from flaky_desk import LOSE
from ticket_house import House, webhook

from monitor.model import Deadline, Ticket
from monitor.tickets import Sink
from monitor.tickets.errors import Refused, Unavailable

LOGIN = {"username": "admin", "password": "of-the-tracker"}
HOSTILE = 'gate"\'<b>大门</b> =HYPERLINK("http://x") %s {key}'


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """In silence."""


class Moody:
    """In front of the tracker: loses the answer of the next request when told to."""

    def __init__(self, tracker: Any) -> None:
        self.tracker, self.moods = tracker, []

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/issue") and self.moods:
            assert self.moods.pop() == LOSE
            self.tracker(environ, lambda *_: lambda _part: None)
            raise ConnectionResetError  # the tracker did it; nobody hears of it
        return self.tracker(environ, start)


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Moody]]:
    home = tmp_path_factory.mktemp("roundup") / "tracker"
    admin(home, "install", "classic", "sqlite")
    server = make_server("127.0.0.1", 0, lambda *_: [], Server, Quiet)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    own = {"tracker web": f"{url}/", "mail domain": "localhost", "mail debug": f"{home}/mail"}
    quick = {"main password_pbkdf2_default_rounds": "1000"}  # it hashes the password anew for every request
    configure(home / "config.ini", own | quick)
    admin(home, "initialise", LOGIN["password"])
    moody = Moody(load(home))
    server.set_app(moody)
    server.handle_error = lambda *_: None  # the lost answers
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield url, moody
    server.shutdown()
    server.server_close()


def configure(file: Path, values: dict[str, str]) -> None:
    """``values`` by section and name. ``mail debug`` is a file, so that no mail is sent."""
    section, lines = "", []
    for line in file.read_text().splitlines():
        section = line.strip("[]") if line.startswith("[") else section
        name = f"{section} {line.lstrip('# ').partition(' =')[0]}"
        lines.append(f"{name.split()[1]} = {values[name]}" if name in values and " =" in line else line)
    file.write_text("\n".join(lines) + "\n")


def admin(home: Path, *words: str) -> None:
    code = "from roundup.scripts.roundup_admin import run; run()"
    command = [sys.executable, "-W", "ignore", "-c", code, "-i", str(home), *words]
    subprocess.run(command, check=True, capture_output=True, timeout=50)


def load(home: Path) -> Any:
    from roundup.cgi.wsgi_handler import RequestDispatcher

    return RequestDispatcher(str(home))


def desk(url: str) -> Sink:
    return webhook(url, template="roundup", **LOGIN)


def ticket(action: str, key: str = "f00", text: str = "no change", **more: Any) -> Ticket:
    since = datetime(2026, 3, 1, 8, tzinfo=UTC)
    return Ticket(key, action, "school", "gate", "frozen", since, f"{HOSTILE}: frozen", text, **more)


def asked(url: str, path: str) -> Any:
    answer = httpx.get(f"{url}/rest/data/{path}", auth=(LOGIN["username"], LOGIN["password"]), trust_env=False)
    return answer.raise_for_status().json()["data"]


@pytest.mark.filterwarnings("ignore")  # the tracker's own
async def test_a_ticket_is_opened_remarked_resolved_and_opened_again(tracker: tuple[str, Moody]) -> None:
    url, moody = tracker
    sink = desk(url)
    moody.moods = [LOSE]
    with pytest.raises(Unavailable, match="connection broke"):
        await sink(ticket("open"), Deadline.after(20))
    first = await sink(ticket("open"), Deadline.after(20))  # the answer was lost: it is found, not made twice
    assert await sink(ticket("open"), Deadline.after(20)) == first
    assert first.url == f"{url}/issue{first.reference}"
    assert len(asked(url, "issue")["collection"]) == 1

    await sink(ticket("comment", text="hangs on this as well: 大门"), Deadline.after(20))
    await sink(ticket("resolve", text="moves again", reference=first.reference), Deadline.after(20))
    issue = asked(url, f"issue/{first.reference}")["attributes"]
    assert issue["title"] == f"{HOSTILE}: frozen [f00]"
    assert asked(url, f"status/{issue['status']['id']}")["attributes"]["name"] == "resolved"
    said = [asked(url, f"msg/{one['id']}")["attributes"]["content"] for one in issue["messages"]]
    assert {bit if isinstance(bit, str) else content(url, bit) for bit in said} == {
        "no change",
        "hangs on this as well: 大门",
        "moves again",
    }
    await sink(ticket("open", reopened=1), Deadline.after(20))
    again = asked(url, f"issue/{first.reference}")["attributes"]["status"]["id"]
    assert asked(url, f"status/{again}")["attributes"]["name"] == "chatting"


def content(url: str, link: dict[str, str]) -> str:
    """A message's text is a file of its own."""
    answer = httpx.get(link["link"], auth=(LOGIN["username"], LOGIN["password"]), trust_env=False)
    return answer.raise_for_status().text


@pytest.mark.filterwarnings("ignore")
async def test_what_the_tracker_never_heard_of_is_not_resolved_and_a_wrong_login_is_said(
    tracker: tuple[str, Moody],
) -> None:
    url, _ = tracker
    assert (await desk(url)(ticket("resolve", key="unheard"), Deadline.after(20))).reference == ""
    wrong = webhook(url, template="roundup", username="admin", password="wr0ng")
    with pytest.raises(Refused, match="401") as refused:
        await wrong(ticket("open"), Deadline.after(20))
    assert "wr0ng" not in str(refused.value)


@pytest.mark.filterwarnings("ignore")
async def test_the_whole_way_from_a_fault_to_the_tracker(house: House, tracker: tuple[str, Moody]) -> None:
    url, _ = tracker
    async with house.at_work(desk=desk(url)) as service:
        house.raised("hall")
        await house.until(house.delivered)
        known = service.detail("f-hall")
        assert known is not None
        reference = known.references["desk"].reference
        house.cleared("hall")
        await house.until(lambda: service.detail("f-hall").job.closed is not None and house.delivered())
    issue = asked(url, f"issue/{reference}")["attributes"]
    assert asked(url, f"status/{issue['status']['id']}")["attributes"]["name"] == "resolved"
