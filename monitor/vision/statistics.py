"""What one picture says by itself, with no history: level, spread, texture, noise, stripes, focus, colour."""

from dataclasses import dataclass, fields

import cv2
import numpy as np

from monitor.vision import noise
from monitor.vision.card import card
from monitor.vision.colour import colour
from monitor.vision.decode import Picture, Plane
from monitor.vision.sketch import DOWN, Floats, Sketch
from monitor.vision.stripes import stripes
from monitor.vision.work import Small

FLAT_SPREAD = 1.5
"""A tile with a smaller standard deviation (grey levels) carries nothing to see."""
BLANK_RANGE, BLANK_OFF, BLANK_SPREAD = 1.5, 1.2, 4.0
"""Tiles of so equal a mean, row by row as well, with no more spread than noise, were filled and not seen: no surface is
lit so evenly."""
BAR_RANGE = 8.0
"""Grey levels between the brightest and the darkest pixel of a column of a colour bar, as coarsely as it is coded."""
BAR_PARTS = 4
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
    relief: float  # standard deviation of the tiles' means: a scene has light and shade, snow has none
    flat: float  # share of tiles with next to no spread
    blank: float  # share of the height, from the bottom up, filled with one even grey from side to side
    ground: float  # share of the picture within 10 grey levels of the commonest one
    ground_spread: float  # standard deviation of that part
    caption: float  # width of the longest line of letters amid an even ground, share of the picture's; 0 = none
    amid: float  # share of the middle of the picture that is off an even ground; 1 = the ground is none
    bars: float  # share of the columns that are one even level down the upper half: near 1 on colour bars
    focus: float  # of the sharpest contours: 1.4 to 3 in focus, below 1.15 out of it; 0 = too few to tell
    native_noise: float  # grey levels, median over native patches
    stripe_spread: float  # of the strongest wave, any direction, grey levels
    stripe_peak: float  # its share of the energy of all waves as short
    stripe_coherence: float  # how well the parts of the picture agree on that wave, -1..1
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
    bands, tone, blank = stripes(drawn.values), colour(small), card(picture, drawn, histogram)
    return Statistics(
        level=level,
        spread=spread,
        p1=_percentile(cumulated, 0.01),
        p99=_percentile(cumulated, 0.99),
        entropy=_entropy(histogram),
        clipped=float(histogram[250:].sum()),
        correlation=_correlation(inner, spread),
        relief=float(drawn.level.std()),
        flat=float((drawn.spread < FLAT_SPREAD).mean()),
        blank=_blank(drawn),
        ground=blank.ground,
        ground_spread=blank.ground_spread,
        caption=blank.caption,
        amid=blank.amid,
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
    """A column is even where most parts of it are, of one level: letters may be burnt in across the others."""
    rows = values.shape[0] // 2 // BAR_PARTS
    parts = values[: rows * BAR_PARTS].reshape(BAR_PARTS, rows, -1)
    low, high = parts.min(axis=1), parts.max(axis=1)
    level = np.sort(low + high, axis=0)[BAR_PARTS // 2] / 2
    even = np.count_nonzero((high < level + BAR_RANGE) & (low > level - BAR_RANGE) & (high - low < BAR_RANGE), axis=0)
    whole = even >= BAR_PARTS - 1
    return float(whole.mean()) if whole.any() and level[whole].std() > BARS_DIFFER else 0.0


def _blank(drawn: Sketch) -> float:
    """From the lowest row of tiles up, or from the one above it: a name or a clock may be burnt in there."""
    filled = [_filled(drawn, rows) for rows in (DOWN, DOWN - 1)]
    return max(filled[0], filled[1] + 1 if filled[1] > 1 else 0) / DOWN


def _filled(drawn: Sketch, rows: int) -> int:
    """How many of the first ``rows`` rows, from the last of them up, are one even grey, neither night nor glare."""
    (low, high), level = BLANK_LEVELS, drawn.level[:rows]
    if np.ptp(level[-1]) > BLANK_RANGE:  # the usual end; a median costs ten times as much
        return 0
    even = float(np.median(level[-1]))
    if not low < even < high:
        return 0
    uneven = np.maximum(np.abs(level - even) / BLANK_OFF, drawn.spread[:rows] / BLANK_SPREAD).max(axis=1)
    return int(np.argmax([*uneven[::-1], np.inf] > np.float32(1)))
