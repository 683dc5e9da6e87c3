"""Regular bands across the whole picture, in any direction: interference, a failing sensor readout."""

import functools
import itertools
from typing import Any, NamedTuple

import cv2
import numpy as np

Floats = np.ndarray[Any, Any]

SLOWEST = 9.0
"""Bands across 240 pixels below which they are light and shade."""
SLOW = 25
"""Pixels of the average that is taken off before the parts are compared: a roof's edge is in step with anything."""
PARTS = 4
"""Parts of each side of the picture, all of which must show the bands in step, ..."""
AMISS = 2
"""... but for so many, which may be burnt out."""
FAINT, FAINT_SHARE = 6.0, 0.04
"""Grey levels and share of a wave that is not worth comparing; far below any limit."""
OTHERS, IN_STEP = 3, 0.6
"""Weaker waves that are looked at where the strongest is no more coherent than this, and one of them perhaps is."""
PLAIN, SHORTFALL = 0.2, 2.0
"""Share of the energy from which a wave is plain to see; one with less must be in step so many times better: window
panes, boards and crates repeat themselves too."""
NEAR = np.arange(-1, 2)
"""A wave fills three lines of the spectrum under a Hann window."""


class Bands(NamedTuple):
    spread: float  # standard deviation of the strongest wave, grey levels
    peak: float  # its share of the spectral energy of all waves as short
    coherence: float  # of the parts of the picture the worst but AMISS: its share in that wave, in step; 1 = alike;
    # less for a wave that is not plain to see


def stripes(values: Floats) -> Bands:
    """``values``: the miniature, float32. The strongest wave of its spectrum, and whether it runs alike all over; a
    weaker one where that does and the strongest, of a facade perhaps, does not."""
    rows, columns = values.shape
    window, short, gain = _window(rows, columns)
    power = _power(cv2.multiply(values - values.mean(), window)) * short
    whole = max(float(power.sum()), 1e-6)
    quick = values - cv2.blur(values, (SLOW, SLOW))
    first = _strongest(quick, power, whole, gain)
    if first.coherence > IN_STEP or not first.coherence:
        return first
    others = (_strongest(quick, power, whole, gain) for _ in range(OTHERS))
    worth = itertools.takewhile(lambda one: one.coherence, others)
    return next((one for one in worth if one.coherence > IN_STEP), first)


def _strongest(quick: Floats, power: Floats, whole: float, gain: float) -> Bands:
    """Of the waves that are in ``power`` still, and out of it."""
    rows, columns = quick.shape
    down, across = (int(index) for index in np.unravel_index(int(power.argmax()), power.shape))
    lines = (down + NEAR)[:, None] % rows, np.clip(across + NEAR, 0, power.shape[1] - 1)[None]
    peak = power[lines]
    if not across:  # the spectrum's other half
        peak[:, 0] = power[-(down + NEAR) % rows, 1]
    power[lines] = 0
    energy = max(float(peak.sum()), 1e-6)
    share = energy / whole
    pitch = _middle(down, peak.sum(axis=1), rows), _middle(across, peak.sum(axis=0), columns)
    kept = float(np.prod(np.sinc(pitch)))  # a pixel is the mean over its width: fine bands are fainter in it
    spread = float(np.sqrt(2 * energy)) / gain / kept
    if spread <= FAINT or share <= FAINT_SHARE:
        return Bands(spread, share, 0.0)
    return Bands(spread, share, _coherence(quick, *pitch) - SHORTFALL * max(0.0, PLAIN - share))


def _middle(line: int, energies: Floats, size: int) -> float:
    """Waves a pixel, -.5 to .5, of a wave between three lines of the spectrum."""
    return (line + float(NEAR @ energies) / max(float(energies.sum()), 1e-6) + size / 2) % size / size - 0.5


@functools.lru_cache(maxsize=16)
def _window(rows: int, columns: int) -> tuple[Floats, Floats, float]:
    """Hann window; 1 where waves are short enough, in half a spectrum; what the window makes of a wave's size."""
    window = cv2.createHanningWindow((columns, rows), cv2.CV_32F)
    waves = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None, : columns // 2]) * 240
    squares = float((window**2).sum()) * rows * columns
    return window, (waves >= SLOWEST).astype(np.float32), float(np.sqrt(squares))


def _power(values: Floats) -> Floats:
    """(rows, columns / 2): every wave once. OpenCV packs the spectrum of real numbers: real and imaginary columns in
    turn, and the first column, waves straight down, row by row in the same way; that takes a ninth of the time."""
    packed = cv2.dft(values)
    rows, columns = values.shape
    power = np.zeros((rows, columns // 2), np.float32)
    power[:, 1:] = packed[:, 1:-1:2] ** 2 + packed[:, 2:-1:2] ** 2
    power[1 : rows // 2, 0] = packed[1:-1:2, 0] ** 2 + packed[2:-1:2, 0] ** 2
    return power


def _coherence(quick: Floats, down: float, across: float) -> float:
    """``quick``: the miniature without light and shade; ``down``, ``across``: waves a pixel."""
    rows, columns = quick.shape
    both = _turned(rows, down) @ quick @ _turned(columns, across).T
    (a, b), (c, d) = both.reshape(2, PARTS, 2, PARTS).swapaxes(1, 2)
    found = (a - d) + 1j * (b + c)
    whole = found.mean()
    return float(np.sort((found * whole.conj()).real.ravel())[AMISS] / max(abs(whole) ** 2, 1e-6))


def _turned(size: int, pitch: float) -> Floats:
    """(2 * PARTS, size), real above imaginary: what a part of one side has of a wave, when multiplied with it."""
    part = np.arange(size) * PARTS // size == np.arange(PARTS)[:, None]
    turn = 2 * np.pi * pitch * np.arange(size)
    return np.vstack([part * np.cos(turn), part * -np.sin(turn)]).astype(np.float32)
