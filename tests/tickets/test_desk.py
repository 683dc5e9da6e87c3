"""The life of a job, as stories: what the monitor sees, what people do, and what the repair desk hears of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ticket_house import START, House

from monitor.model import FaultKind, JobState, Key, Target
from monitor.store import jobs, outbox
from monitor.tickets import people, summaries
from monitor.tickets.desk import introduce
from monitor.tickets.people import Act, NotPossible
from monitor.tickets.record import detail
from monitor.tickets.service import _has_work


def history(house: House, name: str) -> list[str]:
    return [line.action for line in house.store.read(jobs.lines, house.job(name))]


def test_a_fault_is_one_job_from_opening_to_closing(house: House) -> None:
    house.raised("gate")
    house.turn()
    house.turn(minutes=1)
    job = house.job("gate")
    assert (job.number, job.state, job.title) == (1, JobState.OPEN, "第三中学 (school/gate): picture frozen")
    assert house.told() == [("gate", "open")]
    house.cleared("gate")
    house.turn(minutes=1)
    assert house.job("gate").state is JobState.CLOSED
    assert house.told() == [("gate", "open"), ("gate", "resolve")]
    assert history(house, "gate") == ["opened", "seen_ok", "closed"]


def test_it_closes_only_after_it_was_seen_ok_for_the_hold_down_time(house: House) -> None:
    house.policy = replace(house.policy, hold_down=timedelta(minutes=15))
    house.raised("gate")
    house.turn()
    house.cleared("gate")
    house.turn(minutes=14)
    assert house.job("gate").healed == START
    house.raised("gate", text="frozen again")  # before it closed
    house.turn(minutes=1)
    assert (house.job("gate").state, house.job("gate").healed, house.job("gate").reopened) == (JobState.OPEN, None, 0)
    assert house.told() == [("gate", "open"), ("gate", "comment")]
    house.cleared("gate")
    house.turn(minutes=15)
    assert house.job("gate").state is JobState.CLOSED
    assert house.told() == [("gate", "open"), ("gate", "comment"), ("gate", "resolve")]


def test_the_same_fault_within_a_day_opens_the_same_job_again(house: House) -> None:
    house.raised("gate")
    house.turn()
    house.store.write(people.schedule, "1", Act("Li", house.now), START, "Ms Wang")
    house.cleared("gate")
    house.turn(hours=1)
    house.raised("gate")
    house.turn(hours=1)
    job = house.job("gate")
    assert (job.number, job.state, job.reopened, job.appointment) == (1, JobState.OPEN, 1, None)
    assert house.told() == [("gate", "open"), ("gate", "resolve"), ("gate", "open")]


def test_people_carry_it_from_acknowledged_to_the_follow_up_call(house: House) -> None:
    house.raised("gate")
    house.turn()
    act, store = Act("Li", house.now, "on it"), house.store
    assert store.write(people.acknowledge, "1", act).state is JobState.ACKNOWLEDGED
    assert store.write(people.schedule, "1", act, START, "Ms Wang").state is JobState.SCHEDULED
    assert store.write(people.finish, "1", act, house.policy).state is JobState.REPAIRED  # the fault still stands
    with pytest.raises(NotPossible, match="not closed yet"):
        store.write(people.follow_up, "1", act)
    house.cleared("gate")
    house.turn(minutes=1)
    assert store.write(people.follow_up, "1", act).followed_up == act.at
    told = ["opened", "acknowledged", "scheduled", "repaired", "seen_ok", "closed", "followed_up"]
    assert history(house, "gate") == told
    with pytest.raises(NotPossible, match="closed already"):
        store.write(people.acknowledge, "1", act)
    with pytest.raises(NotPossible, match="no ticket '9'"):
        store.write(people.note, "9", act)


def test_a_person_may_close_before_the_hold_down_time_is_over_but_never_before_it_is_seen_ok(house: House) -> None:
    house.policy = replace(house.policy, hold_down=timedelta(hours=9))
    house.raised("gate")
    house.turn()
    house.store.write(people.finish, "f-gate", Act("Li", house.now), house.policy)
    assert house.told() == [("gate", "open")]
    house.cleared("gate")
    house.turn()
    house.store.write(people.finish, "f-gate", Act("Li", house.now), house.policy)
    assert house.told() == [("gate", "open"), ("gate", "resolve")]


def test_children_are_remarks_on_the_job_of_their_cause(house: House) -> None:
    cause = house.raised("nvr", FaultKind.RECORDER_UNREACHABLE)
    house.joined("nvr", "hangs on this as well: gate (unreachable)")
    house.turn()
    assert house.told() == [("nvr", "open"), ("nvr", "comment")]
    child = replace(house.raised("gate"), parent=cause.id)
    house._write(child, "comment", 1, "")
    found = house.store.read(detail, "1")
    assert found is not None
    assert [one.subject.key.device for one in found.children] == ["gate"]


def test_a_storm_is_one_summary_and_every_fault_is_in_the_book(house: House) -> None:
    house.policy = replace(house.policy, cap_per_site=3)
    names = [f"c{n}" for n in range(10)]
    for name in names[:8]:
        house.raised(name)
    house.turn()
    assert [action for _, action in house.told()] == ["open"] * 4  # three, and the summary
    for name in names[8:]:
        house.raised(name)
    house.turn(minutes=1)
    assert len(house.told()) == 4
    house.turn(seconds=summaries.MORE_EVERY.total_seconds())
    summary, action = house.told()[-1]
    assert action == "comment"
    comment = house.store.read(outbox.pending)[-1].payload["text"]
    assert comment.count("\n") == 5  # six of them are named in one comment
    assert [house.job(name).joined for name in names] == [""] * 3 + [summary] * 7
    for name in names:
        house.cleared(name)
    house.turn(minutes=1)
    assert sorted(house.told()[5:]) == sorted([*((name, "resolve") for name in names[:3]), (summary, "resolve")])
    assert house.store.read(jobs.open_jobs) == []


def test_a_storm_that_stands_is_no_work_for_the_book(house: House) -> None:
    house.policy = replace(house.policy, cap_per_site=1)
    for name in ("gate", "hall", "yard", "roof"):
        house.raised(name)
    house.turn()
    assert not house.store.read(_has_work, house.policy, house.now)  # not time yet to name more of them
    house.turn(seconds=summaries.MORE_EVERY.total_seconds())
    assert not house.store.read(_has_work, house.policy, house.now + 2 * summaries.MORE_EVERY)
    house.raised("door")
    house.turn()
    house.now += summaries.MORE_EVERY
    assert house.store.read(_has_work, house.policy, house.now)


def test_a_desk_that_is_new_in_the_configuration_hears_of_what_stands(house: House) -> None:
    for name in ("gate", "hall"):
        house.raised(name)
    house.turn()
    house.cleared("hall")
    house.turn()
    house.policy = replace(house.policy, sinks=("desk", "other"))
    for _ in range(2):
        house.store.write(introduce, house.policy, house.now)
    assert house.told("other") == [("gate", "open")]
    assert house.told("desk") == [("gate", "open"), ("hall", "open"), ("hall", "resolve")]


def test_a_ticket_says_what_the_technician_needs(house: House) -> None:
    warranty = {"until": "2027-12-31", "terms": "parts and labour"}
    file = {"place": "north gate, pole 3", "model": "Acme D-1", "warranty": warranty}
    target = Target(Key("school", "gate"), "camera", "h", name="大门", options=file, recorder="nvr-1", channel="4")
    house.policy = replace(house.policy, targets={target.key: target})
    fault = replace(house.raised("gate", text="no change over 9 key frames"), ladder=("tcp ok since 2026-02-01",))
    house._write(fault, "open", 0, "no change over 9 key frames; with it: hall (frozen)")
    house.turn()
    text = house.job("gate").text
    for said in (
        "Site: 第三中学 (school)",
        "Customer: 教育局",
        "Device: 大门 (gate)",
        "Place: 人民路 1, north gate, pole 3",
        "Fault: picture frozen",
        "What was seen: no change over 9 key frames",
        "Since: 2026-03-01 16:00 (Asia/Shanghai)",
        "Model: Acme D-1",
        "Recorded by: nvr-1, 4",
        "Warranty: until 2027-12-31 (parts and labour)",
        "- tcp ok since 2026-02-01",
        "Ask on the phone:",
        "What to bring:",
        "Never:",
        "Never interrupt a recording",
    ):
        assert said in text, said


def test_a_ticket_of_a_whole_site_names_the_site(house: House) -> None:
    house.raised("", FaultKind.SITE_UNREACHABLE)
    house.turn()
    assert house.job("").title == "第三中学 (school): site not reachable"


def test_a_fault_that_becomes_another_kind_says_so_in_the_book(house: House) -> None:
    fault = house.raised("gate")
    house.turn()
    house._write(replace(fault, kind=FaultKind.BLACK), "comment", 1, "it is black now, no longer frozen")
    house.turn()
    assert (house.job("gate").fault, house.told()) == ("black", [("gate", "open"), ("gate", "comment")])
    assert house.job("gate").title.endswith("picture black")


def test_reported_repaired_and_bad_again_is_open_again(house: House) -> None:
    house.policy = replace(house.policy, hold_down=timedelta(hours=1))
    house.raised("gate")
    house.turn()
    house.store.write(people.repaired, "1", Act("Li", house.now))
    house.cleared("gate")
    house.turn(minutes=1)
    house.raised("gate")
    house.turn(minutes=1)
    assert house.job("gate").state is JobState.OPEN


def test_a_name_cannot_make_a_ticket_say_something_else(house: House) -> None:
    name = 'x"\'<b>\r\nPlace: nowhere\x1b[2J\u202egpj.=HYPERLINK("http://x")大门'
    target = Target(Key("school", "gate"), "camera", "h", name=name)
    house.policy = replace(house.policy, targets={target.key: target})
    house.raised("gate", text="seen\nPlace: here")
    house.turn()
    job = house.job("gate")
    assert "\n" not in job.title
    assert "\x1b" not in job.title + job.text
    assert "\u202e" not in job.title + job.text
    assert [line for line in job.text.splitlines() if line.startswith("Place:")] == ["Place: 人民路 1"]
