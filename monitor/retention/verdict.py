"""One verdict per camera from its coverage: fault before young before warning before ok. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.limits import RecordingLimits
from monitor.model import Channel, FaultKind, Judged, Sample, Verdict
from monitor.retention.coverage import DAY, Coverage

Fault = tuple[FaultKind, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is held against a camera's recordings."""

    channel: Channel
    coverage: Coverage
    limits: RecordingLimits
    timezone: str
    now: float
    samples: Sequence[Sample] = ()
    cap_days: float | None = None
    cap_unread: str = ""
    forecast_days: float | None = None

    @property
    def bad(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.good is False]

    @property
    def age_days(self) -> float | None:
        """Days since installation; None when it is not known."""
        installed = self.channel.installed
        return None if installed is None else (self.now - installed.timestamp()) / DAY

    @property
    def is_young(self) -> bool:
        return self.age_days is not None and self.age_days < self.coverage.required_days


def decide(kept: Kept) -> Judged:
    """The verdict on what was read; what could not be read never comes here."""
    for rule in FAULT_RULES:
        fault = rule(kept)
        if fault:
            return Verdict.FAULT, *fault
    remarks = [remark for rule in REMARK_RULES for remark in rule(kept)]
    return Verdict.OK, None, "; ".join([_clean(kept), *remarks])


def certainty(samples: int, bad_share: float = 0.05) -> float:
    """Chance that so many random samples meet a rot of that share at least once: 1 - (1 - f)^n."""
    return 1.0 - (1.0 - bad_share) ** samples


def _stopped(kept: Kept) -> Fault | None:
    coverage = kept.coverage
    if coverage.newest is None:
        return None if kept.bad else (FaultKind.RECORDING_STOPPED, "no recording at all")
    limit = kept.limits.gap_warn
    if kept.channel.event_only:
        limit = max(2 * (coverage.event_pause or 0.0), kept.limits.event_silence_days * DAY)
    if coverage.silent <= limit:
        return None
    return FaultKind.RECORDING_STOPPED, f"nothing recorded since {_when(coverage.newest, kept)}"


def _capped(kept: Kept) -> Fault | None:
    if kept.cap_days is None or kept.cap_days >= kept.coverage.required_days:
        return None
    required = kept.coverage.required_days
    return FaultKind.RETENTION_CAP, f"the recorder deletes after {kept.cap_days:g} days, {required:g} are required"


def _short(kept: Kept) -> Fault | None:
    coverage = kept.coverage
    if coverage.oldest is None:
        return None
    slack = DAY if kept.is_young else kept.limits.oldest_slack
    if coverage.oldest <= coverage.window[0] + slack or not _missed_before(coverage):
        return None
    days = (kept.now - coverage.oldest) / DAY
    return (
        FaultKind.RETENTION_SHORT,
        f"only {days:.1f} of {coverage.required_days:g} days: the oldest is of {_when(coverage.oldest, kept)}",
    )


def _missed_before(coverage: Coverage) -> bool:
    """Whether anything was wanted before the oldest recording; a schedule may begin later."""
    oldest = coverage.oldest or 0.0
    return any(day.expected > day.recorded for day in coverage.days if day.start < oldest)


def _invalid(kept: Kept) -> Fault | None:
    if not kept.bad:
        return None
    worst = kept.bad[0]
    words = f"{len(kept.bad)} of {len(kept.samples)} samples do not play: {_when(worst.at, kept)} {worst.reason}"
    return FaultKind.RECORDING_INVALID, words


def _gap(kept: Kept) -> Fault | None:
    coverage = kept.coverage
    longest = coverage.longest_gap
    if longest is None or coverage.coverage is None:
        return None
    if longest >= kept.limits.gap_fail:
        return FaultKind.RECORDING_GAP, _gap_words(kept)
    if coverage.coverage < kept.limits.coverage_min and not kept.is_young:
        return FaultKind.RECORDING_GAP, f"{coverage.coverage:.2%} of the expected time is recorded; {_gap_words(kept)}"
    return None


