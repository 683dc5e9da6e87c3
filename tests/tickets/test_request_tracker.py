"""The real Request Tracker 5 of Debian, on a copy of its SQLite database: tests/rt5/install.sh installs it."""

import base64
import functools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import real_desk
from ticket_house import webhook

from monitor.model import Deadline, Receipt
from monitor.tickets import Sink
from monitor.tickets.errors import Refused

pytestmark = pytest.mark.slow
SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
DATABASE = Path("/var/lib/dbconfig-common/sqlite3/request-tracker5/rtdb")
LOGIN = {"username": "root", "password": "password"}  # of a fresh installation
HOSTILE = "gate\"' <b>大门</b> =HYPERLINK(\"http://x\") OR Subject LIKE '%'"
CONFIG = """
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/db.sqlite');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($MailCommand, 'testfile'); Set($LogToSyslog, undef); Set($LogToFile, undef); Set($LogToSTDERR, 'error');
1;
"""


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert SERVER.exists(), "Request Tracker 5 is missing; run tests/rt5/install.sh"
    folder = tmp_path_factory.mktemp("rt")
    port = real_desk.free_port()
    url = f"http://127.0.0.1:{port}"
    shutil.copy(DATABASE, folder / "db.sqlite")
    (folder / "RT_SiteConfig.pm").write_text(CONFIG.format(folder=folder, port=port))
    (folder / "none").mkdir()
    own = {"RT_SITE_CONFIG": f"{folder}/RT_SiteConfig.pm", "RT_SITE_CONFIG_DIR": f"{folder}/none"}
    command = [str(SERVER), "--port", str(port), "--host", "127.0.0.1", "--server", "Starlet", "--max-workers", "2"]
    with real_desk.running(command, folder / "log", functools.partial(asked, url, "rt"), own):
        yield url


def asked(url: str, path: str, **query: str) -> Any:
    auth = (LOGIN["username"], LOGIN["password"])
    answer = httpx.get(f"{url}/REST/2.0/{path}", params=query or None, auth=auth, trust_env=False, timeout=30)
    return answer.raise_for_status().json()


def desk(url: str, **more: Any) -> Sink:
    return webhook(url, template="request-tracker", **LOGIN | more)


ticket = functools.partial(real_desk.ticket, title=HOSTILE)


async def test_a_ticket_is_opened_remarked_resolved_and_opened_again(tracker: str) -> None:
    sink = desk(tracker)
    picture = {"evidence.jpg": b"\xff\xd8\xff\xe0 a picture"}
    first = await sink(ticket("open", "f00", "<b>seen</b>\nline 2", pictures=picture), Deadline.after(60))
    assert await sink(ticket("open", "f00"), Deadline.after(60)) == first  # found by its key, not made twice
    assert await sink(ticket("open", "f01"), Deadline.after(60)) != first
    assert first.url == f"{tracker}/Ticket/Display.html?id={first.reference}"
    known = ticket("comment", "f00", "hangs on this as well: 大门", reference=first.reference)
    assert isinstance(await sink(known, Deadline.after(60)), Receipt)
    await sink(ticket("resolve", "f00", "moves again"), Deadline.after(60))
    shown = asked(tracker, f"ticket/{first.reference}")
    assert (shown["Subject"], shown["Status"]) == (f"{HOSTILE}: frozen [f00]", "resolved")
    said = contents(tracker, first.reference)
    assert {"<b>seen</b>\nline 2", "hangs on this as well: 大门", "moves again"} <= said
    await sink(ticket("open", "f00", reopened=1), Deadline.after(60))
    assert asked(tracker, f"ticket/{first.reference}")["Status"] == "open"


def contents(url: str, reference: str) -> set[str]:
    """The texts of all attachments of a ticket."""
    items = asked(url, f"ticket/{reference}/attachments", per_page="50")["items"]
    found = [asked(url, f"attachment/{one['id']}") for one in items]
    files = {one.get("Filename") for one in found}
    assert "evidence.jpg" in files
    texts = [one for one in found if one["ContentType"].startswith("text/") and one.get("Content")]
    return {base64.b64decode(one["Content"]).decode().strip() for one in texts}


async def test_what_it_never_heard_of_is_not_resolved_and_a_wrong_login_is_said(tracker: str) -> None:
    assert (await desk(tracker)(ticket("resolve", "unheard"), Deadline.after(60))).reference == ""
    with pytest.raises(Refused, match="401") as refused:
        await desk(tracker, password="wr0ng")(ticket("open", "f02"), Deadline.after(60))
    assert "wr0ng" not in str(refused.value)
    with pytest.raises(Refused, match="40"):
        await desk(tracker, fields={"queue": "No such queue"})(ticket("open", "f03"), Deadline.after(60))
