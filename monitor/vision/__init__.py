"""What can be read off a camera's pixels: pure mathematics on arrays, run in the worker processes.

Importing this package is cheap; PyAV, OpenCV and numpy are loaded by the first analysis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.limits import PictureLimits
from monitor.model import Facts, KeyFrame, Memory


@dataclass(frozen=True, slots=True)
class Question:
    """All that one analysis is told besides the key frames."""

    at: datetime
    limits: PictureLimits = field(default_factory=PictureLimits)
    close: bool = False
    masks: tuple[tuple[float, float, float, float], ...] = ()
    """Regions to leave out: x0, y0, x1, y1 as fractions of the width and height."""
    accept_view: bool = False
    """Forget what the view looked like: what is seen now is the new reference."""
    accepted_at: float = 0.0
    """When a person last accepted a new view, UTC epoch seconds: what was learned before is forgotten, once."""
    preset: str = ""
    """Name of the PTZ preset or light mode when it is known; "" = found from the picture."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Numbers, never an opinion; pictures as JPEG; what to remember for the next look."""

    facts: Facts
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    memory: Memory = field(default=b"", repr=False)


def reference_of(memory: Memory) -> bytes | None:
    """JPEG of the newest reference in a camera's memory, or None; needs none of the heavy libraries."""
    from monitor.vision.memory import reference_of as read

    return read(memory)


def analyse(key_frames: Sequence[KeyFrame], memory: Memory, question: Question) -> Answer:
    """Decode and measure the key frames of one look (see :mod:`monitor.vision.analysis`)."""
    from monitor.vision.analysis import analyse as work

    return work(key_frames, memory, question)
