"""When is it us? Stories of hosts and outcomes."""

import itertools
from datetime import UTC, datetime

import pytest

from monitor.eyes import Eyes
from monitor.model import Evidence, Outcome

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("story", "blind"),
    [
        ([], False),
        ([("a", Outcome.SEEN)], False),
        ([("a", Outcome.NO_ROUTE), ("b", Outcome.NO_ROUTE)], False),  # two hosts may share a dead switch
        ([("a", Outcome.NO_ROUTE), ("b", Outcome.NO_ROUTE), ("c", Outcome.NO_ROUTE)], True),
        ([("a", Outcome.NO_ROUTE), ("b", Outcome.NO_ROUTE), ("c", Outcome.NO_ROUTE), ("d", Outcome.SEEN)], False),
        ([("a", Outcome.NO_ROUTE)] * 5, False),  # one dead host, polled often
        ([(h, Outcome.SEEN) for h in "abc"] + [(h, Outcome.NO_ROUTE) for h in "abc"], True),  # a cable was pulled
        ([(h, Outcome.SEEN) for h in "abc"] + [(h, Outcome.NO_ROUTE) for h in "ab"], False),  # c may still be there
        ([("localhost", Outcome.SEEN)] + [(h, Outcome.NO_ROUTE) for h in "abc"], True),  # our disk needs no network
        ([("d", Outcome.FAILED)] + [(h, Outcome.NO_ROUTE) for h in "abc"], True),  # our own trouble proves no route
        ([(h, Outcome.NO_ROUTE) for h in "abc"] + [("b", Outcome.REFUSED)], False),
        ([("a", Outcome.CONNECT_TIMEOUT), ("b", Outcome.CONNECT_TIMEOUT), ("c", Outcome.CONNECT_TIMEOUT)], False),
    ],
)
def test_our_own_network(story: list[tuple[str, Outcome]], blind: bool):
    eyes = Eyes()
    for host, outcome in story:
        eyes.saw(host, Evidence("rtsp", NOW, 0.1, outcome, ""))
    assert bool(eyes.blind()) is blind


def test_a_loop_that_was_late_cannot_see():
    eyes = Eyes()
    eyes.felt(0.3)
    assert eyes.blind() == ""
    eyes.felt(2.8)
    eyes.felt(0.0)
    assert "overloaded" in eyes.blind()


@pytest.mark.parametrize(
    ("set_by", "offset", "doubted"),
    [
        ((), 7200.0, False),  # nobody touched our clock
        ((7200.0,), -7201.0, True),  # the camera still has the time we had
        ((7200.0,), -28800.0, False),  # this one was wrong before
        ((7200.0,), 0.0, False),
        ((7200.0, -7200.0), 0.0, False),  # set back: all is as it was
        ((7200.0, -7200.0), -7200.0, False),
        ((-86400.0,), 86400.0, True),
        ((20.0,), -80.0, False),
        ((7200.0,), None, False),
    ],
)
def test_a_clock_that_was_right_until_ours_was_set(set_by: tuple[float, ...], offset: float | None, doubted: bool):
    differences = iter([0.0, *itertools.accumulate(set_by), sum(set_by)])
    eyes = Eyes(lambda: next(differences))
    for _ in set_by:
        eyes.compare_clocks()
    assert bool(eyes.clock_doubt(offset)) is doubted


def test_a_look_between_the_step_and_the_next_tick_is_doubted_too():
    differences = [1000.0]
    eyes = Eyes(lambda: differences[-1])
    differences.append(1000.0 + 7200.0)
    assert eyes.clock_doubt(-7200.0)
