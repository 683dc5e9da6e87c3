"""Templates: every shipped one is right, a wrong one is named, and no value can become syntax."""

import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from flaky_desk import Desk
from ticket_house import webhook

from monitor.model import Deadline, Ticket
from monitor.tickets.errors import Refused, Unavailable
from monitor.tickets.templates import fill, fill_headers, fill_url, load_template, names

HOSTILE = '"},{"x":"\'; DROP --\n</script>=HYPERLINK("http://x")&a=b#{token}大门\r\nX-Evil: 1'
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", names())
def test_a_shipped_template_says_all_that_a_ticket_goes_through(name: str) -> None:
    template = load_template(name)
    assert template.about
    assert template.create
    assert template.comment
    assert template.resolve
    assert bool(template.find) == bool(template.reopen) == (name != "webhook")


def test_the_templates_stand_in_config_and_in_the_reference() -> None:
    assert (ROOT / "config/tickets").resolve() == ROOT / "monitor/tickets/templates"
    page = (ROOT / "docs/reference/tickets.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name in names():
        (row,) = [line for line in rows if line.startswith(f"| `{name}`")]
        assert ("yes" in row) == bool(load_template(name).tried), name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("create: [{method: POST, url: '{url}/{nonsense}'}]", "{nonsense} is not known"),
        ("create: [{method: POST, url: '{url}', body: {a: ['{text|shout}']}}]", "there is no filter 'shout'"),
        ("create: [{method: FETCH, url: '{url}'}]", "create.0.method: Input should be"),
        ("create: [{method: POST, uri: x}]", "create.0.url: Field required"),
        ("create: [", "is not YAML"),
    ],
)
def test_a_wrong_template_is_named_with_its_mistake(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f"about: ours\ncomment: []\nresolve: []\n{text}\n")
    with pytest.raises(ValueError, match=r"own\.yaml") as wrong:
        load_template("", file)
    assert said in str(wrong.value)
    with pytest.raises(ValueError, match=r"cannot read .*nothing\.yaml"):
        load_template("", tmp_path / "nothing.yaml")


def test_a_value_stays_a_value() -> None:
    values = {"text": HOSTILE, "token": "s3cret", "reopened": 2, "place": None, "url": "http://h/x?a=1"}
    body = fill({"a": "{text}", "b": ["<{text}>"], "n": "{reopened}", "p": "{place}", "h": "{text|html}"}, values)
    assert body["a"] == HOSTILE
    assert json.loads(json.dumps(body))["b"] == [f"<{HOSTILE}>"]
    assert (body["n"], body["p"]) == (2, None)
    assert "<" not in body["h"].replace("<br>", "")
    assert "s3cret" not in str(body)  # what stands in a value is not filled in again
    assert fill_url("{url}/{text}", values).startswith("http://h/x?a=1/%22%7D%2C%7B")
    assert httpx.URL(fill_url("http://h/{text}", values)).query == b""
    header = fill_headers({"X": "{text}", "P": "{place}"}, values)
    assert header["X"].isascii()
    assert "\n" not in header["X"]
    assert "P" not in header


def test_what_a_list_lacks_is_left_out() -> None:
    body = {"attachments": [{"name": "evidence.jpg", "data": "{picture}"}], "picture": "{picture}"}
    assert fill(body, {"picture": None}) == {"attachments": [], "picture": None}
    assert fill(body, {"picture": "AA=="})["attachments"] == [{"name": "evidence.jpg", "data": "AA=="}]


async def test_a_hostile_ticket_arrives_as_it_is(tmp_path: Path) -> None:
    with Desk() as desk:
        since = datetime(2026, 3, 1, 8, tzinfo=UTC)
        ticket = Ticket("f1", "open", "school", "gate", "frozen", since, HOSTILE, HOSTILE)
        await webhook(desk.url)(ticket, Deadline.after(5))
    assert (desk.requests[0].body["title"], desk.requests[0].body["text"]) == (HOSTILE, HOSTILE)
    assert "X-Evil" not in desk.requests[0].headers


async def test_an_answer_without_what_the_template_wants_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "about: ours\ncomment: []\nresolve: []\ncreate: [{method: POST, url: '{url}', keep: {reference: a.b}, body: "
        "{key: '{key}', action: '{action}'}}]\n"
    )
    ticket = Ticket("f1", "open", "s", "g", "frozen", datetime(2026, 3, 1, 8, tzinfo=UTC), "t", "t")
    with Desk() as desk, pytest.raises(Refused, match=r"nothing at 'a\.b'"):
        await webhook(desk.url, template_file=file)(ticket, Deadline.after(5))


async def test_why_a_desk_cannot_be_reached_is_said_without_its_address() -> None:
    ticket = Ticket("f1", "open", "s", "g", "frozen", datetime(2026, 3, 1, 8, tzinfo=UTC), "t", "t")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match=r"^no connection: Connection refused$"):
        await webhook(f"http://127.0.0.1:{port}/")(ticket, Deadline.after(5))


async def test_a_desk_that_speaks_no_tls_is_said_so() -> None:
    ticket = Ticket("f1", "open", "s", "g", "frozen", datetime(2026, 3, 1, 8, tzinfo=UTC), "t", "t")
    with Desk() as desk, pytest.raises(Unavailable, match=r"^no connection: TLS failed \(\w+\)$"):
        await webhook(desk.url.replace("http:", "https:"))(ticket, Deadline.after(5))
