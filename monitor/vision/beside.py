"""The picture beside the reference of its own light: choose the reference, measure against it, learn while healthy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.limits import PictureLimits
from monitor.vision import Question
from monitor.vision.compare import Comparison, compare
from monitor.vision.decode import Plane
from monitor.vision.memory import Kept
from monitor.vision.sketch import ACROSS, DOWN, Sketch, Tiles, tile_mean
from monitor.vision.statistics import Statistics
from monitor.vision.views import LASTING, STRANGE, View, Views

MAYBE_MONOCHROME = 4.0
"""Up to this spread of colours a dull day may be either; the known references decide."""
AGREES, AGREES_ACROSS_COLOUR = 0.6, 0.8
"""A new light is believed while fewer tiles than this are lost against another light; unrelated views lose .95."""
FLAT_TILE, SCENE_TILE = 1.2, 3.0
"""Spread of a tile (grey levels at 240 wide) below which it is empty, and above which it showed something."""


@dataclass(slots=True)
class Beside:
    """A known view and how the picture compares with it."""

    view: View
    comparison: Comparison
    same_light: bool
    emptied: float  # share of the tiles that showed something and are empty now, in rows empty from side to side


class Beholder:
    """Judges nothing: picks the reference and keeps it up to date."""

    def __init__(self, kept: Kept, question: Question, band_masks: Tiles) -> None:
        self._views = Views(kept, question)
        self._question, self._masked = question, band_masks

    def look(self, now: Sketch, numbers: Statistics) -> tuple[Beside | None, dict[str, Any]]:
        """``now`` is of a miniature (the median one of a close look); None while nothing is learned."""
        self.beside = self._choose(now, numbers)
        return self.beside, self._facts(numbers)

    def _choose(self, now: Sketch, numbers: Statistics) -> Beside | None:
        """The reference of this light: the likeliest first, the others only while none is recognised."""
        views = [view for view in self._views.all(now.grey.shape) if view.learned]
        if self._question.preset:
            views = [view for view in views if view.name == self._question.preset]
        seen = []
        for view in sorted(views, key=lambda view: _level_distance(view, numbers)):
            one = self._beside(view, now, numbers)
            if one.same_light and one.comparison.lost < STRANGE:
                return one
            seen.append(one)
        best = [one for one in seen if one.same_light]
        fitting = [one for one in seen if self._colour_fits(one.view, numbers)]
        return min(best or fitting or seen, key=_light_distance, default=None)

    def _beside(self, view: View, now: Sketch, numbers: Statistics) -> Beside:
        then = view.drawn
        comparison = compare(then, now, self._masked)
        lit = abs(math.log(comparison.light)) <= math.log(self._question.limits.light_ratio)
        return Beside(view, comparison, lit and self._colour_fits(view, numbers), _emptied_rows(then, now))

    def _colour_fits(self, view: View, numbers: Statistics) -> bool:
        if self._question.limits.monochrome * 0.75 <= numbers.chroma < MAYBE_MONOCHROME:
            return True
        return bool(view.words["mono"]) == self._monochrome(numbers)

    def _monochrome(self, numbers: Statistics) -> bool:
        return numbers.chroma < self._question.limits.monochrome

    def _facts(self, numbers: Statistics) -> dict[str, Any]:
        if self.beside is None:
            return {"learned": False, "samples": self._samples()}
        view, comparison = self.beside.view, self.beside.comparison
        known = view.words["numbers"]
        drift = view.words.get("drift", (0.0, 0.0))
        lasting, looks = _lasting(view, comparison, self._question)
        across, down = comparison.shift_across + drift[0], comparison.shift_down + drift[1]
        return {
            "learned": True,
            "view": view.name,
            "same_light": self.beside.same_light,
            "light": round(comparison.light, 3),
            "textured": comparison.textured,
            "lost": round(comparison.lost, 4),
            "covered": round(comparison.covered, 4),
            "unwitnessed": round(comparison.unwitnessed, 4),
            "stayed": round(comparison.stayed, 4),
            "lost_lasting": round(lasting, 4),
            "lasting_looks": looks,
            "lost_here": round(comparison.lost_here, 4),
            "shift": round(max(abs(across), abs(down), comparison.swing), 4),
            "shift_across": round(across, 4),
            "shift_down": round(down, 4),
            "crept": round(max(abs(drift[0]), abs(drift[1])), 4),
            "response": round(comparison.response, 4),
            "degrees": round(comparison.degrees, 2),
            "zoom": round(comparison.zoom, 3),
            "swing": round(comparison.swing, 4),
            "layout": round(comparison.layout, 4),
            "edge_ratio": round(comparison.edge_ratio, 4),
            "sharpness": round(comparison.sharpness, 4),
            "cast": round(_cast(numbers, known), 2),
            "emptied": round(self.beside.emptied, 4),
            "numbers": known,
        }

    def _samples(self) -> int:
        return max((len(words.get("samples", ())) for words in self._views.words()), default=0)

    def learn(self, now: Plane, numbers: Statistics, *, alive: bool) -> None:
        """Remember the picture when it is surely a healthy one; a suspicion or a strange view teaches nothing.

        A person who accepts a view vouches for its looks: a soft thermal picture, a privacy mask.
        """
        limits = self._question.limits
        if (
            not alive
            or not shows_a_view(numbers, limits)
            or not (self._views.vouched_for or looks_well(numbers, limits))
        ):
            return
        view = self._view_to_teach(numbers, now.shape)
        if view is not None:
            self._views.learn(view, now, numbers, self._question.at)

    def _view_to_teach(self, numbers: Statistics, shape: tuple[int, ...]) -> View | None:
        beside, limits = self.beside, self._question.limits
        if beside is None:
            return self._unfinished(numbers, shape) or self._views.begin(self._monochrome(numbers), shape)
        same_colour = bool(beside.view.words["mono"]) == self._monochrome(numbers)
        if beside.same_light:
            steady = beside.comparison.lost < limits.occluded_share_lasting
            sharp = beside.comparison.sharpness > 1.25 * limits.blurred_detail
            return beside.view if steady and sharp and not _shifted(beside.comparison, limits) else None
        if beside.comparison.lost < (AGREES if same_colour else AGREES_ACROSS_COLOUR):
            return self._unfinished(numbers, shape) or self._views.begin(self._monochrome(numbers), shape)
        return None

    def _unfinished(self, numbers: Statistics, shape: tuple[int, ...]) -> View | None:
        """The light that is being learned already, if this picture is of it."""
        for view in self._views.unfinished(shape):
            level = view.words["samples"][-1]["level"] if view.words.get("samples") else numbers.level
            ratio = (numbers.level + 1) / (level + 1)
            close = abs(math.log(ratio)) <= math.log(self._question.limits.light_ratio)
            if close and bool(view.words["mono"]) == self._monochrome(numbers):
                return view
        return None


def shows_a_view(numbers: Statistics, limits: PictureLimits) -> bool:
    """Neither dark nor white, neither a card nor snow: there is something to recognise."""
    card = numbers.flat >= limits.no_signal_flat and numbers.entropy < limits.no_signal_entropy
    return (
        numbers.p99 > limits.dark_p99
        and numbers.p1 < limits.white_p1
        and numbers.spread > limits.uniform_exact_spread
        and numbers.correlation > limits.black_correlation
        and numbers.native_noise < limits.noise_alone
        and not card
        and (numbers.amid == 1 or numbers.ground_spread > limits.uniform_exact_spread)
        and numbers.caption <= limits.no_signal_caption
        and not (numbers.bars > limits.bars and numbers.chroma > limits.bars_chroma)
    )


def looks_well(numbers: Statistics, limits: PictureLimits) -> bool:
    """Nothing about how the view is shown speaks against learning from it."""
    return (
        numbers.clipped <= limits.overexposed_share
        and (numbers.focus == 0 or numbers.focus >= limits.blurred_focus)
        and numbers.blank < limits.partial_flat
        and not _striped(numbers, limits)
    )


def _striped(numbers: Statistics, limits: PictureLimits) -> bool:
    """Bands all over; those of a blind or a fence are part of the view."""
    strong = numbers.stripe_spread > limits.stripe_spread and numbers.stripe_peak > limits.stripe_peak
    return strong and numbers.stripe_coherence > limits.stripe_coherence


def masked_tiles(masks: Sequence[tuple[float, float, float, float]], limits: PictureLimits) -> Tiles:
    """Tiles of the part between the bands that a mask covers by more than a third."""
    if not masks:
        return np.zeros((DOWN, ACROSS), bool)
    size = 240
    cover = np.zeros((size, size), np.float32)
    for x0, y0, x1, y1 in masks:
        cover[round(y0 * size) : round(y1 * size), round(x0 * size) : round(x1 * size)] = 1
    inner = cover[round(limits.band_top * size) : round((1 - limits.band_bottom) * size)]
    found: Tiles = tile_mean(inner) > 1 / 3
    return found


def _cast(numbers: Statistics, known: dict[str, float]) -> float:
    """How far the mean colour is from the reference's, in levels; a coloured view that is lit less is coloured less."""
    light = (numbers.level + 1) / (known["level"] + 1)
    return min(math.hypot(numbers.blue - dim * known["blue"], numbers.red - dim * known["red"]) for dim in (1, light))


