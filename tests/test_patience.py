"""Patience as stories: o = ok, b = bad (unreachable), s = bad of another kind (stalled), u = unknown, one a minute."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.model import IF_IT_LASTS, Change, FaultKind, Finding, Key, Standing, Transition, Verdict
from monitor.patience import forgive, step

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MEANING = {
    "o": (Verdict.OK, None),
    "b": (Verdict.FAULT, FaultKind.UNREACHABLE),
    "s": (Verdict.FAULT, FaultKind.STALLED),
    "u": (Verdict.UNKNOWN, None),
}


def finding(letter: str, minute: int, **facts: object) -> Finding:
    verdict, fault = MEANING[letter]
    return Finding(
        Key("school", "gate"), "rtsp", verdict, fault, letter, START + timedelta(minutes=minute), facts=facts
    )


def tell(
    story: str, standing: Standing | None = None, raise_after: int = 3, clear_after: int = 2, **facts: object
) -> tuple[Standing, list[tuple[int, Transition]]]:
    """The standing at the end, and the transitions with the minute they came."""
    told = []
    for minute, letter in enumerate(story):
        standing, transition = step(standing, finding(letter, minute, **facts), raise_after, clear_after)
        if transition:
            told.append((minute, transition))
    assert standing is not None
    return standing, told


@pytest.mark.parametrize(
    ("story", "changes", "confirmed"),
    [
        ("o", [], "o"),  # nothing was known: one good look is enough, nobody needs to be told
        ("u", [], "u"),
        ("b", [], "u"),  # and one bad look is not
        ("bb", [], "u"),
        ("bo", [], "o"),
        ("oobb", [], "o"),
        ("oobbb", ["raised"], "b"),
        ("oobbobb", [], "o"),  # a good look in between starts the count again
        ("oobbubuuu", ["raised"], "b"),  # an unknown one does not
        ("ooubbuuuu", [], "o"),  # and is no evidence itself
        ("oouuuuuuuu", [], "o"),
        ("bbbo", ["raised"], "b"),
        ("bbbobo", ["raised"], "b"),  # clearing needs two in a row as well
        ("bbbouo", ["raised", "cleared"], "o"),
        ("bbboo", ["raised", "cleared"], "o"),
        ("bbbuuuuu", ["raised"], "b"),  # never cleared by silence
        ("osbs", ["raised"], "s"),  # mixed kinds are bad all the same; the newest gives the name
        ("obsb", ["raised"], "b"),
        ("bbbss", ["raised"], "b"),
        ("bbbbbs", ["raised"], "b"),  # more looks of the known kind are no step towards another
        ("bbbsss", ["raised", "changed"], "s"),
        ("bbbssbsss", ["raised", "changed"], "s"),
        ("bbbssoss", ["raised"], "b"),
        ("bbbsssbbb", ["raised", "changed", "changed"], "b"),
        ("bbboobbb", ["raised", "cleared", "raised"], "b"),
    ],
)
def test_stories(story: str, changes: list[str], confirmed: str) -> None:
    standing, told = tell(story)
    assert [transition.change.value for _, transition in told] == changes
    assert (standing.verdict, standing.fault) == MEANING[confirmed]


def test_a_transition_says_when_it_began_and_what_was_before() -> None:
    _, told = tell("oobbbssso" + "o")
    (raised_at, raised), (changed_at, changed), (cleared_at, cleared) = told
    assert (raised_at, raised.since, raised.previous) == (4, START + timedelta(minutes=2), None)
    assert (changed_at, changed.since, changed.previous) == (7, START + timedelta(minutes=5), FaultKind.UNREACHABLE)
    assert (cleared_at, cleared.since, cleared.previous) == (9, START + timedelta(minutes=8), FaultKind.STALLED)


def test_the_standing_tells_its_streaks_for_people_who_ask_why() -> None:
    standing, _ = tell("oobbubb")
    assert (standing.bad, standing.good) == (4, 0)
    assert standing.first_bad == standing.since == START + timedelta(minutes=2)
    assert standing.last_ok == START + timedelta(minutes=1)
    assert standing.last_bad == START + timedelta(minutes=6)
    assert tell("oou")[0].unknown_since == START + timedelta(minutes=2)


@pytest.mark.parametrize(("raise_after", "clear_after"), [(1, 1), (5, 4)])
def test_the_counts_are_configurable(raise_after: int, clear_after: int) -> None:
    _, told = tell("o" + "b" * raise_after + "o" * clear_after, raise_after=raise_after, clear_after=clear_after)
    assert [minute for minute, _ in told] == [raise_after, raise_after + clear_after]


def test_a_busy_device_becomes_a_fault_only_after_half_an_hour_of_nothing_else() -> None:
    busy = {IF_IT_LASTS: FaultKind.NO_STREAM}
    standing, told = tell("u" * 33, tell("o")[0], **busy)
    assert [(minute, transition.change) for minute, transition in told] == [(32, Change.RAISED)]
    assert (standing.fault, standing.reason) == (FaultKind.NO_STREAM, "u; nothing else for 32 minutes")


def test_a_busy_device_that_is_seen_now_and_then_never_does() -> None:
    standing, told = tell(("u" * 25 + "o") * 8, **{IF_IT_LASTS: FaultKind.NO_STREAM})
    assert (standing.verdict, told) == (Verdict.OK, [])


def test_what_was_seen_while_blind_is_forgiven_but_a_confirmed_fault_stands() -> None:
    almost, _ = tell("oobb")
    assert tell("bb", forgive(almost))[1] == []
    standing, _ = tell("oobbb")
    assert forgive(standing).fault is FaultKind.UNREACHABLE


@given(some.text("obsu", max_size=60), some.integers(1, 5), some.integers(1, 5))
def test_whatever_comes_raises_and_clears_alternate_and_unknown_moves_nothing(
    story: str, raise_after: int, clear_after: int
) -> None:
    standing: Standing | None = None
    faulty = False
    for minute, letter in enumerate(story):
        before = standing
        standing, transition = step(standing, finding(letter, minute), raise_after, clear_after)
        assert transition is None or letter != "u"
        assert before is None or transition or (before.verdict in (standing.verdict, Verdict.UNKNOWN))
        if transition:
            assert (transition.change is Change.RAISED) is not faulty
            faulty = transition.change is not Change.CLEARED
        assert (standing.verdict is Verdict.FAULT) is faulty


@given(some.text("obsu", max_size=60))
def test_unknowns_anywhere_change_neither_what_is_told_nor_the_order(story: str) -> None:
    without = [transition.change for _, transition in tell("o" + story.replace("u", ""))[1]]
    assert [transition.change for _, transition in tell("o" + story)[1]] == without
