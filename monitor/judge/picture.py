"""What the numbers of a picture mean: one answer per fault kind, then the one that explains the rest."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from monitor.judge import picture_rules as alone
from monitor.judge import picture_time_rules as over_time
from monitor.judge import picture_view_rules as beside
from monitor.judge.picture_rules import NO_REFERENCE, Answer, Rule, Word, undecidable
from monitor.limits import PictureLimits
from monitor.model import Evidence, Facts, FaultKind, Finding, Judged, Target, Verdict, shared


class Line(NamedTuple):
    kind: FaultKind
    rule: Rule
    ends: bool = False  # explains the whole picture: the later rules are not asked


RULES: tuple[Line, ...] = (
    Line(FaultKind.CORRUPT, alone.corrupt, ends=True),
    Line(FaultKind.BLACK, alone.black, ends=True),
    Line(FaultKind.UNIFORM, alone.uniform, ends=True),
    Line(FaultKind.DARK, alone.dark, ends=True),
    Line(FaultKind.OVEREXPOSED, alone.overexposed, ends=True),
    Line(FaultKind.NO_SIGNAL, alone.no_signal, ends=True),
    Line(FaultKind.SNOW, alone.snow, ends=True),
    Line(FaultKind.STRIPES, alone.stripes, ends=True),
    Line(FaultKind.NOISE, alone.noise, ends=True),
    Line(FaultKind.PARTIAL_LOSS, beside.partial_loss, ends=True),
    Line(FaultKind.MOVED, beside.moved, ends=True),
    Line(FaultKind.VIEW_CHANGED, beside.view_changed, ends=True),
    Line(FaultKind.BLURRED, beside.blurred, ends=True),
    Line(FaultKind.OCCLUDED, beside.occluded),
    Line(FaultKind.FROZEN, over_time.frozen),
    Line(FaultKind.REPLAYED, over_time.replayed),
    Line(FaultKind.COLOUR_CAST, beside.colour_cast),
)
"""In order of dominance: what is wrong with the whole picture is not also held against its parts."""


def judge_picture(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    """Exactly one finding, probe ``picture``: ok, fault (the dominant kind) or unknown."""
    picture: Facts = evidence.facts.get("picture") or {}
    if not picture:
        return (_finding(target, evidence, Verdict.UNKNOWN, None, f"no picture to judge: {evidence.reason}", {}),)
    answers = dict(_ask(picture, target))
    verdict, fault, reason = _conclude(answers, picture, target.limits.picture)
    facts = {**picture, "kinds": {str(kind): _row(answer) for kind, answer in answers.items()}}
    facts["confidence"] = _confidence(picture, verdict, target)
    return (_finding(target, evidence, verdict, fault, reason, facts),)


def _ask(picture: Facts, target: Target) -> Iterator[tuple[FaultKind, Answer]]:
    ended = "" if picture["decoded"] else "not there"
    for kind, rule, ends in RULES:
        asked = not ended or kind is FaultKind.CORRUPT
        answer = rule(picture, target.limits.picture) if asked else undecidable(f"not asked: the picture is {ended}")
        if answer.word is Word.FAULT and ends:
            ended = kind.replace("_", " ")
        yield kind, answer


def _conclude(answers: Mapping[FaultKind, Answer], picture: Facts, limits: PictureLimits) -> Judged:
    for kind, answer in answers.items():
        if answer.word is Word.FAULT:
            return Verdict.FAULT, kind, answer.reason
    if not picture["decoded"]:
        return Verdict.UNKNOWN, None, "no key frame could be decoded"
    for kind in _weighty(picture, limits):
        if answers[kind].word is Word.UNDECIDABLE and answers[kind].reason != NO_REFERENCE:
            return Verdict.UNKNOWN, None, f"{kind.replace('_', ' ')} or not: {answers[kind].reason}"
    return Verdict.OK, None, _nothing_wrong(answers, picture)


def _nothing_wrong(answers: Mapping[FaultKind, Answer], picture: Facts) -> str:
    """A technician must not take for granted what nothing could be compared with."""
    said = f"picture {picture.get('width')}x{picture.get('height')}, nothing wrong seen"
    blind = [kind for kind, answer in answers.items() if answer == undecidable(NO_REFERENCE)]
    kinds = ", ".join(kind.replace("_", " ") for kind in blind)
    return f"{said}; {kinds}: nothing learned yet to compare with" if kinds else said


def _weighty(picture: Facts, limits: PictureLimits) -> Iterator[FaultKind]:
    """Kinds whose doubt is a doubt about the whole picture; that nothing is learned yet is none."""
    yield from (FaultKind.UNIFORM, FaultKind.NO_SIGNAL, FaultKind.DARK)
    if not picture["reference"]["learned"]:
        yield FaultKind.COLOUR_CAST
    if beside.doubtful(picture["reference"], limits):
        yield FaultKind.OCCLUDED
    if picture["freeze"]["still"] or picture["decoded"] >= limits.careful_key_frames:
        yield FaultKind.FROZEN
    if picture["freeze"]["came_back"]:
        yield FaultKind.REPLAYED


def _row(answer: Answer) -> dict[str, str]:
    return {"answer": str(answer.word), "reason": answer.reason}


def _confidence(picture: Facts, verdict: Verdict, target: Target) -> str:
    """A close look spans ten seconds and more; a glance has seen what it has seen once. Doubt confirms nothing."""
    careful = picture["decoded"] >= target.limits.picture.careful_key_frames
    return "confirmed" if careful and verdict is not Verdict.UNKNOWN else "seen once"


def _finding(
    target: Target, evidence: Evidence, verdict: Verdict, fault: FaultKind | None, reason: str, facts: dict[str, Any]
) -> Finding:
    return Finding(target.key, "picture", verdict, fault, shared(reason), evidence.at, evidence.seconds, facts=facts)
