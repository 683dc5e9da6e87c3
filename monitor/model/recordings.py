"""What a recorder keeps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of recording, UTC epoch seconds after the recorder's clock was calibrated."""

    start: float
    end: float | None  # None = still open
    size: int | None = None
    kind: str = "continuous"  # continuous, motion, alarm, manual, other


@dataclass(frozen=True, slots=True)
class Disk:
    id: str
    status: str  # ok, full, failed, absent, unknown
    size: int | None = None
    free: int | None = None
    read_only: bool | None = None
    inodes_free_ratio: float | None = None
    smart_passed: bool | None = None
    raid: str = ""  # "", ok, degraded, rebuilding, unknown
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded instant that was fetched and decoded, or not."""

    channel: str
    at: float  # UTC epoch seconds asked for
    good: bool | None  # None = could not be judged
    reason: str = ""
    dated: str = ""  # by whose word the picture is of the time asked for; "" = nobody told


@dataclass(frozen=True, slots=True)
class ChannelRecordings:
    channel: str
    segments: tuple[Segment, ...] | None  # None = could not be read; see unread
    unread: str = ""
    cap_days: float | None = None  # an age cap set in the recorder
    online: bool | None = None  # the recorder's own word on the camera
    segment_seconds: float | None = None  # usual length of a file, where a file shows only when it is complete
    cap_unread: str = ""  # why a cap that there is could not be read


@dataclass(frozen=True, slots=True)
class Recordings:
    """All that one reading of a recorder gave, and what it could not give (named, never zero)."""

    read_at: float
    channels: tuple[ChannelRecordings, ...]
    disks: tuple[Disk, ...] | None = None
    clock_offset: float | None = None  # device minus ours, seconds
    clock_note: str = ""
    samples: tuple[Sample, ...] = ()
    unread: tuple[str, ...] = ()
