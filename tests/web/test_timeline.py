"""What was wrong in the past week, as a person would tell it."""

from datetime import timedelta

import pytest
from web_scene import NOW, PastSpan, ago

from monitor.model import FaultKind, Key, Subject, Verdict
from monitor.web import timeline

SUBJECT = Subject(Key("school-3", "hall"), "picture")
KINDS = {"f": FaultKind.FROZEN, "b": FaultKind.BLACK, "u": None, "o": None}
VERDICTS = {"f": Verdict.FAULT, "b": Verdict.FAULT, "u": Verdict.UNKNOWN, "o": Verdict.OK}


def past(story: str, minutes: float) -> list[PastSpan]:
    """One letter after another, each lasting so long, the last one until now."""
    made = []
    for number, letter in enumerate(story):
        first, last = (ago((len(story) - at) * minutes * 60) for at in (number, number + 1))
        made.append(PastSpan(SUBJECT, VERDICTS[letter], KINDS[letter], letter, first, last - timedelta(seconds=1)))
    return made


@pytest.mark.parametrize(
    ("story", "minutes", "told"),
    [
        ("ofo", 5, "f"),
        ("ofufufo", 5, "f"),  # cheap looks doubt, close looks see
        ("ofufu", 5, "f-"),  # and so it goes on
        ("oufo", 5, "fu"),  # doubt before a fault is not yet the fault
        ("ofuo", 5, "uf"),  # nor is doubt after its end
        ("ofufo", 50, "fuf"),  # so long a doubt is told
        ("ofub", 5, "b-uf"),
        ("ofof", 5, "f-f"),
        ("ou", 5, "u-"),
    ],
)
def test_a_fault_is_told_in_one_piece(story: str, minutes: float, told: str) -> None:
    found = timeline.incidents(past(story, minutes), NOW)
    assert "".join(one.reason + ("" if one.end else "-") for one in found) == told


def test_a_joined_fault_lasts_from_its_first_to_its_last() -> None:
    [fault] = timeline.incidents(past("ofufufo", 5), NOW)
    assert (fault.start, fault.end) == (ago(30 * 60), ago(5 * 60) - timedelta(seconds=1))
