"""Every threshold of the judges, with its default. Pure data; settings let a site or a camera override each one."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StreamLimits:
    watch_seconds: float = 2.0
    """How long the packets of one look are timed."""
    packet_age_seconds: float = 1.5
    """No packet for so long at the end of the watch = stalled."""
    loss_ratio: float = 0.02
    """More lost than this share of the expected packets = corrupt."""
    frame_rate: float | None = None
    """The camera's nominal frames per second; None = not judged."""
    frame_rate_ratio: float = 0.6
    """Below this share of the nominal rate = low_frame_rate."""


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """Owned by the picture judgement."""


@dataclass(frozen=True, slots=True)
class OnvifLimits:
    clock_offset_seconds: float = 60.0
    """More than this, either way = clock_drift."""


@dataclass(frozen=True, slots=True)
class RecordingLimits:
    """Owned by the retention judgement."""

    retention_days: float = 15.0


@dataclass(frozen=True, slots=True)
class Limits:
    stream: StreamLimits = field(default_factory=StreamLimits)
    picture: PictureLimits = field(default_factory=PictureLimits)
    onvif: OnvifLimits = field(default_factory=OnvifLimits)
    recording: RecordingLimits = field(default_factory=RecordingLimits)
