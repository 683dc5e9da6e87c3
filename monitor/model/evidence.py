"""What was seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.recordings import Recordings
from monitor.model.words import Facts, Key, Memory, Outcome

FEW_FRAMES = 3
"""Fewer do not tell a camera of one frame in some seconds from one whose video stopped."""
SPACINGS = 3
"""A silence longer than so many of the camera's own frame spacings is a stall."""


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """One complete intra-coded access unit as received."""

    codec: str  # "h264", "hevc", "mjpeg"
    data: bytes = field(repr=False)  # Annex B with parameter sets in front; a JPEG file for mjpeg
    rtp_time: int  # RTP timestamp, 90 kHz for video
    arrived: float  # seconds since the look began


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one look saw. ``outcome`` SEEN = the probe did all it set out to do."""

    probe: str
    at: datetime
    seconds: float
    outcome: Outcome
    reason: str  # a sentence for a technician, no secret in it
    facts: Facts = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # name -> JPEG
    memory: Memory | None = None  # None = keep what was there
    login_worked: bool | None = None  # None = no credentials were sent
    recordings: Recordings | None = None  # of a recorder's reader


@dataclass(frozen=True, slots=True)
class Look:
    """The newest look of one probe at one device, without its pictures."""

    key: Key
    probe: str
    at: datetime
    seconds: float
    outcome: Outcome
    reason: str
    facts: Facts
    last_success: datetime | None  # start of the newest look whose findings were all ok
