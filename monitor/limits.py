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
    damaged_share: float = 0.5
    """More than this share of a look's key frames damaged (decoder flags and complaints) = corrupt."""

    black_p99: float = 40.0
    """99 of 100 pixels at or below this and no scene to be made out = black."""
    black_spread: float = 1.0
    """No scene: standard deviation below this, or ..."""
    black_correlation: float = 0.5
    """... neighbouring pixels agree less than this: only electronic noise."""
    black_chroma: float = 12.0
    """Mean distance from grey, in levels of Cb and Cr, from which it is no black: a blue screen is as dark."""
    dark_p99: float = 32.0
    """99 of 100 pixels at or below this, though a scene can be made out = dark."""
    uniform_spread: float = 3.0
    """Standard deviation below this, and ..."""
    uniform_range: float = 14.0
    """... p99 - p1 below this = one colour all over, where the reference shows a scene."""
    uniform_reference_spread: float = 12.0
    """A reference with less spread is itself almost one colour, or would be in fog: undecidable."""
    uniform_exact_spread: float = 0.3
    """A picture flatter than any sensor can make it = uniform, reference or not."""
    white_p1: float = 235.0
    """99 of 100 pixels above this = uniform white, reference or not."""
    no_signal_flat: float = 0.6
    """Share of flat tiles from which, and ..."""
    no_signal_entropy: float = 2.0
    """... entropy in bits below which it is a card, not a scene."""
    no_signal_flat_above: float = 0.4
    """Where there is a reference its flat share must be exceeded by this, or ..."""
    no_signal_entropy_below: float = 1.5
    """... its entropy be undercut by so many bits."""
    no_signal_caption: float = 0.03
    """A line of letters longer than this share of the width amid an even ground = no_signal."""
    bars: float = 0.85
    """Share of the columns that are one even level down the upper half, and ..."""
    bars_chroma: float = 30.0
    """... mean distance from grey, in levels of Cb and Cr, above this = no_signal: colour bars, reference or not."""
    overexposed_share: float = 0.5
    """Share of pixels >= 250 above this = overexposed, without a reference."""
    overexposed_share_known: float = 0.35
    """The same where a reference shows how much sky the view has ..."""
    overexposed_above: float = 0.2
    """... and that is exceeded by this share."""
    snow_correlation: float = 0.4
    """Neighbouring pixels agree less than this, and ..."""
    snow_correlation_coarse: float = 0.8
    """The same where the picture has neither light nor shade, ..."""
    snow_relief: float = 0.1
    """... its tiles' means spreading by less than this share of its own spread: snow of a coarse grain, and ..."""
    snow_noise: float = 15.0
    """... noise above this, native = snow."""
    snow_spread: float = 12.0
    """Standard deviation above which (half of which, where neighbouring pixels agree as little as in other snow) it is
    snow though an encoder has left hardly any noise of it, where ..."""
    snow_correlation_starved: float = 0.6
    """... neighbouring pixels agree less than this, and ..."""
    snow_relief_starved: float = 0.2
    """... the tiles' means spread by less than this share of the picture's own spread."""
    noise_level: float = 6.0
    """Native noise above this, and ..."""
    noise_ratio: float = 3.0
    """... above so many times the reference's = noise."""
    noise_alone: float = 10.0
    """Native noise above this = noise, without a reference."""
    stripe_spread: float = 10.0
    """Standard deviation of the picture's strongest wave above this, and ..."""
    stripe_peak: float = 0.08
    """... this share of the energy of all waves as short, and ..."""
    stripe_coherence: float = 0.6
    """... the parts of the picture agree so well on it = stripes; a fence or a blind seldom does."""
    stripe_above: float = 5.0
    """Where there is a reference its stripes must be exceeded by this."""

    monochrome: float = 2.0
    """Standard deviation of the colours below this = a monochrome (infrared) picture."""
    light_ratio: float = 1.8
    """A picture brighter or darker than a reference by more than this factor needs a reference of its own."""
    reference_frames: int = 7
    """Pictures whose median is the reference, ..."""
    reference_seconds: float = 20.0
    """... over at least so long, ..."""
    reference_spacing: float = 2.5
    """... at least so far apart."""
    reference_refresh_seconds: float = 300.0
    """Spacing of the pictures that renew a learned reference while all is well."""
    textured_tiles: int = 20
    """With fewer recognisable tiles occluded, moved and view_changed cannot be judged."""
    occluded_share: float = 0.33
    """More than this share of the recognisable tiles lost in one look = occluded."""
    occluded_share_lasting: float = 0.3
    """The same tiles lost in two and more looks in a row, or in the median of a close look."""
    view_changed_share: float = 0.75
    """More than this share lost, while the picture is as rich in edges as before = view_changed."""
    view_changed_edges: float = 0.4
    """Fewer edges than this share of the reference's: something before the lens, not another view."""
    moved_shift: float = 0.045
    """Shift of the view, share of its width or height, from which it has moved: presets drift by 2 to 4 %."""
    moved_response: float = 0.08
    """Least response of the phase correlation to believe a shift."""
    moved_recovers: float = 0.15
    """The lost share must fall by this when the shift is undone."""
    moved_clear: float = 0.5
    """Response from which it is enough that nearly all lost tiles come back, few as they are: soft or regular views."""
    blurred_detail: float = 0.52
    """Fine detail of the recognised tiles below this share of the reference's = blurred."""
    blurred_layout: float = 0.8
    """Where the edges are gone the coarse layout must still agree so well: otherwise something fills the view."""
    blurred_focus: float = 1.15
    """No contour anywhere sharper than this = blurred, reference or not; 1.4 to 3 is usual, 0 switches it off."""
    careful_key_frames: int = 5
    """Key frames of one look whose median counts as more than one look."""
    cast_change: float = 18.0
    """Mean colour (Cb, Cr) away from the reference's by more than this = colour_cast."""
    cast_share: float = 0.17
    """Where it is dark by more than this share of the mean brightness, ..."""
    cast_least: float = 6.5
    """... though by this at least."""
    cast_alone: float = 0.15
    """A colour that nine tenths of the lit picture share by this part of their brightness = colour_cast where nothing
    is learned and it is purple; undecidable when it is a colour that lamps or plants can have."""
    partial_flat: float = 0.25
    """Share of tiles flat now and not in the reference, in full rows, above this = partial_loss; so much of the lowest
    rows filled with one even grey is one too, reference or not."""

    frozen_alike: float = 0.025
    """Share of the textured blocks that two key frames of a still view have exactly alike: so much is frozen, ..."""
    frozen_alike_factor: float = 2.0
    """... above so many times the largest share seen while the camera was alive."""
    frozen_alike_unlearned: float = 0.75
    """The share that is frozen while that is not known yet."""
    frozen_alike_alive: float = 0.5
    """A camera whose living pictures are alike in this share of the blocks cannot be told from a frozen one."""
    frozen_habit_looks: int = 5
    """Looks before what they taught is used."""
    frozen_still_looks: int = 3
    """Looks in a row without movement that ask for a close look; later and later while it finds life."""
    frozen_key_frames: int = 6
    """Key frames a close look must have before it says frozen."""
    movement: float = 10.0
    """Change of coarse cells (grey levels, clock left out) from which something surely moved."""
    replayed_matches: int = 3
    """Different key frames of a moving picture that were all seen exactly so in an earlier look = replayed; 0 = off."""


@dataclass(frozen=True, slots=True)
class OnvifLimits:
    clock_offset_seconds: float = 60.0
    """More than this, either way = clock_drift."""
    frame_rate_low: float = 0.4
    """RTSP delivers less than this share of the configured rate = stream_changed; at night cameras halve it."""
    frame_rate_high: float = 1.25
    """RTSP delivers more than this share of the configured rate = stream_changed."""


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
    inodes_free_ratio: float = 0.005
    """Inodes left of a file system at or below this share = disk_full."""
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
