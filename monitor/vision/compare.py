"""This view beside its reference: which tiles still show the same edges, how far it has shifted, how sharp it is."""

import functools
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from monitor.vision.sketch import ACROSS, DOWN, Floats, Sketch, Tiles, slopes, tile_mean
from monitor.vision.turn import Turn, turned, undone

SHIFTED = 0.05
"""Share of tiles lost where they stood from which a shift is looked for: a view that stands still loses fewer."""
SHIFTED_FAINTLY, FARTHEST = 0.2, 0.13
"""The same where the phases show nothing, and how far the view is then looked for, share of its size."""
TURNED = 0.2
"""The same with a shift undone, from which the view may have been turned or zoomed."""
LEFT = 0.3
"""Share of the lost tiles that may be lost still with a turn undone: half a turn explains nothing."""
BELIEVED = 0.05
"""Response of the phase correlation from which a shift is worth undoing; unrelated views give less."""
RECOVERED = 0.05
"""Share of the tiles that undoing a shift must bring back, and half of the lost ones, to be believed."""
ALIKE = 0.3
"""Gradient correlation of a tile below which it no longer shows the reference."""
DEPARTED = 0.5
"""Change of a plain tile's level beyond that of the light (natural logarithm: a factor of 1.65) that is no shading."""
STAYED = 0.1
"""Change of a plain tile's level up to which it is as it was."""
FEW = 0.15
"""Share of the tiles with something to recognise that must be, to read the light off them; unrelated views keep .05."""
FINE = 0.1
"""Detail of a reference's tile that is worth asking for; below it noise decides."""
DIM = 8.0
"""Grey levels added first, below which a factor means nothing."""
NEARLY_ALL, FEWEST_WITNESSES = 0.7, 6
"""Share and number of the recognisable tiles amidst them that must be lost as well."""


class Displacement(NamedTuple):
    across: float  # pixels, + = content went right
    down: float
    response: float  # height of the peak, 0..1


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a picture shows of its reference. Shares are of the reference's textured tiles outside the masks."""

    textured: int  # tiles that can be compared
    lost: float  # share of them that no longer show the reference, a small shift undone
    lost_tiles: Tiles = field(repr=False)  # (DOWN, ACROSS)
    unlike: Tiles = field(repr=False)  # the same of all tiles, the faint ones where they stood
    covered: float = 0.0  # share of all tiles outside the masks: lost, or plain ones of another level among lost ones
    unwitnessed: float = 0.0  # the same where nothing recognisable stood
    stayed: float = 0.0  # share of all tiles outside the masks: recognised, or plain ones of the same level
    light: float = 1.0  # level now / then over the tiles that still show it (all, when few do)
    shift_across: float = 0.0  # of the width, + = content went right; 0 while nearly all tiles are where they were
    shift_down: float = 0.0  # of the height
    response: float = 0.0  # of the phase correlation, of a turn the share of parts that agree; 0 = not looked for
    degrees: float = 0.0  # turned about the camera's axis, + = clockwise
    zoom: float = 1.0  # enlarged
    swing: float = 0.0  # how far the parts have gone in a turn or zoom, share of the sides, root mean square; 0 = none
    lost_here: float = 1.0  # the same where they stood, no shift undone
    layout: float = 0.0  # correlation of the coarse grey layout, -1..1
    edge_ratio: float = 1.0  # edge strength now / then
    sharpness: float = 1.0  # fine detail per coarse edge now / then, the middle of the recognised tiles

    @property
    def shift(self) -> float:
        """The larger of the two, as a share of that side of the picture."""
        return max(abs(self.shift_across), abs(self.shift_down), self.swing)


def compare(then: Sketch, now: Sketch, masked: Tiles) -> Comparison:
    """Sketches of miniatures of the same shape; ``masked`` (DOWN, ACROSS) is left out. About half a millisecond."""
    textured = then.textured & ~masked
    unlike = _correlation(then, now.across, now.down, now.power) < ALIKE
    here = unlike & textured
    shift, usable, lost = _unshifted(then, now, textured, here)
    turn = None
    if _share(lost, usable) > TURNED:
        turn, usable, lost = _unturned(then, now, textured, here, (usable, lost))
    known = (textured & ~lost) | (then.faint & ~unlike & ~masked)
    light = _light(then, now, known)
    departed, faded, stayed = _plain(then, now, unlike, masked, light)
    covered, unwitnessed = _covered(then, lost | departed | faded, lost, departed, masked)
    return Comparison(
        textured=int(textured.sum()),
        lost=_share(lost, usable),
        lost_tiles=lost,
        unlike=np.where(textured, lost, unlike),
        covered=covered,
        unwitnessed=unwitnessed,
        stayed=_share(known | stayed, ~masked),
        light=light,
        **(_gone(turn, now.grey.shape) if turn else _slid(shift, now.grey.shape)),
        lost_here=_share(here, usable),
        layout=_layout(then, now),
        edge_ratio=float(now.edges.mean() / max(then.edges.mean(), 1e-3)),
        sharpness=_sharpness(then, now, textured & ~here),
    )


