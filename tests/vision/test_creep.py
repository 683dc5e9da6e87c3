"""A mount that gives way a little at a time: every step is forgiven, their sum is not."""

from test_views import VIEW, learned, moved

from monitor.limits import PictureLimits

STEP = 0.015


def test_a_view_that_creeps_away_has_moved_in_the_end() -> None:
    site = learned(limits=PictureLimits(reference_refresh_seconds=60.0))
    said = [site.watch(moved(VIEW, STEP * step), 9) for step in range(1, 5)]
    assert {finding.fault for finding in said[0] + said[1]} == {None}, "2 to 4 % is preset drift"
    assert site.answer.facts["reference"]["crept"] > 0.04
    assert said[3][-1].fault == "moved"


def test_a_view_that_came_back_has_not() -> None:
    site = learned(limits=PictureLimits(reference_refresh_seconds=60.0))
    for across in (STEP, 2 * STEP, STEP, 0.0):
        said = site.watch(moved(VIEW, across), 9)
    assert {finding.fault for finding in said} == {None}
    assert site.answer.facts["reference"]["crept"] < 0.01
