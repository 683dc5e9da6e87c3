"""What a picture shows by itself: one rule per fault kind, numbers and limits in, pass / fault / undecidable out.

Where a reference is known the rule allows for what is normal on this camera.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from monitor.limits import PictureLimits
from monitor.model import Facts


class Word(StrEnum):
    PASS = "pass"  # noqa: S105 - the opposite of a fault, not a password
    FAULT = "fault"
    UNDECIDABLE = "undecidable"


class Answer(NamedTuple):
    word: Word
    reason: str


NIGHTS_DIFFER = 1 / 3
"""Brightness of a dark picture beside that of a reference, from which it is only another night."""
MUCH_STAYED = 0.4
"""Where so much of the picture is as it was, the rest is covered: nightfall and another view leave less."""
NOTHING_AMID = 0.001
"""Share of the middle of a picture that is nothing."""
NO_PART = 0.92
"""Share of the tiles without anything to see: an encoder leaves a trace in some."""
ALL_OF_IT = 0.9985
"""Share of the picture near one grey level: a single lamp far away would take more off it."""
HOLLOW = 0.5
"""Noise per spread of a shapeless picture below which an encoder has taken most of it away."""
NO_REFERENCE = "no reference yet"

Rule = Callable[[Facts, PictureLimits], Answer]


def answer(fault: bool, reason: str) -> Answer:
    return Answer(Word.FAULT if fault else Word.PASS, reason)


def undecidable(reason: str) -> Answer:
    return Answer(Word.UNDECIDABLE, reason)


def known(picture: Facts) -> Mapping[str, Any] | None:
    """The reference's numbers, of this light or, failing that, of another light of the same view."""
    numbers: Mapping[str, Any] | None = picture["reference"].get("numbers")
    return numbers


def corrupt(picture: Facts, limits: PictureLimits) -> Answer:
    total, decoded, damaged = picture["key_frames"], picture["decoded"], picture["damaged"]
    bad = total - decoded + damaged
    first = (
        next(iter([*picture["refused"], *picture["complaints"]]), "flagged by the decoder") if bad else "none damaged"
    )
    return answer(bad > limits.damaged_share * total, f"{bad} of {total} key frames damaged: {first}")


