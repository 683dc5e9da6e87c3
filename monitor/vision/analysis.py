"""One look's key frames and what is remembered, to numbers, pictures and a new memory. Runs in a worker process."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from monitor.model import KeyFrame, Memory
from monitor.vision import Answer, Question, statistics, thumbnail
from monitor.vision.annotate import annotated
from monitor.vision.beside import Beholder, Beside, masked_tiles
from monitor.vision.decode import Picture, Undecodable, decode
from monitor.vision.life import Life
from monitor.vision.memory import Kept, pack, unpack
from monitor.vision.sketch import Sketch, miniature, sketch
from monitor.vision.views import STRANGE
from monitor.vision.work import Small, shrink


def analyse(key_frames: Sequence[KeyFrame], memory: Memory, question: Question) -> Answer:
    """Never raises for what a camera sent; an undecodable key frame is counted."""
    pictures, refused = _decode_all(key_frames)
    facts = {"key_frames": len(key_frames), "decoded": len(pictures), "refused": refused, **_damage(pictures)}
    if not pictures:
        return Answer(facts, memory=memory)
    smalls = [shrink(picture, question.limits) for picture in pictures]
    drawn = [sketch(miniature(small.inner)) for small in smalls]
    now = statistics.median([statistics.measure(*one) for one in zip(pictures, smalls, drawn, strict=True)])
    facts |= {"width": pictures[-1].width, "height": pictures[-1].height, "now": now.as_facts()}
    return _with_history(pictures, smalls, _median(drawn), now, facts, memory, question)


def _with_history(
    pictures: Sequence[Picture],
    smalls: Sequence[Small],
    view: Sketch,
    now: statistics.Statistics,
    facts: dict[str, Any],
    memory: Memory,
    question: Question,
) -> Answer:
    kept = unpack(memory)
    beholder, life = Beholder(kept, question, masked_tiles(question.masks, question.limits)), Life(kept, question)
    beside, facts["reference"] = beholder.look(view, now)
    light = _light_words(beside, kept)
    facts["freeze"] = life.look(pictures, smalls, light)
    facts["suspect"] = bool(facts["freeze"]["suspect"] or facts["freeze"]["came_back"])
    life.remember(facts["freeze"])
    if not facts["damaged"]:
        beholder.learn(view.grey, now, alive=not facts["freeze"]["still"])
    shown = {"thumbnail": thumbnail.thumbnail(pictures[-1], smalls[-1])}
    if question.close:
        shown |= {"frame": thumbnail.full(pictures[-1]), "annotated": annotated(pictures[-1], facts, beside, life)}
    if beside is not None:
        shown["reference"] = kept.blobs[f"reference/{beside.view.name}"]
    packed = pack(kept)
    facts["memory_kilobytes"] = round(len(packed) / 1000, 1)
    return Answer(facts, shown, packed)


def _light_words(beside: Beside | None, kept: Kept) -> dict[str, Any]:
    """Where the floor of the freeze test is kept: with the reference, unless this is not what it shows."""
    if beside is None:
        words: dict[str, Any] = kept.words.setdefault("no_light", {})
        return words
    if not beside.same_light or beside.comparison.lost > STRANGE:
        return {}
    floor: dict[str, Any] = beside.view.words.setdefault("floor", dict(kept.words.get("no_light", {})))
    return floor


def _decode_all(key_frames: Sequence[KeyFrame]) -> tuple[list[Picture], list[str]]:
    pictures, refused = [], []
    for key_frame in key_frames:
        try:
            pictures.append(decode(key_frame))
        except Undecodable as reason:
            refused.append(str(reason))
    return pictures, refused


def _damage(pictures: Sequence[Picture]) -> dict[str, Any]:
    damaged = sum(picture.corrupt or bool(picture.complaints) for picture in pictures)
    return {"damaged": damaged, "complaints": sorted({line for one in pictures for line in one.complaints})[:5]}


def _median(drawn: Sequence[Sketch]) -> Sketch:
    """What this look shows: of several key frames the median, in which traffic disappears."""
    many = [one.grey for one in drawn if one.grey.shape == drawn[-1].grey.shape]
    return drawn[-1] if len(many) < 3 else sketch(np.median(np.stack(many), axis=0).astype(np.uint8))
