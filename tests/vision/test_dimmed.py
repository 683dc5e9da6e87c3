"""A strongly coloured view in less light has less colour, and no cast."""

import numpy as np
import pytest
from drawn_views import live, scene
from test_first_look import in_colour
from test_views import Site


@pytest.mark.parametrize(("light", "blue", "fault"), [(0.65, 39, None), (1.0, 60, None), (1.0, 10, "colour_cast")])
def test_a_blue_view_dimmed(light: float, blue: int, fault: str | None) -> None:
    site = Site()
    view = scene() * 0.5
    for grey in live(view, 8):
        site.look(in_colour(grey, 60, -10))
    assert site.answer.facts["reference"]["learned"]
    later = live(np.clip(view * light, 0, 255), 3, seed=4)
    assert [site.look(in_colour(grey, blue, round(-10 * blue / 60))).fault for grey in later] == [fault] * 3
