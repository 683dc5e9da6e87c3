"""One rule per fault kind: the numbers of a picture and the limits in, pass / fault / undecidable and why out."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from monitor.limits import PictureLimits
from monitor.model import Facts, FaultKind


class Word(StrEnum):
    PASS = "pass"  # noqa: S105 - the opposite of a fault, not a password
    FAULT = "fault"
    UNDECIDABLE = "undecidable"


class Answer(NamedTuple):
    word: Word
    reason: str


Rule = Callable[[Facts, PictureLimits], Answer]


def corrupt(picture: Facts, limits: PictureLimits) -> Answer:
    total, decoded, damaged = picture["key_frames"], picture["decoded"], picture["damaged"]
    bad = total - decoded + damaged
    if total and bad / total > limits.damaged_share:
        return Answer(Word.FAULT, f"{bad} of {total} key frames are damaged: {_first(picture)}")
    return Answer(Word.PASS, f"{bad} of {total} key frames damaged")


def black(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    said = f"99 % of the pixels below {now['p99']:.0f} of 255, spread {now['spread']:.1f}"
    empty = now["spread"] < limits.black_spread or now["correlation"] < limits.black_correlation
    return _if(now["p99"] <= limits.dark_p99 and empty, f"black: {said}, no scene in it", said)


def dark(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    said = f"99 % of the pixels below {now['p99']:.0f} of 255"
    return _if(now["p99"] <= limits.dark_p99, f"too dark: {said}, though a scene can be made out", said)


def uniform(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    width = now["p99"] - now["p1"]
    said = f"grey levels span {width:.0f}, spread {now['spread']:.1f}"
    return _if(
        now["spread"] < limits.uniform_spread and width < limits.uniform_range, f"one colour all over: {said}", said
    )


def no_signal(picture: Facts, limits: PictureLimits) -> Answer:
    now = picture["now"]
    said = f"{now['flat']:.0%} of the picture is flat, {now['entropy']:.1f} bit of grey levels"
    card = now["flat"] >= limits.no_signal_flat and now["entropy"] < limits.no_signal_entropy
    return _if(card, f"a card without a scene: {said}", said)


def overexposed(picture: Facts, limits: PictureLimits) -> Answer:
    share = picture["now"]["clipped"]
    said = f"{share:.0%} of the picture is burnt out to white"
    return _if(share > limits.overexposed_share, said, said)


def frozen(picture: Facts, limits: PictureLimits) -> Answer:
    """The least change over all pairs must be under the limit in a close look; one pair above it clears."""
    freeze: Mapping[str, Any] = picture["freeze"]
    least, floor = freeze["least_within"], freeze["floor"]
    if freeze["texture"] < limits.frozen_texture:
        return Answer(
            Word.UNDECIDABLE, f"too flat to tell a still scene from a frozen one (texture {freeze['texture']:.1f})"
        )
    if freeze["least_change"] is None:
        return Answer(Word.UNDECIDABLE, "nothing to compare with yet")
    if floor is not None and floor < limits.frozen_floor_least:
        return Answer(Word.UNDECIDABLE, f"this camera's live pictures change by no more than {floor:.2f} grey levels")
    said = f"least change {freeze['least_change']:.3f} grey levels, limit {freeze['limit']:.2f}"
    if not freeze["suspect"]:
        return Answer(Word.PASS, said)
    if freeze["pictures"] < limits.frozen_key_frames or least is None:
        return Answer(Word.UNDECIDABLE, f"suspected: {said}; a close look follows")
    return Answer(
        Word.FAULT, f"no change over {freeze['pictures']} key frames and {freeze['same_polls']} earlier polls: {said}"
    )


RULES: tuple[tuple[FaultKind, Rule, bool], ...] = (
    (FaultKind.CORRUPT, corrupt, True),
    (FaultKind.BLACK, black, True),
    (FaultKind.UNIFORM, uniform, True),
    (FaultKind.DARK, dark, True),
    (FaultKind.OVEREXPOSED, overexposed, True),
    (FaultKind.NO_SIGNAL, no_signal, True),
    (FaultKind.FROZEN, frozen, False),
)
"""In order of dominance; True = it explains the whole picture and nothing after it is asked."""


def _if(fault: bool, wrong: str, right: str) -> Answer:
    return Answer(Word.FAULT, wrong) if fault else Answer(Word.PASS, right)


def _first(picture: Facts) -> str:
    return next(iter([*picture["refused"], *picture["complaints"]]), "flagged by the decoder")
