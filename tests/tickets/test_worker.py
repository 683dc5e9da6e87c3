"""Repair desks on bad days, over real HTTP: nothing is lost, nothing is told twice, nobody waits for another."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flaky_desk import AWAY, BAD, HANG, LATE, LOSE, PLAIN_DESK, REDIRECT, REFUSE, TOO_MANY, Desk, script
from ticket_house import House, webhook

from monitor.board import Board
from monitor.metrics import Metrics
from monitor.store import jobs, outbox
from monitor.tickets import worker
from monitor.tickets.desk import BOOK
from monitor.tickets.rest import retry_after

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def plain_template(tmp_path: Path) -> Path:
    file = tmp_path / "plain.yaml"
    file.write_text(PLAIN_DESK)
    return file


async def exposition(metrics: Metrics) -> str:
    return b"".join([part async for part in metrics.render(Board())]).decode()


async def test_the_webhook_gets_what_is_promised(house: House) -> None:
    with Desk() as desk:
        async with house.at_work(desk=webhook(desk.url, token="t0ken")):
            fault = house.raised("gate", text='no change "since" <18 s>')
            await house.until(house.delivered)
            house.cleared("gate")
            await house.until(lambda: len(desk.requests) == 2)
    opened, resolved = desk.requests
    assert opened.body["key"] == opened.headers["Idempotency-Key"] == fault.id
    assert opened.headers["Authorization"] == "Bearer t0ken"
    wanted = {"action": "open", "site": "school", "device": "gate", "fault": "frozen"}
    assert wanted.items() <= opened.body.items()
    assert datetime.fromisoformat(opened.body["since"]) == fault.since
    assert 'no change "since" <18 s>' in opened.body["text"]
    assert (resolved.body["key"], resolved.body["action"]) == (fault.id, "resolve")
    assert resolved.body["text"] == "moves again"


@pytest.mark.parametrize("mood", [REFUSE, HANG, TOO_MANY, AWAY, LOSE, "500", "408"])
@pytest.mark.parametrize("webhook_desk", [True, False])
async def test_after_any_trouble_every_fault_has_exactly_one_ticket(
    house: House, plain_template: Path, monkeypatch: pytest.MonkeyPatch, mood: str, webhook_desk: bool
) -> None:
    if mood == HANG:
        monkeypatch.setattr(worker, "DEADLINE", 0.5)
    with Desk(script(mood, mood, "", mood, "", "", mood), webhook_desk) as desk:
        own = {} if webhook_desk else {"template_file": plain_template}
        async with house.at_work(desk=webhook(desk.url, **own)):
            for name in ("gate", "hall", "yard"):
                house.raised(name)
            await house.until(lambda: len(desk.counts()) == 3 and house.delivered())
            house.cleared("hall")
            await house.until(lambda: desk.open_keys() == {"f-gate", "f-yard"} and house.delivered())
    assert set(desk.counts().values()) == {1}


async def test_a_ticket_that_is_made_long_after_its_answer_was_lost_stays_the_only_one(
    house: House, plain_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk is looked at again and again before another is made, and meanwhile other tickets do not wait."""
    monkeypatch.setattr(worker, "SETTLE", 3600)
    with Desk(lambda: LATE if desk.seen[-1].method == "POST" else "", webhook=False) as desk:
        async with house.at_work(desk=webhook(desk.url, template_file=plain_template)):
            house.raised("gate")
            await house.until(lambda: len(desk.late) == 1)
            await house.until(lambda: len(desk.requests) >= 4)  # it looks, and finds nothing yet
            desk.mood = lambda: ""
            house.raised("hall")
            await house.until(lambda: desk.counts() == {"f-hall": 1})
            house.cleared("gate")  # what may be there is opened and resolved all the same
        async with house.at_work(desk=webhook(desk.url, template_file=plain_template)):  # a restart forgets none of it
            looks = len(desk.requests)
            await house.until(lambda: len(desk.requests) >= looks + 3)
            desk.do_late()
            await house.until(house.delivered)
    assert desk.counts() == {"f-gate": 1, "f-hall": 1}
    assert desk.open_keys() == {"f-hall"}


