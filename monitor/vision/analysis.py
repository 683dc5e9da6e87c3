"""One look's key frames and what is remembered, to numbers, pictures and a new memory. Runs in a worker process."""

from collections.abc import Sequence
from typing import Any

from monitor.model import KeyFrame, Memory
from monitor.vision import Answer, Question, statistics, thumbnail
from monitor.vision.decode import Picture, Undecodable, decode
from monitor.vision.history import History
from monitor.vision.memory import pack, unpack
from monitor.vision.work import shrink


def analyse(key_frames: Sequence[KeyFrame], memory: Memory, question: Question) -> Answer:
    """Never raises for what a camera sent; an undecodable key frame is counted."""
    pictures, refused = _decode_all(key_frames)
    facts: dict[str, Any] = {"key_frames": len(key_frames), "decoded": len(pictures), "refused": refused}
    facts["damaged"] = sum(picture.corrupt or bool(picture.complaints) for picture in pictures)
    facts["complaints"] = sorted({line for picture in pictures for line in picture.complaints})[:5]
    if not pictures:
        return Answer(facts, memory=memory)
    kept = unpack(memory)
    last = pictures[-1]
    smalls = [shrink(picture, question.limits) for picture in pictures]
    now = statistics.median([statistics.measure(*pair) for pair in zip(pictures, smalls, strict=True)])
    history = History(kept)
    facts |= {"width": last.width, "height": last.height, "now": now.as_facts()}
    facts["freeze"] = history.freeze(pictures, question)
    facts["suspect"] = facts["freeze"]["suspect"]
    history.remember(facts["freeze"])
    new = pack(kept)
    facts["memory_kilobytes"] = round(len(new) / 1000, 1)
    return Answer(facts, _pictures(last, close=question.close), new)


def _decode_all(key_frames: Sequence[KeyFrame]) -> tuple[list[Picture], list[str]]:
    pictures, refused = [], []
    for key_frame in key_frames:
        try:
            pictures.append(decode(key_frame))
        except Undecodable as reason:
            refused.append(str(reason))
    return pictures, refused


def _pictures(last: Picture, *, close: bool) -> dict[str, bytes]:
    shown = {"thumbnail": thumbnail.thumbnail(last)}
    if close:
        shown["frame"] = thumbnail.full(last)
    return shown
