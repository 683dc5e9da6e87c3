"""What one picture says by itself, with no history: level, spread, texture, noise, stripes, focus, colour."""

from dataclasses import dataclass, fields

import cv2
import numpy as np

from monitor.vision import noise
from monitor.vision.colour import colour
from monitor.vision.decode import Picture, Plane
from monitor.vision.sketch import DOWN, Floats, Sketch
from monitor.vision.stripes import stripes
from monitor.vision.work import Small

FLAT_SPREAD = 1.5
"""A tile with a smaller standard deviation (grey levels) carries nothing to see."""
BLANK_RANGE, BLANK_SPREAD = 1.5, 4.0
"""Tiles of so equal a mean, with no more spread than noise, were filled and not seen: no surface is lit so evenly."""
BAR_RANGE = 8.0
"""Grey levels between the brightest and the darkest pixel of a column of a colour bar, as coarsely as it is coded."""
BARS_DIFFER = 20.0
"""Spread of the bars' levels: an even sky is none."""
BLANK_LEVELS = 24.0, 230.0
"""Night and glare clip whole rows too: only what lies between was surely filled."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Grey levels are 0..255. Measured between the overlay bands at 480 wide (tiles 240, ``native_noise`` as sent)."""

    level: float  # mean
    spread: float  # standard deviation
    p1: float
    p99: float
    entropy: float  # bits of the grey histogram
    clipped: float  # share of pixels >= 250
    correlation: float  # lag-1 horizontal: pictures ~1, electronic noise ~0
    flat: float  # share of tiles with next to no spread
    blank: float  # share of the height, from the bottom up, filled with one even grey from side to side
    bars: float  # share of the columns that are one even level down the upper half: near 1 on colour bars
    focus: float  # of the sharpest contours: 1.4 to 3 in focus, below 1.15 out of it; 0 = too few to tell
    native_noise: float  # grey levels, median over native patches
    stripe_spread: float  # of the row or column profile, whichever is the more periodic
    stripe_peak: float  # largest share of that profile's spectral energy in one line
    stripe_coherence: float  # how well the quarters of the picture agree on that profile, -1..1
    blue: float  # mean Cb - 128
    red: float  # mean Cr - 128
    chroma: float  # distance of the colours from grey: below ~2 the picture is monochrome
    tint: float  # colour that nine tenths of the lit picture share, per luma

    def as_facts(self) -> dict[str, float]:
        return {field.name: round(getattr(self, field.name), 4) for field in fields(self)}


def measure(picture: Picture, small: Small, drawn: Sketch) -> Statistics:
    """All numbers of one picture: about 1 ms."""
    inner = small.inner
    histogram = cv2.calcHist([inner], [0], None, [256], [0, 256]).ravel() / inner.size
    level, spread = _moments(histogram)
    cumulated = np.cumsum(histogram)
    bands, tone = stripes(inner), colour(small)
    return Statistics(
        level=level,
        spread=spread,
        p1=_percentile(cumulated, 0.01),
        p99=_percentile(cumulated, 0.99),
        entropy=_entropy(histogram),
        clipped=float(histogram[250:].sum()),
        correlation=_correlation(inner, spread),
        flat=float((drawn.spread < FLAT_SPREAD).mean()),
        blank=_blank(drawn),
        bars=_bars(drawn.values),
        focus=drawn.focus,
        native_noise=noise.native(picture),
        stripe_spread=bands.spread,
        stripe_peak=bands.peak,
        stripe_coherence=bands.coherence,
        blue=tone.blue,
        red=tone.red,
        chroma=tone.chroma,
        tint=tone.tint,
    )


def median(many: list[Statistics]) -> Statistics:
    """The middle value of each number over several pictures of one look."""
    if len(many) == 1:
        return many[0]
    return Statistics(*(float(np.median([getattr(one, field.name) for one in many])) for field in fields(Statistics)))


def _moments(histogram: Floats) -> tuple[float, float]:
    levels = np.arange(len(histogram))
    mean = float(histogram @ levels)
    return mean, float(np.sqrt(histogram @ (levels - mean) ** 2))


def _percentile(cumulated: Floats, share: float) -> float:
    """Of a cumulated histogram, interpolated inside the bin."""
    index = min(int(np.searchsorted(cumulated, share)), len(cumulated) - 1)
    below = float(cumulated[index - 1]) if index else 0.0
    inside = min(max((share - below) / max(float(cumulated[index]) - below, 1e-9), 0.0), 1.0)
    return index + inside - 0.5 if index else 0.5 * inside


def _entropy(histogram: Floats) -> float:
    filled = histogram[histogram > 0]
    return float(-(filled * np.log2(filled)).sum())


def _correlation(grey: Plane, spread: float) -> float:
    """From the mean squared step between neighbours: twice the variance where they know nothing of each other."""
    if spread < 0.05:
        return 0.0
    left, right = grey[:, :-1], grey[:, 1:]
    return float(1 - cv2.norm(left, right, cv2.NORM_L2SQR) / left.size / (2 * spread**2))


def _bars(values: Floats) -> float:
    upper = values[: values.shape[0] // 2]
    low, high = (cv2.reduce(upper, 0, how) for how in (cv2.REDUCE_MIN, cv2.REDUCE_MAX))
    even = high - low < BAR_RANGE
    return float(even.mean()) if even.any() and low[even].std() > BARS_DIFFER else 0.0


def _blank(drawn: Sketch) -> float:
    (low, high), lowest = BLANK_LEVELS, drawn.level[-1]
    if lowest.max() - lowest.min() > BLANK_RANGE:
        return 0.0
    level = float(np.median(lowest))
    uneven = np.maximum(np.abs(drawn.level - level) / BLANK_RANGE * 2, drawn.spread / BLANK_SPREAD).max(axis=1)
    rows = int(np.argmax([*uneven[::-1], np.inf] > np.float32(1)))
    return rows / DOWN if low < level < high else 0.0
