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
    """Grey levels are 0..255. Unless a line says otherwise a measure is taken at 480 pixels width, bands removed."""

    band_top: float = 0.12
    """Share of the height at the top that is left out: clocks and names are burnt in there."""
    band_bottom: float = 0.07
    """The same at the bottom."""
    dark_p99: float = 40.0
    """99 of 100 pixels below this = black, or dark when a scene can be made out."""
    black_spread: float = 3.0
    """A dark picture with less standard deviation = black."""
    black_correlation: float = 0.5
    """A dark picture whose neighbouring pixels agree less = black: only electronic noise."""
    uniform_spread: float = 3.0
    """Standard deviation below this, and ..."""
    uniform_range: float = 14.0
    """... p99 - p1 below this = one colour all over."""
    no_signal_flat: float = 0.6
    """Share of flat tiles from which, and ..."""
    no_signal_entropy: float = 2.0
    """... entropy in bits below which it is a card, not a scene."""
    overexposed_share: float = 0.35
    """Share of pixels >= 250 above this = overexposed."""
    damaged_share: float = 0.5
    """Share of a look's key frames the decoder complained about = corrupt."""
    frozen_change: float = 0.10
    """Least mean change between key frames far apart (native patches) below this = frozen, whatever was learned."""
    frozen_floor_share: float = 0.4
    """Below this share of the least change ever seen alive on this camera = frozen."""
    frozen_change_most: float = 0.45
    """The learned limit is never above this: real live clips went down to .46."""
    frozen_floor_least: float = 0.15
    """A camera whose live pictures change less than this cannot be told from a frozen one."""
    frozen_texture: float = 4.0
    """Spread inside the patches below this = too flat to tell."""
    frozen_key_frames: int = 6
    """Key frames a close look must have before it says frozen."""


@dataclass(frozen=True, slots=True)
class OnvifLimits:
    clock_offset_seconds: float = 60.0
    """More than this, either way = clock_drift."""


@dataclass(frozen=True, slots=True)
class RecordingLimits:
    """What a camera's recordings must show. Times in seconds unless the name says otherwise."""

    retention_days: float = 15.0
    lag: float = 900.0
    """The newest so many seconds are not expected yet: a recorder writes whole files."""
    join: float = 5.0
    """Segments closer than this are one stretch: recorders lose a moment between files."""
    gap_ignore: float = 60.0
    """Shorter gaps are not listed."""
    gap_warn: float = 300.0
    gap_fail: float = 1800.0
    """A single gap of at least this = recording_gap."""
    coverage_min: float = 0.995
    """Below this share of the expected time = recording_gap."""
    day_coverage_warn: float = 0.98
    oldest_slack: float = 3600.0
    """The oldest recording may be so much younger than the required days: recorders delete in steps."""
    future: float = 300.0
    """A recording that ends later than this after now is of the future."""
    clock_warn: float = 30.0
    clock_fail: float = 300.0
    forecast_margin_days: float = 2.0
    """A forecast within so many days above the required ones is said, but is no fault."""
    event_silence_days: float = 2.0
    """Event-only cameras: silence shorter than this is never a fault, whatever was learned."""
    disk_free_ratio: float = 0.0
    """Space left of a file system at or below this share = disk_full."""
    inodes_free_ratio: float = 0.005
    samples_per_day: int = 4
    """Recorded instants the daemon decodes per camera and day."""
    proof_samples: int = 60
    """Instants of a full proof: 60 meet a rot of 5 % with a certainty of 95 %."""


@dataclass(frozen=True, slots=True)
class Limits:
    stream: StreamLimits = field(default_factory=StreamLimits)
    picture: PictureLimits = field(default_factory=PictureLimits)
    onvif: OnvifLimits = field(default_factory=OnvifLimits)
    recording: RecordingLimits = field(default_factory=RecordingLimits)
