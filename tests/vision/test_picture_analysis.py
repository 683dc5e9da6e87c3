"""The analysis of one look, through a real encoder and the real decoder."""

from datetime import UTC, datetime

import numpy as np
import pytest
from drawn_views import encode, live, scene

from monitor.judge.picture import judge_picture
from monitor.limits import PictureLimits
from monitor.model import Evidence, Finding, Key, KeyFrame, Outcome, Target
from monitor.vision import Answer, Question, analyse
from monitor.vision.decode import Undecodable, decode
from monitor.vision.memory import Kept, pack, unpack

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
CAMERA = Target(Key("site", "gate"), "camera", "127.0.0.1")


def glance(key_frames: list[KeyFrame], memory: bytes = b"", *, close: bool = False) -> Answer:
    return analyse(key_frames, memory, Question(NOON, PictureLimits(), close))


def judged(answer: Answer) -> Finding:
    evidence = Evidence("picture", NOON, 1.0, Outcome.SEEN, "", {"picture": answer.facts})
    (finding,) = judge_picture(CAMERA, evidence)
    return finding


def still(count: int) -> list[KeyFrame]:
    return encode([live(scene(), 1)[0]] * count)


def test_a_live_scene_is_ok() -> None:
    memory = b""
    for key_frame in encode(live(scene(), 4)):
        answer = glance([key_frame], memory)
        memory = answer.memory
        assert judged(answer).verdict == "ok"
    assert answer.facts["freeze"]["alike"] < 0.4


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (np.full((368, 640), 3.0), "black"),
        (np.full((368, 640), 128.0), "uniform"),
        (np.full((368, 640), 250.0), "uniform"),
        (scene() * 0.08, "dark"),
        (np.minimum(scene() * 4, 255), "overexposed"),
    ],
)
def test_a_fault_of_the_whole_picture_is_named_at_the_first_look(view: np.ndarray, fault: str) -> None:
    finding = judged(glance(encode([np.clip(view, 0, 255).astype(np.uint8)])))
    assert (finding.verdict, finding.fault) == ("fault", fault)
    assert finding.facts["confidence"] == "seen once"


def test_a_still_picture_is_only_suspected_at_a_glance_and_named_by_the_close_look() -> None:
    frames = still(8)
    memory = glance(frames[:1]).memory
    second = glance(frames[1:2], memory)
    assert second.facts["suspect"] is True
    assert judged(second).verdict == "unknown"
    close = judged(glance(frames, second.memory, close=True))
    assert (close.verdict, close.fault) == ("fault", "frozen")


def test_a_close_look_without_any_history_names_a_still_picture() -> None:
    assert judged(glance(still(8), close=True)).fault == "frozen"


def test_a_plain_wall_is_undecidable_not_frozen() -> None:
    wall = np.tile(np.linspace(110, 150, 640), (368, 1))
    finding = judged(glance(encode([wall.astype(np.uint8)] * 8), close=True))
    assert finding.fault is None
    assert finding.facts["kinds"]["frozen"]["answer"] == "undecidable"


def test_a_damaged_key_frame_is_corrupt_and_costs_no_exception() -> None:
    whole = encode(live(scene(), 1))[0].data
    torn = bytearray(whole)
    for place in range(900, len(torn) - 20, 700):
        torn[place] ^= 0x55
    for data in (bytes(torn), b"\0\0\0\1\x65garbage", b""):
        finding = judged(glance([KeyFrame("h264", data, 0, 0.0)]))
        assert finding.fault == "corrupt"


def test_what_is_not_a_picture_is_refused() -> None:
    with pytest.raises(Undecodable):
        decode(KeyFrame("h264", b"\0\0\0\1\x65garbage", 0, 0.0))


def test_memory_survives_the_round_trip_and_reads_as_empty_when_damaged() -> None:
    kept = Kept({"floor": 0.5}, {"a": b"xyz", "b": b""})
    packed = pack(kept)
    assert unpack(packed) == kept
    assert unpack(packed[:-1] + b"?") == Kept()
    assert unpack(b"from another version") == Kept()
