"""Messages to people through the real apprise, to a web server on loopback."""

import base64
import logging
from datetime import UTC, datetime

import pytest
from flaky_desk import AWAY, Desk, script
from ticket_house import House

from monitor.model import Deadline, Ticket
from monitor.tickets import SINKS
from monitor.tickets.errors import Refused, Unavailable
from monitor.tickets.options import NotifyOptions

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise's
TICKET = Ticket(
    "f1",
    "open",
    "school",
    "gate",
    "frozen",
    datetime(2026, 3, 1, tzinfo=UTC),
    "大门 <b>",
    "text & 'more'",
    pictures={"evidence.jpg": b"\xff\xd8 a picture"},
)


def people(desk: Desk):  # type: ignore[no-untyped-def] # a Sink
    return SINKS["notify"].make(NotifyOptions(address=f"json://user:hunter2@127.0.0.1:{desk.port}/tickets"))


async def test_a_message_has_the_title_and_the_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Desk() as desk:
        desk.take = desk.requests.append  # it knows no keys
        await people(desk)(TICKET, Deadline.after(10))
    assert (desk.requests[0].body["title"], desk.requests[0].body["message"]) == (TICKET.title, TICKET.text)
    assert base64.b64decode(desk.requests[0].body["attachments"][0]["base64"]) == b"\xff\xd8 a picture"
    assert "hunter2" not in caplog.text


async def test_a_service_that_is_away_is_tried_again_and_a_wrong_address_is_not(house: House, quick: None) -> None:
    with Desk(script(AWAY)) as desk:
        desk.take = desk.requests.append
        with pytest.raises(Unavailable):
            await people(desk)(TICKET, Deadline.after(10))
        async with house.at_work(desk=people(desk)):
            house.raised("gate")
            await house.until(house.delivered)
    assert len(desk.requests) == 1
    with pytest.raises(Refused) as refused:
        await SINKS["notify"].make(NotifyOptions(address="hunter2://x"))(TICKET, Deadline.after(10))
    assert "hunter2" not in str(refused.value)