def black(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    overlay = _only_overlay(picture, limits)
    empty = now["spread"] < limits.black_spread or now["correlation"] < limits.black_correlation
    empty = empty or overlay or _only_glow(now, limits)
    brightest = now["level" if overlay and _card(now, limits) else "p99"]
    said = f"brightest hundredth at {now['p99']:.0f} of 255, spread {now['spread']:.1f}"
    plain = now["chroma"] < limits.black_chroma and now["caption"] <= limits.no_signal_caption
    return answer(brightest <= limits.black_p99 and empty and plain, f"{said}: no scene in it" if empty else said)


def _card(now: Mapping[str, Any], limits: PictureLimits) -> bool:
    """A ground that was filled and not seen, with something on it perhaps."""
    return bool(now["amid"] < 1 and now["ground_spread"] < limits.uniform_exact_spread)


def _only_overlay(picture: Facts, limits: PictureLimits) -> bool:
    """An even ground with nothing on it but what is burnt in along the edges: a name, a clock, a badge. A view that is
    recognised in its own light, a yard with lamps along its edges, is none."""
    now, reference = picture["now"], picture["reference"]
    usual = reference.get("same_light") and reference.get("lost", 1.0) < limits.occluded_share_lasting
    return bool(now["amid"] < NOTHING_AMID and now["caption"] <= limits.no_signal_caption and not usual)


def _only_glow(now: Mapping[str, Any], limits: PictureLimits) -> bool:
    """Nothing to see in any part: a sensor's own warmth."""
    return bool(now["p99"] <= limits.dark_p99 and now["flat"] >= NO_PART and now["ground"] >= ALL_OF_IT)


def dark(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    said = f"brightest hundredth at {now['p99']:.0f} of 255"
    if now["p99"] > limits.black_p99 or now["caption"] > limits.no_signal_caption:
        return answer(False, said)
    if _night_as_usual(picture, limits):
        return answer(False, f"{said}, hardly darker than the reference")
    if now["p99"] > limits.dark_p99:
        return undecidable(f"{said}: a quiet night and a failing camera look alike")
    return answer(True, said)


def _night_as_usual(picture: Facts, limits: PictureLimits) -> bool:
    """A reference, which is never taken from too dark a picture, was as dark; or nearly, and the view is there; or a
    part of it is, as bright as ever."""
    reference = picture["reference"]
    usual = picture["now"]["p99"] > limits.dark_p99 or reference.get("stayed", 0.0) >= MUCH_STAYED
    if usual and reference.get("same_light"):
        return True
    return bool(reference.get("lost", 1.0) < limits.occluded_share_lasting and reference["light"] >= NIGHTS_DIFFER)


def uniform(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    width = now["p99"] - now["p1"]
    said = f"grey levels span {width:.1f}, spread {now['spread']:.2f}"
    if _card(now, limits) and _only_overlay(picture, limits):
        return answer(True, f"one colour all over but for letters along the edges: spread {now['ground_spread']:.2f}")
    if now["p1"] >= limits.white_p1:
        return answer(True, f"white all over: {said}")
    even = now["spread"] < limits.uniform_spread and width < limits.uniform_range
    if not even or (now["p99"] <= limits.dark_p99 and now["chroma"] < limits.black_chroma):
        return answer(False, said)  # of too little light nothing else can be said
    if now["spread"] < limits.uniform_exact_spread:
        return answer(True, f"one colour all over, flatter than any sensor: {said}")
    return _even(said, known(picture), limits)


def _even(said: str, reference: Mapping[str, Any] | None, limits: PictureLimits) -> Answer:
    if reference is None:
        return undecidable(f"{said}: an even wall and a failed picture look alike without a reference")
    if reference["spread"] < limits.uniform_reference_spread:
        return undecidable(f"{said}, and the reference is hardly less even (spread {reference['spread']:.1f})")
    return answer(True, f"one colour all over: {said}, reference spread {reference['spread']:.0f}")


def no_signal(picture: Facts, limits: PictureLimits) -> Answer:
    now, reference = picture["now"], known(picture)
    said = f"{now['flat']:.0%} of the picture flat, {now['entropy']:.1f} bit of grey levels"
    if shown := _shown_instead(now, said, limits):
        return answer(True, shown)
    if now["flat"] < limits.no_signal_flat or now["entropy"] >= limits.no_signal_entropy:
        return answer(False, said)
    if reference is None:
        if now["spread"] < limits.uniform_spread:
            return undecidable(f"{said}: an even wall and a card look alike without a reference")
        return answer(True, f"{said}: a card, not a scene")
    flatter = now["flat"] >= reference["flat"] + limits.no_signal_flat_above
    poorer = now["entropy"] <= reference["entropy"] - limits.no_signal_entropy_below
    if flatter or poorer:
        return answer(True, f"{said}: a card, not the scene of the reference ({reference['entropy']:.1f} bit)")
    return undecidable(f"{said}, and the reference has no more ({reference['entropy']:.1f} bit)")


def _shown_instead(now: Mapping[str, Any], said: str, limits: PictureLimits) -> str:
    """What no lens ever shows, reference or not."""
    if now["bars"] > limits.bars and now["chroma"] > limits.bars_chroma:
        return f"{now['bars']:.0%} of the columns one even level, in many colours: colour bars"
    if now["caption"] > limits.no_signal_caption:
        return f"an even ground with letters over {now['caption']:.0%} of the width: a card, not a scene"
    if _card(now, limits) and now["level"] > limits.dark_p99:
        return f"{said}, on a ground more even than any sensor's: a card, not a scene"
    return ""


def overexposed(picture: Facts, limits: PictureLimits) -> Answer:
    share, reference = picture["now"]["clipped"], known(picture)
    said = f"{share:.0%} of the picture burnt out to white"
    if reference is None:
        return answer(share > limits.overexposed_share, said)
    most = max(limits.overexposed_share_known, reference["clipped"] + limits.overexposed_above)
    return answer(share > most, f"{said}, {reference['clipped']:.0%} in the reference")


def snow(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    said = f"noise {now['native_noise']:.1f} grey levels, neighbouring pixels agree {now['correlation']:.2f}"
    coarse = now["relief"] < limits.snow_relief * now["spread"] and now["correlation"] < limits.snow_correlation_coarse
    grain = now["correlation"] < limits.snow_correlation or coarse
    return answer((grain and now["native_noise"] > limits.snow_noise) or _starved_snow(now, limits), said)


def _starved_snow(now: Mapping[str, Any], limits: PictureLimits) -> bool:
    """An encoder without the bits for it leaves patches of snow and smooth ones between; still nothing agrees and
    there is neither light nor shade. Of living views the least agreed to .8; a wall's own noise is there in full."""
    shapeless = now["relief"] < limits.snow_relief_starved * now["spread"] and now["p99"] > limits.black_p99
    strong = now["spread"] > limits.snow_spread and now["correlation"] < limits.snow_correlation_starved
    hollow = now["native_noise"] < HOLLOW * now["spread"] and now["correlation"] < limits.snow_correlation
    return bool(shapeless and (strong or (hollow and now["spread"] > limits.snow_spread / 2)))


def noise(picture: Facts, limits: PictureLimits) -> Answer:
    level, reference = picture["now"]["native_noise"], known(picture)
    if reference is None:
        return answer(level > limits.noise_alone, f"noise {level:.1f} grey levels")
    said = f"noise {level:.1f} grey levels, {reference['native_noise']:.1f} in the reference"
    return answer(level > limits.noise_level and level > limits.noise_ratio * reference["native_noise"], said)


def stripes(picture: Facts, limits: PictureLimits) -> Answer:
    now, reference = picture["now"], known(picture)
    least = max(limits.stripe_spread, _usual_bands(reference, limits) + limits.stripe_above)
    said = f"regular bands of {now['stripe_spread']:.1f} grey levels ({now['stripe_peak']:.0%} in one wavelength)"
    regular = now["stripe_peak"] > limits.stripe_peak and now["stripe_coherence"] > limits.stripe_coherence
    return answer(now["stripe_spread"] > least and regular, said)


def _usual_bands(reference: Mapping[str, Any] | None, limits: PictureLimits) -> float:
    """What a fence or a blind has of regular bands; a facade's strongest wave is out of step and counts the less."""
    if reference is None:
        return 0.0
    in_step: float = reference.get("stripe_coherence", limits.stripe_coherence) / max(limits.stripe_coherence, 0.01)
    usual: float = reference["stripe_spread"]
    return usual * min(max(in_step, 0.0), 1.0)
