"""Templates for desks that cannot be had here, against servers that answer as those desks' documentation says."""

import html
from datetime import UTC, datetime
from typing import Any

import pytest
from documented_desks import DESKS, Documented, Glpi
from ticket_house import webhook

from monitor.model import Deadline, Ticket
from monitor.tickets.errors import Refused

HOSTILE = 'gate"\' <b>大门</b> =HYPERLINK("http://x") OR labels = x ^state=1'
pytestmark = pytest.mark.parametrize("kind", DESKS, ids=lambda kind: kind.template)


def ticket(action: str, key: str, text: str = "no change", **more: Any) -> Ticket:
    since = datetime(2026, 3, 1, 8, tzinfo=UTC)
    return Ticket(key, action, "school", "gate", "frozen", since, f"{HOSTILE}: frozen", text, **more)


def shown(desk: Documented, text: str) -> str:
    """As this desk keeps it: GLPI keeps HTML."""
    return html.escape(text).replace("\n", "<br>") if isinstance(desk, Glpi) else text


async def test_the_whole_way_of_a_ticket(kind: type[Documented]) -> None:
    with kind() as desk:
        sink = webhook(desk.url, template=desk.template, **desk.login)
        picture = {"evidence.jpg": b"\xff\xd8\xff\xe0 a picture"}
        first = await sink(ticket("open", "8ac2749128b0", "<b>seen</b>\nline 2", pictures=picture), Deadline.after(20))
        assert await sink(ticket("open", "8ac2749128b0"), Deadline.after(20)) == first  # found by its key
        second = await sink(ticket("open", "8ac2749128b1"), Deadline.after(20))
        assert (second != first, len(desk.issues)) == (True, 2)
        issue = desk.issues[0]
        assert shown(desk, HOSTILE) in issue.title
        assert issue.text == shown(desk, "<b>seen</b>\nline 2")
        assert (first.url.startswith(desk.url), first.reference in first.url) == (True, True)
        await sink(ticket("comment", "8ac2749128b0", "with it: 大门", reference=first.reference), Deadline.after(20))
        await sink(ticket("resolve", "8ac2749128b0", "moves again"), Deadline.after(20))
        assert (issue.state, desk.issues[1].state) == (desk.states[1], desk.states[0])
        await sink(ticket("open", "8ac2749128b0", "again", reopened=1), Deadline.after(20))
        assert issue.state == desk.states[2]
        assert issue.said[-3:] == [shown(desk, text) for text in ("with it: 大门", "moves again", "again")]
        assert desk.refused == []


async def test_what_it_never_heard_of_is_told_nothing(kind: type[Documented]) -> None:
    with kind() as desk:
        sink = webhook(desk.url, template=desk.template, **desk.login)
        assert (await sink(ticket("resolve", "unheard"), Deadline.after(20))).reference == ""
        assert (await sink(ticket("comment", "unheard"), Deadline.after(20))).reference == ""
        assert (desk.issues, desk.refused) == ([], [])


async def test_a_wrong_login_is_said_without_the_secret(kind: type[Documented]) -> None:
    with kind() as desk, pytest.raises(Refused, match="HTTP 401") as refused:
        await webhook(desk.url, template=desk.template, **desk.wrong)(ticket("open", "8ac2"), Deadline.after(20))
    assert "wr0ng" not in str(refused.value)
    assert desk.issues == []


async def test_no_session_stays_open(kind: type[Documented]) -> None:
    with kind() as desk:
        await webhook(desk.url, template=desk.template, **desk.login)(ticket("open", "8ac2"), Deadline.after(20))
        assert getattr(desk, "sessions", 0) == 0
