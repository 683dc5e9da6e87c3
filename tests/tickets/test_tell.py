"""One line about a report to people, through the real apprise, to a web server on loopback."""

import logging

import pytest
from flaky_desk import Desk

from monitor.tickets import notify

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise's


async def test_everybody_is_told_and_who_cannot_be_is_said_without_the_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with Desk() as desk:
        desk.take = desk.requests.append  # it knows no keys
        good = f"json://user:hunter2@127.0.0.1:{desk.port}/tickets"
        await notify.tell(["hunter2://x", good], "第三中学 · 巡检报告", "正常: 4")
    (told,) = desk.requests
    assert (told.body["title"], told.body["message"]) == ("第三中学 · 巡检报告", "正常: 4")
    assert "notify address 1 was not told" in caplog.text
    assert "hunter2" not in caplog.text
