"""The words of the house: frozen data that crosses the seams. No I/O, nothing of ours imported.

Times are aware ``datetime`` in UTC unless a name says otherwise; durations are seconds as float; sizes are bytes.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from monitor.limits import Limits

Facts = Mapping[str, Any]
"""JSON-serialisable numbers and words that were seen; never an opinion, never a secret."""

Memory = bytes
"""What a probe keeps between looks, opaque to everyone else; ``b""`` = nothing kept yet."""


class Verdict(StrEnum):
    OK = "ok"
    FAULT = "fault"
    UNKNOWN = "unknown"


class FaultKind(StrEnum):
    """The stable fault words of metrics, tickets, JSON and ``cctv explain``."""

    UNREACHABLE = "unreachable"
    AUTH_FAILED = "auth_failed"
    NO_STREAM = "no_stream"
    STALLED = "stalled"
    CORRUPT = "corrupt"
    LOW_FRAME_RATE = "low_frame_rate"
    FROZEN = "frozen"
    REPLAYED = "replayed"
    NO_SIGNAL = "no_signal"
    BLACK = "black"
    UNIFORM = "uniform"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    BLURRED = "blurred"
    OCCLUDED = "occluded"
    MOVED = "moved"
    VIEW_CHANGED = "view_changed"
    COLOUR_CAST = "colour_cast"
    NOISE = "noise"
    SNOW = "snow"
    STRIPES = "stripes"
    PARTIAL_LOSS = "partial_loss"
    CLOCK_DRIFT = "clock_drift"
    STREAM_CHANGED = "stream_changed"
    DEVICE_REPLACED = "device_replaced"
    ONVIF_FAILED = "onvif_failed"
    RECORDER_UNREACHABLE = "recorder_unreachable"
    RECORDER_AUTH_FAILED = "recorder_auth_failed"
    ACCOUNT_LOCKED = "account_locked"
    HOST_KEY_CHANGED = "host_key_changed"
    RECORDING_STOPPED = "recording_stopped"
    RETENTION_SHORT = "retention_short"
    RECORDING_GAP = "recording_gap"
    RECORDING_INVALID = "recording_invalid"
    RETENTION_CAP = "retention_cap"
    RETENTION_FORECAST = "retention_forecast"
    DISK_FAILED = "disk_failed"
    DISK_FULL = "disk_full"
    RAID_DEGRADED = "raid_degraded"
    RECORDER_CLOCK_DRIFT = "recorder_clock_drift"
    SITE_UNREACHABLE = "site_unreachable"
    MONITOR_BLIND = "monitor_blind"


class Outcome(StrEnum):
    """How far a look got. Every protocol ends in one of these; what it means is the judge's business."""

    SEEN = "seen"
    DNS = "dns"
    REFUSED = "refused"
    NO_ROUTE = "no_route"
    CONNECT_TIMEOUT = "connect_timeout"
    TIMEOUT = "timeout"  # facts["phase"] says where
    CLOSED = "closed"
    TLS = "tls"
    PROTOCOL = "protocol"  # garbage, or a malformed answer
    TOO_LARGE = "too_large"
    AUTH = "auth"  # our credentials were refused, now
    AUTH_MISSING = "auth_missing"  # the device wants credentials and none are configured
    AUTH_RESTING = "auth_resting"  # refused earlier; not tried again, so as not to lock the account
    LOCKED = "locked"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    BUSY = "busy"  # 453, 503
    SERVER_ERROR = "server_error"
    REDIRECTED = "redirected"  # to another host: never followed
    FOREIGN_ADDRESS = "foreign_address"
    UNSUPPORTED = "unsupported"
    NO_VIDEO = "no_video"  # the SDP offers none
    NO_RTP = "no_rtp"
    NO_KEY_FRAME = "no_key_frame"
    STALLED = "stalled"
    HOST_KEY_CHANGED = "host_key_changed"
    HOST_KEY_UNKNOWN = "host_key_unknown"
    LEGACY_CRYPTO = "legacy_crypto"
    INCOMPLETE = "incomplete"
    CRASHED = "crashed"  # our own worker died over this input
    STARVED = "starved"  # we ourselves were too slow to judge
    ABANDONED = "abandoned"  # the outer deadline ended the look
    FAILED = "failed"  # an error of ours, counted, with its reason


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of the monotonic clock that no step may outlive."""

    expires: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.expires - time.monotonic())

    def within(self, seconds: float) -> "Deadline":
        """The earlier of this deadline and one ``seconds`` from now: a limit for one phase."""
        return Deadline(min(self.expires, time.monotonic() + seconds))


class Key(NamedTuple):
    """Names one device. ``site`` is "" for an address that is in no configuration."""

    site: str
    device: str

    def __str__(self) -> str:
        return f"{self.site}/{self.device}" if self.site else self.device


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginState:
    """What the login guard knows about one account on one host."""

    refused_at: datetime | None = None
    rest_until: datetime | None = None
    ever_worked: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One device to look at, complete: a probe needs nothing else."""

    key: Key
    role: str  # "camera" or "recorder"
    host: str  # name or address, the lock of "one connection per device at a time"
    credentials: Credentials | None = None
    login: LoginState = field(default_factory=LoginState)
    limits: Limits = field(default_factory=Limits)
    name: str = ""
    timezone: str = "UTC"
    rtsp: str = ""  # URL without credentials
    onvif: str = ""  # "host:port", or a device service URL without credentials
    kind: str = ""  # of a recorder: the name in RECORDERS
    options: Facts = field(default_factory=dict)  # of a recorder: validated by its kind; of a camera: its device file
    channels: tuple["Channel", ...] = ()  # of a recorder: the cameras it records
    recorder: str = ""  # of a camera: id of the recorder in the same site
    channel: str = ""
    parent: str = ""  # id of the device this one hangs behind (switch, gateway), if any
    close: bool = False  # the long, careful look


