"""The real Redmine 5 of Debian, on a SQLite database of its own: tests/redmine/install.sh unpacks it."""

import functools
import os
import shutil
import subprocess
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
REDMINE = Path("/opt/redmine-for-tests/usr/share/redmine")
KEY = "0123456789abcdef0123456789abcdef01234567"
HOSTILE = 'gate"\' <b>大门</b> =HYPERLINK("http://x") %_[x]'
DATABASE = "production: {{adapter: sqlite3, database: '{folder}/redmine.sqlite', timeout: 20000}}\n"
SETTING_UP = f"""
Setting.rest_api_enabled = '1'
admin = User.find_by_login('admin')
admin.update_columns(must_change_passwd: false)
Token.where(user_id: admin.id, action: 'api').delete_all
Token.create!(user: admin, action: 'api').update_columns(value: '{KEY}')
project = Project.create!(name: 'CCTV', identifier: 'cctv', enabled_module_names: ['issue_tracking'])
project.trackers = Tracker.all
"""


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert REDMINE.exists(), "Redmine is missing; run tests/redmine/install.sh"
    folder = tmp_path_factory.mktemp("redmine")
    home = folder / "redmine"
    set_up(folder, home)
    port = real_desk.free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["bundle", "exec", "rackup", "-s", "webrick", "-o", "127.0.0.1", "-p", str(port), "config.ru"]
    ask = functools.partial(asked, url, "users/current.json")
    with real_desk.running(command, folder / "log", ask, environment(folder), home):
        yield url


def environment(folder: Path) -> dict[str, str]:
    own = {"RAILS_ENV": "production", "REDMINE_LANG": "en", "SECRET_KEY_BASE": "only for a test" * 4}
    return own | {"SCHEMA": "/dev/null", "HOME": str(folder)}


def set_up(folder: Path, home: Path) -> None:
    """A copy of the program with an empty database, then the API, a project and a key."""
    shutil.copytree(REDMINE, home, symlinks=True)
    for link in ("Gemfile.lock", "instances", "config/database.yml"):
        (home / link).unlink(missing_ok=True)
    (home / "Gemfile.local").write_text('gem "sqlite3"\ngem "webrick"\n')
    for part in ("config", "tmp", "log", "files"):
        (home / "instances/default" / part).mkdir(parents=True)
    (home / "instances/default/config/database.yml").write_text(DATABASE.format(folder=folder))
    steps = (["rake", "db:migrate"], ["rake", "redmine:load_default_data"], ["rails", "runner", SETTING_UP])
    for work in steps:
        done = subprocess.run(
            ["bundle", "exec", *work], cwd=home, env=os.environ | environment(folder), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def asked(url: str, path: str) -> Any:
    answer = httpx.get(f"{url}/{path}", headers={"X-Redmine-API-Key": KEY}, trust_env=False, timeout=30)
    return answer.raise_for_status().json()


def desk(url: str, **more: Any) -> Sink:
    return webhook(url, template="redmine", **{"token": KEY} | more)


ticket = functools.partial(real_desk.ticket, title=HOSTILE)


async def test_a_ticket_is_opened_remarked_resolved_and_opened_again(tracker: str) -> None:
    sink = desk(tracker)
    first = await sink(ticket("open", "f00", "<b>seen</b>\nline 2"), Deadline.after(60))
    assert await sink(ticket("open", "f00"), Deadline.after(60)) == first  # found by its key, not made twice
    assert await sink(ticket("open", "f01"), Deadline.after(60)) != first
    assert first.url == f"{tracker}/issues/{first.reference}"
    known = ticket("comment", "f00", "hangs on this as well: 大门", reference=first.reference)
    assert isinstance(await sink(known, Deadline.after(60)), Receipt)
    await sink(ticket("resolve", "f00", "moves again"), Deadline.after(60))
    shown = asked(tracker, f"issues/{first.reference}.json?include=journals")["issue"]
    assert (shown["subject"], shown["status"]["name"]) == (f"{HOSTILE}: frozen [f00]", "Resolved")
    assert shown["description"].splitlines() == ["<b>seen</b>", "line 2"]
    assert [line["notes"] for line in shown["journals"]] == ["hangs on this as well: 大门", "moves again"]
    await sink(ticket("open", "f00", reopened=1), Deadline.after(60))
    assert asked(tracker, f"issues/{first.reference}.json")["issue"]["status"]["name"] == "In Progress"


async def test_a_closed_ticket_is_found_by_its_key_as_well(tracker: str) -> None:
    sink = desk(tracker, fields={"resolved": "5"})
    first = await sink(ticket("open", "f04"), Deadline.after(60))
    await sink(ticket("resolve", "f04", "moves again"), Deadline.after(60))
    assert asked(tracker, f"issues/{first.reference}.json")["issue"]["status"]["name"] == "Closed"
    assert await sink(ticket("open", "f04", reopened=1), Deadline.after(60)) == first


async def test_what_it_never_heard_of_is_not_resolved_and_a_wrong_login_is_said(tracker: str) -> None:
    assert (await desk(tracker)(ticket("resolve", "unheard"), Deadline.after(60))).reference == ""
    with pytest.raises(Refused, match="401") as refused:
        await desk(tracker, token="wr0ng")(ticket("open", "f02"), Deadline.after(60))
    assert "wr0ng" not in str(refused.value)
    with pytest.raises(Refused, match="40"):
        await desk(tracker, fields={"project": "nothing"})(ticket("open", "f03"), Deadline.after(60))
