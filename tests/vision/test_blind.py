"""A view with a blind or a fence in it is learned like any other."""

import numpy as np
from drawn_views import scene
from test_views import Site


def test_bands_in_a_part_of_the_view_are_no_reason_not_to_learn_it() -> None:
    view = scene(6)
    bands = 70 * np.sign(np.sin(np.arange(view.shape[0]) * 2 * np.pi / 24))[:, None]
    view[:, 200:560] = np.clip(view[:, 200:560] * 0.3 + 90 + bands, 0, 255)
    site = Site()
    findings = site.watch(view, 8)
    now = site.answer.facts["now"]
    assert now["stripe_spread"] > 10
    assert now["stripe_peak"] > 0.3
    assert [finding.fault for finding in findings] == [None] * 8
    assert site.answer.facts["reference"]["learned"]