def _correlation(then: Sketch, across: Floats, down: Floats, power: Floats) -> Floats:
    """Per tile, -1..1. Gradient vectors, not their strength: blind to light and contrast, not to a strange edge."""
    product = tile_mean(cv2.add(cv2.multiply(then.across, across), cv2.multiply(then.down, down)))
    return product / np.sqrt(then.power * power + 1e-3)


def _share(tiles: Tiles, among: Tiles) -> float:
    return float((tiles & among).sum()) / max(int(among.sum()), 1)


def _light(then: Sketch, now: Sketch, known: Tiles) -> float:
    """Level ratio where the view is still recognised, so that a dark cloth is not taken for nightfall."""
    some = known if known.sum() >= max(4, FEW * (then.textured | then.faint).sum()) else np.ones_like(known)
    return float((now.level[some].mean() + 1) / (then.level[some].mean() + 1))


def _covered(then: Sketch, gone: Tiles, lost: Tiles, departed: Tiles, masked: Tiles) -> tuple[float, float]:
    """Share of all tiles that are gone, plain ones too if hardly a recognisable tile in their midst is still
    recognised (in a shadow it would be); and of those of another level where there are too few such tiles to tell."""
    everything = max(int((~masked).sum()), 1)
    amidst = then.textured & ~masked & (cv2.blur(gone.astype(np.float32), (3, 3)) > 0.5)
    witnesses, enough = int((amidst & lost).sum()), max(FEWEST_WITNESSES, NEARLY_ALL * int(amidst.sum()))
    if witnesses >= enough:
        return float(gone.sum()) / everything, 0.0
    unwitnessed = float((lost | departed).sum()) if amidst.sum() < FEWEST_WITNESSES else 0.0
    return float(lost.sum()) / everything, unwitnessed / everything


def _plain(then: Sketch, now: Sketch, unlike: Tiles, masked: Tiles, light: float) -> tuple[Tiles, Tiles, Tiles]:
    """Plain tiles: of a level that went another way than the light; without the little that was always seen in them;
    neither, and of the same level."""
    change = np.abs(np.log((now.level + DIM) / (light * then.level + DIM)))
    plain = ~then.textured & ~masked
    departed, faded = plain & (change > DEPARTED), plain & unlike & then.faint
    return departed, faded, plain & ~faded & (change < STAYED)


def displacement(then: Sketch, now: Sketch) -> Displacement:
    """Phase correlation under a Hann window."""
    window = _window(now.grey.shape[1], now.grey.shape[0])
    (across, down), response = cv2.phaseCorrelate(then.values, now.values, window)
    return Displacement(float(across), float(down), float(response))


@functools.lru_cache(maxsize=16)
def _window(width: int, height: int) -> Floats:
    return cv2.createHanningWindow((width, height), cv2.CV_32F)