def _level_distance(view: View, numbers: Statistics) -> float:
    return abs(math.log((numbers.level + 1) / (float(view.words["numbers"]["level"]) + 1)))


def _light_distance(one: Beside) -> float:
    return abs(math.log(one.comparison.light))


def _shifted(comparison: Comparison, limits: PictureLimits) -> bool:
    return comparison.response > limits.moved_response and comparison.shift > limits.moved_shift


def _lasting(view: View, comparison: Comparison, question: Question) -> tuple[float, int]:
    """Share of tiles lost in this look and in the ones just before it: traffic moves on, a cloth does not."""
    if comparison.lost < question.limits.occluded_share_lasting:
        view.words.pop("lost", None)
        return 0.0, 1
    before = [_tiles(packed) for packed in view.words.get("lost", ())]
    same = np.logical_and.reduce([comparison.lost_tiles, *before])
    packed = np.packbits(comparison.lost_tiles).tobytes().hex()
    view.words["lost"] = [packed, *view.words.get("lost", ())][: LASTING - 1]
    return float(same.sum()) / max(comparison.textured, 1), len(before) + 1


def _tiles(packed: str) -> Tiles:
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(packed), np.uint8), count=ACROSS * DOWN)
    return bits.reshape(DOWN, ACROSS).astype(bool)


def _emptied_rows(then: Sketch, now: Sketch) -> float:
    """Share of tiles that showed something and are empty now, in rows that are empty from side to side."""
    empty_rows = (now.spread < FLAT_TILE).mean(axis=1) > 0.9
    emptied = (then.spread >= SCENE_TILE) & (now.spread < FLAT_TILE) & empty_rows[:, None]
    return float(emptied.mean())