def _forecast(kept: Kept) -> Fault | None:
    days, required = kept.forecast_days, kept.coverage.required_days
    if days is None or days >= required:
        return None
    return FaultKind.RETENTION_FORECAST, f"at the present write rate the disks hold {days:.1f} of {required:g} days"


FAULT_RULES: tuple[Callable[[Kept], Fault | None], ...] = (_stopped, _capped, _short, _invalid, _gap, _forecast)
"""The first that speaks is the fault: what is lost now before what will be lost."""


def _gap_remark(kept: Kept) -> Iterator[str]:
    if (kept.coverage.longest_gap or 0.0) >= kept.limits.gap_warn:
        yield f"warning: {_gap_words(kept)}"


def _day_remark(kept: Kept) -> Iterator[str]:
    thin = [day for day in kept.coverage.days if (share := day.coverage) is not None and _is_thin(kept, share)]
    if kept.channel.event_only and thin:
        yield f"warning: no event on {len(thin)} days"
    elif thin and not kept.is_young and (kept.coverage.longest_gap or 0.0) < kept.limits.gap_warn:
        yield f"warning: {thin[0].date} is recorded to {thin[0].coverage:.1%}"


def _is_thin(kept: Kept, share: float) -> bool:
    return share <= 0.0 if kept.channel.event_only else share < kept.limits.day_coverage_warn


def _future_remark(kept: Kept) -> Iterator[str]:
    if kept.coverage.future is not None:
        yield f"warning: recordings of the future, up to {_when(kept.coverage.future, kept)}"


def _forecast_remark(kept: Kept) -> Iterator[str]:
    days = kept.forecast_days
    if days is not None and days < kept.coverage.required_days + kept.limits.forecast_margin_days:
        yield f"warning: at the present write rate the disks hold {days:.1f} days"


def _cap_remark(kept: Kept) -> Iterator[str]:
    if kept.cap_unread:
        yield f"after how many days the recorder deletes is not known: {kept.cap_unread}"


def _proof_remark(kept: Kept) -> Iterator[str]:
    good = sum(sample.good is True for sample in kept.samples)
    if good:
        yield f"{good} samples play ({int(100 * certainty(good))}% certain that less than 5 % are bad)"
    unsure = [sample for sample in kept.samples if sample.good is None]
    if unsure:
        yield f"{len(unsure)} samples could not be judged: {unsure[0].reason}"
    undated = sum(sample.good is True and not sample.dated for sample in kept.samples)
    if undated:
        yield f"of {undated} samples nothing tells the time they are of"
    short = [sample for sample in kept.samples if sample.good and sample.reason]
    if short:
        yield f"warning: {len(short)} of them are shorter than their files say: {short[0].reason}"


REMARK_RULES = (_gap_remark, _day_remark, _future_remark, _forecast_remark, _cap_remark, _proof_remark)


def _clean(kept: Kept) -> str:
    coverage = kept.coverage
    if kept.is_young:
        return f"{kept.age_days:.1f} of {coverage.required_days:g} days since installation, clean so far"
    if kept.channel.event_only:
        return f"events of {(coverage.span or 0.0) / DAY:.1f} days"
    words = f"{(coverage.span or 0.0) / DAY:.1f} days"
    return words if coverage.coverage is None else f"{words}, {coverage.coverage:.2%} of the expected time"


def _gap_words(kept: Kept) -> str:
    gaps = kept.coverage.gaps
    if not len(gaps):
        return "many short gaps"
    start, end = max(gaps.tolist(), key=lambda gap: gap[1] - gap[0])
    more = f", {len(gaps)} gaps in all" if len(gaps) > 1 else ""
    return f"nothing recorded from {_when(start, kept)} to {_when(end, kept)} ({_long(end - start)}){more}"


def _when(instant: float, kept: Kept) -> str:
    return datetime.fromtimestamp(instant, ZoneInfo(kept.timezone)).strftime("%Y-%m-%d %H:%M:%S")


def _long(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"
