"""Alertmanager's webhook in the job book: what fires opens, what it opened is resolved, the rest is left alone."""

from datetime import timedelta
from typing import Any

import pytest
from ticket_house import START, House

from monitor.model import JobState
from monitor.store import jobs
from monitor.tickets import alerts
from monitor.tickets.alerts import Taken, digest, parse

LABELS = {"alertname": "LensCovered", "site": "school", "device": "gate", "severity": "warning"}


def alert(status: str = "firing", **labels: str) -> dict[str, Any]:
    return {
        "status": status,
        "labels": LABELS | labels,
        "annotations": {
            "summary": "The lens is covered",
            "description": "=HYPERLINK(\"http://x\")\n<b>'gate'</b> 大门",
        },
        "startsAt": "2026-03-01T09:52:26.739266876+02:00",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": "a1b2",
    }


def body(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"version": "4", "status": listed[0]["status"], "receiver": "cctv", "groupKey": "{}", "alerts": list(listed)}


def sent(house: House, *listed: dict[str, Any]) -> Taken:
    told = parse(body(*listed), house.now)
    return house.store.write(alerts.take, told, house.policy, house.now)


def only(house: House) -> Any:
    (job,) = house.store.read(jobs.newest, 10)
    return job


def test_a_firing_alert_is_one_job_however_often_it_is_sent(house: House) -> None:
    assert sent(house, alert()) == Taken(opened=1)
    assert sent(house, alert(severity="critical")) == Taken(standing=1)
    job = only(house)
    assert (job.origin, job.site, job.device, job.fault) == ("alert", "school", "gate", "LensCovered")
    assert job.title == "school/gate: The lens is covered"
    assert job.since.isoformat() == "2026-03-01T07:52:26.739266+00:00"
    assert "device=gate" in job.text


def test_resolved_closes_what_it_opened_and_nothing_else(house: House) -> None:
    house.raised("gate")
    house.turn()
    assert sent(house, alert("resolved")) == Taken(ignored=1)  # of a fault of ours it knows nothing
    assert house.job("gate").state is JobState.OPEN
    assert sent(house, alert()) == Taken(opened=1)
    assert sent(house, alert("resolved")) == Taken(resolved=1)
    assert sent(house, alert("resolved")) == Taken(ignored=1)
    house.turn(minutes=1)
    newest, ours = house.store.read(jobs.newest, 10)
    assert (newest.state, ours.state) == (JobState.CLOSED, JobState.OPEN)


def test_soon_again_is_the_same_job_and_later_a_new_one(house: House) -> None:
    for wait, count in ((1, 1), (1, 1), (48, 1), (48, 2)):
        assert sent(house, alert()) == Taken(opened=1)
        assert len(house.store.read(jobs.newest, 10)) == count
        sent(house, alert("resolved"))
        house.turn(minutes=1)
        house.turn(hours=wait)
    assert [one.reopened for one in house.store.read(jobs.newest, 10)] == [0, 2]


def test_two_devices_are_two_jobs(house: House) -> None:
    assert sent(house, alert(), alert(device="hall"), alert()) == Taken(opened=2, standing=1)
    assert sent(house, alert("resolved", device="hall")) == Taken(resolved=1)


def test_who_reports_it_and_how_severe_it_is_makes_no_other_problem() -> None:
    assert digest(LABELS) == digest({**LABELS, "severity": "critical", "prometheus": "b", "nvr": "n"})
    assert digest(LABELS) != digest({**LABELS, "device": "hall"})


def test_what_nobody_can_know_is_now(house: House) -> None:
    sent(house, alert() | {"startsAt": "0001-01-01T00:00:00Z"})
    assert only(house).since == START
    sent(house, alert(alertname="Half\ud800", device="x"))  # half a character, as JSON can hold it
    house.turn(seconds=timedelta(seconds=1).total_seconds())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "the body is not a JSON object"),
        ({}, "version 4"),
        ({"version": "3", "alerts": []}, "version 4"),
        ({"version": "4"}, "alerts is missing or not a list"),
        ({"version": "4", "alerts": {}}, "alerts is missing or not a list"),
        ({"version": "4", "alerts": ["x"]}, r"alerts\[0\] is not a JSON object"),
        (body(alert("pending")), r"alerts\[0\]\.status is neither firing nor resolved"),
        (body(alert() | {"labels": {}}), r"alerts\[0\]\.labels is empty"),
        (body(alert() | {"labels": {"a": 1}}), r"alerts\[0\]\.labels holds something that is not text"),
        (body(alert() | {"labels": None}), r"alerts\[0\]\.labels is not a JSON object"),
        (body(alert(), alert() | {"startsAt": "soon"}), r"alerts\[1\]\.startsAt is not a time"),
        (body(alert(), alert() | {"startsAt": 5}), r"alerts\[1\]\.startsAt is not a time"),
        (body(*[alert()] * 1001), "more than 1000 alerts"),
    ],
)
def test_a_body_that_is_wrong_is_named_and_nothing_of_it_taken(document: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(document, START)