@dataclass(frozen=True, slots=True)
class Channel:
    """One camera as its recorder knows it."""

    camera: str  # device id of the camera
    channel: str  # the recorder's name or number for it
    limits: Limits = field(default_factory=Limits)
    installed: datetime | None = None
    event_only: bool = False
    schedule: tuple["ScheduleBlock", ...] = ()  # empty = always recording


@dataclass(frozen=True, slots=True)
class ScheduleBlock:
    """Recording is expected from ``start`` to ``end`` of a weekday (0 = Monday), local wall clock, minutes of day."""

    weekday: int
    start: int
    end: int  # 1440 = midnight


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
    recordings: "Recordings | None" = None  # of a recorder's reader


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged aspect of one device at one time."""

    key: Key
    probe: str  # as shown to people: rtsp, picture, onvif, tcp, recorder, recording
    verdict: Verdict
    fault: FaultKind | None
    reason: str
    at: datetime
    seconds: float = 0.0
    aspect: str = ""  # tells findings of one probe apart: "clock", "disk:sda"
    facts: Facts = field(default_factory=dict)


IF_IT_LASTS = "if_it_lasts"
"""Fact of an unknown finding: the fault kind it becomes when nothing else is heard for a long time."""


class Subject(NamedTuple):
    """What patience counts on: one aspect of one probe of one device."""

    key: Key
    probe: str
    aspect: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The confirmed state of one subject, and how far the next change has come."""

    subject: Subject
    verdict: Verdict  # confirmed; UNKNOWN until the first confirmation
    fault: FaultKind | None
    since: datetime  # when the confirmed verdict began
    reason: str
    last: Finding  # the newest finding, confirmed or not
    bad: int = 0  # consecutive fault findings
    good: int = 0  # consecutive ok findings
    first_bad: datetime | None = None  # of the present streak
    last_ok: datetime | None = None
    last_bad: datetime | None = None
    first_good: datetime | None = None  # of the present streak
    other: int = 0  # consecutive fault findings of another kind than the confirmed one
    first_other: datetime | None = None
    unknown_since: datetime | None = None  # nothing but unknown was heard since then


