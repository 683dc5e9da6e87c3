"""What the numbers of a picture mean: one answer per fault kind, then the one that explains the rest."""

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.judge.picture_rules import RULES, Answer, Word
from monitor.model import Evidence, Facts, FaultKind, Finding, Target, Verdict


def judge_picture(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    """Exactly one finding, probe ``picture``: ok, fault (the dominant kind) or unknown."""
    picture: Facts = evidence.facts.get("picture") or {}
    if not picture:
        return (_finding(target, evidence, Verdict.UNKNOWN, None, f"no picture to judge: {evidence.reason}", {}),)
    answers = dict(_ask(picture, target))
    verdict, fault, reason = _conclude(answers, picture)
    facts = {**picture, "kinds": {str(kind): _row(answer) for kind, answer in answers.items()}}
    facts["confidence"] = _confidence(fault)
    return (_finding(target, evidence, verdict, fault, reason, facts),)


def _ask(picture: Facts, target: Target) -> Iterator[tuple[FaultKind, Answer]]:
    """In order of dominance: a fault that explains the whole picture leaves nothing to ask the later rules."""
    ended = ""
    for kind, rule, ends in RULES:
        answer = (
            Answer(Word.UNDECIDABLE, f"not asked: the picture is {ended}")
            if ended
            else rule(picture, target.limits.picture)
        )
        if answer.word is Word.FAULT and ends:
            ended = str(kind)
        yield kind, answer


def _conclude(answers: Mapping[FaultKind, Answer], picture: Facts) -> tuple[Verdict, FaultKind | None, str]:
    for kind, answer in answers.items():
        if answer.word is Word.FAULT:
            return Verdict.FAULT, kind, answer.reason
    if picture.get("suspect"):
        return Verdict.UNKNOWN, None, "suspected frozen; a close look follows"
    if not picture.get("decoded"):
        return Verdict.UNKNOWN, None, "no key frame could be decoded"
    return Verdict.OK, None, f"picture {picture.get('width')}x{picture.get('height')}, nothing wrong seen"


def _row(answer: Answer) -> dict[str, str]:
    return {"answer": str(answer.word), "reason": answer.reason}


def _confidence(fault: FaultKind | None) -> str:
    return "confirmed" if fault is None else "seen once"


def _finding(
    target: Target, evidence: Evidence, verdict: Verdict, fault: FaultKind | None, reason: str, facts: dict[str, Any]
) -> Finding:
    return Finding(target.key, "picture", verdict, fault, reason, evidence.at, evidence.seconds, facts=facts)