async def test_an_opening_that_never_came_to_pass_is_made_after_a_while(house: House, plain_template: Path) -> None:
    moods = iter(["", LATE])
    with Desk(lambda: next(moods, ""), webhook=False) as desk:
        async with house.at_work(desk=webhook(desk.url, template_file=plain_template)):
            house.raised("gate")
            await house.until(house.delivered)
    assert [request.method for request in desk.seen][:2] == ["GET", "POST"]
    assert "GET" in [request.method for request in desk.requests][1:-1]  # looked for before it was made again
    assert desk.counts() == {"f-gate": 1}


@pytest.mark.parametrize("mood", [TOO_MANY, AWAY])
async def test_after_a_clear_no_it_is_opened_without_delay(
    house: House, plain_template: Path, monkeypatch: pytest.MonkeyPatch, mood: str
) -> None:
    monkeypatch.setattr(worker, "SETTLE", 3600)
    with Desk(script("", mood, mood), webhook=False) as desk:
        async with house.at_work(desk=webhook(desk.url, template_file=plain_template)):
            house.raised("gate")
            await house.until(house.delivered)
    assert desk.counts() == {"f-gate": 1}


async def test_a_clock_that_was_set_back_does_not_hold_up_a_ticket(
    house: House, plain_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SETTLE", 3600)
    house.raised("gate")
    house.turn(seconds=1)
    (opening,) = [one for one in house.store.read(outbox.pending) if one.sink == "desk"]
    house.store.write(outbox.begin, opening.id, datetime.now(UTC) + timedelta(days=1))
    with Desk(webhook=False) as desk:
        async with house.at_work(desk=webhook(desk.url, template_file=plain_template)):
            await house.until(house.delivered)
    assert desk.counts() == {"f-gate": 1}


async def test_a_desk_in_any_mood_for_long_ends_with_the_truth(house: House, plain_template: Path) -> None:
    moods, calm = random.Random(7), asyncio.Event()
    draw = ["", "", REFUSE, TOO_MANY, AWAY, LOSE, LOSE]
    names = [f"c{n}" for n in range(6)]
    with Desk(lambda: "" if calm.is_set() else moods.choice(draw), webhook=False) as desk:
        async with house.at_work(desk=webhook(desk.url, template_file=plain_template)):
            for change, whom in (
                (house.raised, names),
                (house.cleared, names),
                (house.raised, names),
                (house.cleared, names[:3]),
            ):
                for name in whom:
                    change(name)
                await asyncio.sleep(0.25)
            calm.set()
            await house.until(house.delivered)
    assert desk.open_keys() == {"f-c3", "f-c4", "f-c5"}
    assert set(desk.counts().values()) == {1}


async def test_what_healed_while_the_desk_was_away_is_not_left_open(house: House) -> None:
    with Desk(lambda: AWAY) as desk:
        house.raised("untried")
        house.cleared("untried")  # before anything was sent
        async with house.at_work(desk=webhook(desk.url)):
            house.raised("tried")
            await house.until(lambda: len(desk.seen) >= 2)  # the desk may have it
            house.cleared("tried")
            house.raised("lasting")
            await house.until(lambda: not house.told(BOOK))  # all five are in the job book
            desk.mood = lambda: ""
            await house.until(house.delivered)
    assert desk.open_keys() == {"f-lasting"}
    assert "f-untried" not in desk.counts()  # nothing to tell: it never heard of it


async def test_nothing_is_lost_when_the_desk_is_away_for_a_day(house: House) -> None:
    """No desk at the address at all; meanwhile the monitor is started anew."""
    with Desk() as gone:
        url, port = gone.url, gone.port
    for _ in range(2):
        async with house.at_work(desk=webhook(url)):
            for name in ("gate", "hall"):
                if name not in house.known:
                    house.raised(name)
            await house.until(lambda: house.store.read(jobs.by_key, "f-hall") is not None)
    backlog = house.store.read(outbox.backlog, ["desk"])
    assert (backlog.pending, backlog.parked) == (2, 0)
    with Desk(port=port) as desk:
        async with house.at_work(desk=webhook(url)):
            await house.until(house.delivered)
    assert desk.counts() == {"f-gate": 1, "f-hall": 1}


async def test_a_hanging_desk_holds_up_nobody_else(house: House) -> None:
    with Desk(lambda: HANG) as slow, Desk() as other:
        async with house.at_work(slow=webhook(slow.url), other=webhook(other.url)):
            house.raised("gate")
            await house.until(lambda: len(slow.seen) == len(other.requests) == 1, worker.DEADLINE / 2)


async def test_a_message_the_desk_will_never_take_is_set_aside_and_counted(house: House) -> None:
    metrics = Metrics()
    with Desk() as desk:
        desk.mood = lambda: BAD if desk.seen[-1].body["device"] == "poison" else ""
        async with house.at_work(metrics, desk=webhook(desk.url, token="s3cret")):
            house.raised("poison")
            house.raised("gate")
            await house.until(lambda: desk.counts() == {"f-gate": 1} and house.delivered())
            async with asyncio.timeout(20):
                while "cctv_ticket_outbox_parked 1.0" not in await exposition(metrics):  # noqa: ASYNC110 -- no event tells
                    await asyncio.sleep(0.02)
        text = await exposition(metrics)
        assert 'cctv_ticket_requests_total{action="open",result="refused",sink="desk"} 1.0' in text
        assert 'cctv_tickets_open{site="school"} 2.0' in text
        (parked,) = [one for one in house.store.read(outbox.of_fault, "f-poison") if one.sink == "desk"]
        assert parked.parked == 'HTTP 400: {"error": "mood 400", "said": "Bearer ***"}'
        desk.mood = lambda: ""  # a person mended the desk, and starts the monitor anew
        async with house.at_work(desk=webhook(desk.url)):
            await house.until(lambda: "f-poison" in desk.counts())


async def test_a_poison_that_breaks_the_desk_holds_up_no_other(house: House) -> None:
    with Desk() as desk:
        desk.mood = lambda: "500" if desk.seen[-1].body["device"] == "poison" else ""
        async with house.at_work(desk=webhook(desk.url)):
            house.raised("poison")
            for n in range(20):
                house.raised(f"c{n}")
            await house.until(lambda: len(desk.counts()) == 20)


async def test_a_redirect_is_not_followed(house: House) -> None:
    with Desk(lambda: REDIRECT) as desk:
        async with house.at_work(desk=webhook(desk.url)):
            house.raised("gate")
            await house.until(house.delivered)
    (parked,) = [one for one in house.store.read(outbox.of_fault, "f-gate") if one.sink == "desk"]
    assert "another address" in parked.parked


async def test_it_waits_as_long_as_the_desk_asks(house: House) -> None:
    with Desk(script(TOO_MANY), retry_after="1") as desk:
        async with house.at_work(desk=webhook(desk.url)):
            house.raised("gate")
            await house.until(lambda: len(desk.seen) == 1)
            first = time.monotonic()
            await house.until(lambda: len(desk.seen) == 2)
            assert time.monotonic() - first >= 0.95


async def test_comments_and_the_end_keep_their_order(house: House) -> None:
    with Desk(script(AWAY, "", AWAY, LOSE)) as desk:
        async with house.at_work(desk=webhook(desk.url)):
            house.raised("nvr")
            house.joined("nvr", "hangs on this as well: gate")
            await house.until(lambda: len(desk.requests) >= 2)
            house.cleared("nvr")
            await house.until(lambda: house.delivered() and not desk.open_keys())
    (ticket,) = desk.tickets
    assert set(ticket["comments"]) == {"hangs on this as well: gate"}
    actions = [request.body["action"] for request in desk.requests]
    assert actions == sorted(actions, key=["open", "comment", "resolve"].index)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("7", 7.0), (" 0 ", 0.0), ("Sun, 01 Mar 2026 08:00:30 GMT", 30.0), ("soon", None), ("-5", None)],
)
def test_what_retry_after_means(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 3, 1, 8, tzinfo=UTC)) == seconds
    assert retry_after("Sun, 01 Mar 2026 07:00:00 GMT", datetime(2026, 3, 1, 8, tzinfo=UTC) + timedelta(0)) == 0.0
