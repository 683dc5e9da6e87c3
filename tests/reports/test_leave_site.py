"""The chain of certificates: whoever changes one, or takes one away, is found out."""

import copy

import pytest

from monitor.reports.compare import Document, compare
from monitor.reports.leave_site import certify, digest, verify


def finding(probe: str, verdict: str, fault: str | None = None) -> Document:
    return {"probe": probe, "aspect": "", "verdict": verdict, "fault": fault, "reason": f"{probe} {verdict}"}


def looked(*findings: Document, at: str = "2026-03-05T10:00:00+00:00") -> Document:
    verdicts = {one["verdict"] for one in findings}
    verdict = next((word for word in ("fault", "unknown", "ok") if word in verdicts), "unknown")
    device = {"device": "gate", "name": "大门", "verdict": verdict, "findings": list(findings)}
    return {"site": "school", "made_at": at, "verdict": verdict, "devices": [device]}


FINE = finding("rtsp", "ok"), finding("picture", "ok")


def chain(length: int) -> list[Document]:
    made: list[Document] = []
    for number in range(length):
        visit = looked(*FINE, at=f"2026-03-{number + 1:02}T10:00:00+00:00")
        made.append(certify(visit, "王工", "", None, made[-1] if made else None))
    return made


@pytest.mark.parametrize(("what", "findings", "passed", "left"), [
    ("all ok", FINE, True, 0),
    ("one fault", (finding("rtsp", "ok"), finding("picture", "fault", "black")), False, 1),
    ("one unknown is enough", (finding("rtsp", "ok"), finding("picture", "unknown")), False, 1),
    ("nothing was looked at", (), False, 1),
])  # fmt: skip
def test_it_passes_only_when_everything_was_seen_to_be_ok(
    what: str, findings: tuple[Document, ...], passed: bool, left: int
) -> None:
    made = certify(looked(*findings), "王工", "", None, None)
    assert (made["passed"], len(made["left"])) == (passed, left), what


def test_a_site_without_devices_cannot_pass() -> None:
    assert not certify(looked() | {"devices": [], "verdict": "unknown"}, "王工", "", None, None)["passed"]


def test_an_untouched_chain_is_whole() -> None:
    made = chain(3)
    assert verify(made, [(one["number"], one["sha256"]) for one in made]) == []
    assert [one["number"] for one in made] == [1, 2, 3]
    assert made[0]["previous"] == ""


def tampered(change: str) -> list[Document]:
    made = copy.deepcopy(chain(3))
    if change == "a word":
        made[1]["technician"] = "张工"
    elif change == "a word and its hash":
        made[1]["technician"] = "张工"
        made[1]["sha256"] = digest(made[1])
    elif change == "a reason deep inside":
        made[2]["devices"][0]["findings"][0]["reason"] = "fine"
    elif change == "one taken out":
        del made[1]
    elif change == "the newest taken away":
        del made[2]
    return made


@pytest.mark.parametrize(("change", "found"), [
    ("a word", "certificate 2 was changed"),
    ("a word and its hash", "certificate 3 does not follow from the one before it"),
    ("a reason deep inside", "certificate 3 was changed"),
    ("one taken out", "certificate 2 is missing"),
    ("the newest taken away", "certificate 3 is missing"),
])  # fmt: skip
def test_every_change_shows(change: str, found: str) -> None:
    issued = [(one["number"], one["sha256"]) for one in chain(3)]
    assert found in verify(tampered(change), issued)


def test_a_chain_written_anew_is_not_the_one_that_was_issued() -> None:
    issued = [(one["number"], one["sha256"]) for one in chain(2)]
    forged = [certify(looked(*FINE), "张工", "", None, None)]
    forged.append(certify(looked(*FINE), "张工", "", None, forged[0]))
    assert verify(forged) == [], "by itself it is whole"
    assert "certificate 1 is not the one that was issued" in verify(forged, issued)


def test_before_and_after() -> None:
    arrival = looked(finding("rtsp", "fault", "stalled"), finding("picture", "unknown"), finding("onvif", "fault", "x"))
    leaving = looked(finding("rtsp", "ok"), finding("picture", "fault", "black"), finding("tcp", "unknown"))
    made = compare(arrival, leaving)
    assert made is not None
    assert [one["probe"] for one in made["repaired"]] == ["rtsp"]
    assert [(one["probe"], one["was"]) for one in made["open"]] == [("picture", "unknown")]
    assert [one["probe"] for one in made["new"]] == ["tcp"]
    assert [one["probe"] for one in made["not_seen"]] == ["onvif"], "gone is not repaired"