class Change(StrEnum):
    RAISED = "raised"
    CHANGED = "changed"  # still a fault, of another kind
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Transition:
    subject: Subject
    change: Change
    at: datetime
    finding: Finding
    since: datetime  # first bad finding of the streak, or first good one
    previous: FaultKind | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A confirmed fault from opening to clearing; its id is the key of its ticket."""

    id: str
    subject: Subject
    kind: FaultKind
    opened: datetime
    since: datetime
    reason: str
    facts: Facts = field(default_factory=dict)
    ladder: tuple[str, ...] = ()  # the cause ladder at opening, one sentence a rung
    picture: str = ""  # name of the evidence picture in the state folder
    parent: str = ""  # fault id of the cause
    excused: str = ""  # reason of the maintenance window it opened in
    cleared: datetime | None = None
    reopened: int = 0
    flapping: bool = False
    hold_until: datetime | None = None  # not announced before: its cause may still show itself
    announced: datetime | None = None  # when its ticket was put into the outbox
    raised: tuple[datetime, ...] = ()  # when it was raised, newest last, the last few only
    clearing: str = ""  # in words, why it was cleared
    calm_since: datetime | None = None  # of a flapping fault: seen ok since then, not yet believed


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window: faults that open in it are excused, and it stands in the record with its person."""

    site: str  # "" = everything, the monitor itself included
    device: str  # "" = the whole site
    start: datetime
    until: datetime | None  # None = until a person ends it
    reason: str
    person: str
    id: int = 0
    ended_by: str = ""

    def covers(self, key: Key, at: datetime) -> bool:
        here = self.site in ("", key.site) and self.device in ("", key.device)
        return here and self.start <= at and (self.until is None or at < self.until)


# --- recordings -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of recording, UTC epoch seconds after the recorder's clock was calibrated."""

    start: float
    end: float | None  # None = still open
    size: int | None = None
    kind: str = "continuous"  # continuous, motion, alarm, manual, other
    ref: str = field(default="", compare=False)  # how the reader finds it again


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


@dataclass(frozen=True, slots=True)
class ChannelRecordings:
    channel: str
    segments: tuple[Segment, ...] | None  # None = could not be read; see unread
    unread: str = ""
    cap_days: float | None = None  # an age cap set in the recorder
    online: bool | None = None  # the recorder's own word on the camera
    segment_seconds: float | None = None  # usual length of a file, where a file shows only when it is complete


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


# --- tickets ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ticket:
    """One message to a repair desk about one fault."""

    key: str  # fault id
    action: str  # open, comment, resolve
    site: str
    device: str
    fault: str  # a fault kind; of a foreign alert its name
    since: datetime
    title: str
    text: str
    place: str = ""
    parent: str = ""
    reference: str = ""  # the desk's own id, once known
    reopened: int = 0  # how often this ticket was opened again
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The desk's answer: its own id for the ticket, and a page where a person finds it."""

    reference: str
    url: str = ""


class JobState(StrEnum):
    """How far a repair has come. What the monitor sees (``Job.healed``) runs beside it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SCHEDULED = "scheduled"  # an appointment is agreed with the customer
    REPAIRED = "repaired"  # a person says so; not seen by the monitor yet
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of the repair job book."""

    key: str  # fault id; of a foreign alert or a summary, a key of the desk's own
    origin: str  # monitor, alert, summary
    site: str
    device: str
    fault: str
    opened: datetime
    since: datetime
    title: str
    text: str
    number: int = 0  # what people call it
    state: JobState = JobState.OPEN
    place: str = ""
    joined: str = ""  # key of the summary that speaks for it at the repair desks
    told: datetime | None = None  # when the repair desks were told, or its summary named it
    acknowledged: datetime | None = None
    appointment: datetime | None = None
    appointment_with: str = ""
    repaired: datetime | None = None
    healed: datetime | None = None  # seen ok since
    closed: datetime | None = None
    followed_up: datetime | None = None
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of the history of a job."""

    at: datetime
    person: str  # "" = the monitor
    action: str  # opened, commented, acknowledged, …
    text: str