def matched(then: Sketch, now: Sketch, still: Tiles) -> Displacement:
    """By the strength of the edges, without the tiles that are ``still`` where they were: names burnt in do not move
    with the view. About a millisecond; the response is a correlation, -1..1."""
    before, after = (cv2.magnitude(one.across, one.down) for one in (then, now))
    stays = cv2.resize(still.astype(np.uint8), before.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    before[stays] = before[~stays].mean()
    down, across = (round(FARTHEST * size) for size in before.shape)
    found = cv2.matchTemplate(after, before[down:-down, across:-across], cv2.TM_CCOEFF_NORMED)
    _, response, _, (x, y) = cv2.minMaxLoc(found)
    return Displacement(float(x - across), float(y - down), float(response))


def _unshifted(then: Sketch, now: Sketch, textured: Tiles, here: Tiles) -> tuple[Displacement, Tiles, Tiles]:
    """How the view has shifted, and what can be compared and is lost with that undone, if it brings anything back."""
    gone, nowhere = _share(here, textured), Displacement(0.0, 0.0, 0.0)
    if gone <= SHIFTED:
        return nowhere, textured, here
    shift = displacement(then, now)
    usable, lost = _aligned(then, now, textured, here, shift)
    if lost is not here or gone <= SHIFTED_FAINTLY:
        return shift, usable, lost
    faint = matched(then, now, textured & ~here)
    usable, lost = _aligned(then, now, textured, here, faint)
    return (shift if lost is here else faint), usable, lost


def _aligned(then: Sketch, now: Sketch, textured: Tiles, here: Tiles, shift: Displacement) -> tuple[Tiles, Tiles]:
    """Tiles that can be compared with the shift undone, their content being in the picture still, and the lost ones of
    them; as they stood where that brings hardly any back."""
    if shift.response <= BELIEVED:
        return textured, here
    rows, columns = then.grey.shape[:2]
    across, down = round(shift.across), round(shift.down)
    inside = np.zeros((rows, columns), np.float32)
    inside[max(0, -down) : rows - max(0, down), max(0, -across) : columns - max(0, across)] = 1
    usable = textured & (tile_mean(inside) > 0.7)
    if usable.sum() < textured.sum() / 2:
        return textured, here
    back = [np.roll(part, (-down, -across), (0, 1)) for part in (now.across, now.down)]
    power = tile_mean(cv2.add(cv2.multiply(back[0], back[0]), cv2.multiply(back[1], back[1])))
    lost = (_correlation(then, back[0], back[1], power) < ALIKE) & usable & here  # a name burnt in has stayed
    before = _share(here, usable)
    return (usable, lost) if before - _share(lost, usable) > max(RECOVERED, before / 2) else (textured, here)


def _unturned(
    then: Sketch, now: Sketch, textured: Tiles, here: Tiles, shifted: tuple[Tiles, Tiles]
) -> tuple[Turn | None, Tiles, Tiles]:
    """How the view has turned or been zoomed, and what can be compared and is lost with that undone, if it brings back
    most of what is lost with a shift undone."""
    turn, (usable, lost) = turned(then, now), shifted
    if turn is None:
        return None, usable, lost
    back, inside = undone(turn, now.values)
    across, down = slopes(back)
    power = tile_mean(cv2.add(cv2.multiply(across, across), cv2.multiply(down, down)))
    seen = textured & (tile_mean(inside) > 0.7)
    gone = (_correlation(then, across, down, power) < ALIKE) & seen & here
    most = min(_share(lost, usable) / 2, LEFT * _share(here, seen))
    if seen.sum() < textured.sum() / 2 or _share(gone, seen) > most:
        return None, usable, lost
    return turn, seen, gone


def _slid(shift: Displacement, shape: tuple[int, ...]) -> dict[str, float]:
    return {"shift_across": shift.across / shape[1], "shift_down": shift.down / shape[0], "response": shift.response}


def _gone(turn: Turn, shape: tuple[int, ...]) -> dict[str, float]:
    """The way of the tiles' middles, as shares of the picture's sides."""
    rows, columns = (np.arange(count) + 0.5 for count in (DOWN, ACROSS))
    size = np.array(shape[1::-1])
    middles = np.stack(np.meshgrid(columns / ACROSS, rows / DOWN), axis=-1).reshape(-1, 2) * size
    ways = (middles @ turn.matrix[:, :2].T + turn.matrix[:, 2] - middles) / size
    across, down = ways.mean(axis=0).tolist()
    told = {"shift_across": across, "shift_down": down, "response": turn.agreed}
    return told | {"degrees": turn.degrees, "zoom": turn.zoom, "swing": float(np.sqrt((ways**2).sum(axis=1).mean()))}


def _layout(then: Sketch, now: Sketch) -> float:
    a, b = (one.level - one.level.mean() for one in (then, now))
    return float((a * b).sum() / max(float(np.sqrt((a * a).sum() * (b * b).sum())), 1e-3))


def _sharpness(then: Sketch, now: Sketch, tiles: Tiles) -> float:
    some = tiles & (then.detail > FINE)
    return float(np.median(now.detail[some] / then.detail[some])) if some.sum() >= FEWEST_WITNESSES else 1.0
