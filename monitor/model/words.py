"""The words everything else is said with: verdicts, faults, outcomes, names, deadlines."""

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

Facts = Mapping[str, Any]
"""JSON-serialisable numbers and words that were seen; never an opinion, never a secret."""

Memory = bytes
"""What a probe keeps between looks, opaque to everyone else; ``b""`` = nothing kept yet."""


@functools.lru_cache(maxsize=512)
def shared(text: str) -> str:
    """One copy of words that many devices are told of alike: behind a dead line a thousand say the same."""
    return text


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
