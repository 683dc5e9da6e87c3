"""The colour all over a picture."""

from typing import NamedTuple

import cv2
import numpy as np

from monitor.vision.work import Small

LIT = 40
"""Luma (0..255) below which a cast has nothing to colour."""
LIT_SHARE = 0.2
FAINT = 6.0
"""Mean colour (levels of Cb and Cr) that is no cast."""
SHARED = 10
"""Percentile of the lit pixels that is said: a scene holds something colourless, a cast colours that too."""


class Colour(NamedTuple):
    blue: float  # mean Cb - 128
    red: float  # mean Cr - 128
    chroma: float  # root mean square distance from grey
    tint: float  # shift towards the mean colour, per luma, that nine tenths of the lit picture have at least


def colour(small: Small) -> Colour:
    blue, red = cv2.meanStdDev(small.blue), cv2.meanStdDev(small.red)
    mean = blue[0].item() - 128, red[0].item() - 128
    spread = np.hypot(blue[1].item(), red[1].item())
    chroma = float(np.hypot(spread, np.hypot(*mean)))
    return Colour(*mean, chroma, _tint(small, *mean))


def _tint(small: Small, blue: float, red: float) -> float:
    strength = float(np.hypot(blue, red))
    if strength < FAINT:
        return 0.0
    luma = cv2.resize(small.grey, small.blue.shape[::-1], interpolation=cv2.INTER_LINEAR)
    lit = luma >= LIT
    if lit.mean() < LIT_SHARE:
        return 0.0
    towards = (small.blue[lit] - 128.0) * (blue / strength) + (small.red[lit] - 128.0) * (red / strength)
    return max(float(np.percentile(towards / luma[lit], SHARED)), 0.0)
