"""What the board knows about one device, as metric samples. What is not known gives no sample, never a zero."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from monitor.board import DeviceState
from monitor.metrics.table import INFO_LABELS
from monitor.model import FaultKind, Look, Outcome, Standing, Verdict

Put = Callable[[str, str, float], None]
"""Takes a sample: metric name, the rendered labels beyond site and device (each with its leading comma), value."""

DAY = 86_400.0
_STREAM = (
    ("cctv_stream_frames_per_second", "frames_per_second"),
    ("cctv_stream_receive_bytes_per_second", "bytes_per_second"),
    ("cctv_stream_packet_loss_ratio", "loss_ratio"),
    ("cctv_stream_width_pixels", "width"),
    ("cctv_stream_height_pixels", "height"),
)
_PICTURE = (
    ("cctv_picture_level", "level"),
    ("cctv_picture_spread", "spread"),
    ("cctv_picture_focus", "focus"),
)
_RECORDING = (
    ("cctv_recording_span_seconds", "span_days", DAY),
    ("cctv_recording_depth_seconds", "depth_days", DAY),
    ("cctv_recording_required_seconds", "required_days", DAY),
    ("cctv_recording_coverage_ratio", "coverage", 1.0),
    ("cctv_recording_longest_gap_seconds", "longest_gap_seconds", 1.0),
    ("cctv_recording_forecast_seconds", "forecast_days", DAY),
)
_RECORDING_TIMES = (
    ("cctv_recording_oldest_timestamp_seconds", "oldest"),
    ("cctv_recording_newest_timestamp_seconds", "newest"),
)
_LARGEST = 2**63
"""More is no measured number, and some are too large to be multiplied by a unit."""
_DISK_HEALTHY = {"ok": 1, "full": 1, "failed": 0, "absent": 0}


def escape(value: str) -> str:
    """A label value as the exposition format wants it."""
    if "\\" not in value and "\n" not in value and '"' not in value:
        return value
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def lasting(state: DeviceState, put: Put) -> None:
    """The series that change with :func:`basis` only: inventory, clock, recordings, disks."""
    put("cctv_device_info", _info_labels(state), 1)
    recorder = _recorder_facts(state.standings)
    _clock(_part(state.looks.get("onvif"), "onvif"), recorder, put)
    _recording(state.standings, put)
    _disks(recorder.get("disks"), put)


def basis(state: DeviceState) -> tuple[object, ...]:
    """What the lasting series are made from."""
    slow = [standing for (probe, _), standing in state.standings.items() if probe in ("recording", "recorder")]
    return (state.target, state.looks.get("onvif"), *slow)


def passing(state: DeviceState, put: Put) -> None:
    """The series that change with every look: verdict, probes, stream, picture."""
    now = state.verdict
    for verdict in Verdict:
        put("cctv_verdict", _VERDICT_LABELS[verdict], int(verdict is now))
    for look in list(state.looks.values()):
        _probe(look, state.standings, put)
    _stream(state.looks, put)
    _picture(state.looks, put)


def confirmed_faults(state: DeviceState) -> Iterator[FaultKind]:
    """The kinds of the device's confirmed faults."""
    for standing in state.standings.values():
        if standing.verdict is Verdict.FAULT and standing.fault:
            yield standing.fault


_INFO = tuple(f',{name}="' for name in INFO_LABELS)
_VERDICT_LABELS = {verdict: f',verdict="{verdict}"' for verdict in Verdict}


def _info_labels(state: DeviceState) -> str:
    target, told = state.target, _part(state.looks.get("onvif"), "onvif")
    values = (
        target.role,
        target.name,
        target.kind,
        target.recorder,
        target.channel,
        target.parent,
        *(str(told.get(name) or "") for name in ("manufacturer", "model", "firmware")),
    )
    return "".join([start + escape(value) + '"' for start, value in zip(_INFO, values, strict=True)])


def _probe(look: Look, standings: Mapping[tuple[str, str], Standing], put: Put) -> None:
    label = f',probe="{escape(look.probe)}"'
    put("cctv_probe_success", label, int(look.last_success == look.at))
    if look.outcome is not Outcome.SEEN:
        put("cctv_probe_failure_info", f'{label},reason="{look.outcome}"', 1)
    put("cctv_probe_last_attempt_timestamp_seconds", label, look.at.timestamp())
    if look.last_success:
        put("cctv_probe_last_success_timestamp_seconds", label, look.last_success.timestamp())
    put("cctv_probe_last_duration_seconds", label, look.seconds)
    bad = 0
    for (probe, _), standing in standings.items():
        if probe == look.probe and standing.bad > bad:
            bad = standing.bad
    put("cctv_probe_consecutive_failures", label, bad)


def _stream(looks: Mapping[str, Look], put: Put) -> None:
    facts = _part(looks.get("picture"), "stream") or _part(looks.get("rtsp"), "stream")
    _numbers(facts, _STREAM, put)
    first = number(_mapping(facts.get("phases")).get("key_frame"))
    if first is not None:
        put("cctv_stream_first_frame_seconds", "", first)


def _picture(looks: Mapping[str, Look], put: Put) -> None:
    _numbers(_mapping(_part(looks.get("picture"), "picture").get("now")), _PICTURE, put)


def _recorder_facts(standings: Mapping[tuple[str, str], Standing]) -> Mapping[str, Any]:
    standing = standings.get(("recorder", ""))
    return standing.last.facts if standing else {}


def _clock(camera: Mapping[str, Any], recorder: Mapping[str, Any], put: Put) -> None:
    offset = number(camera.get("clock_offset_seconds"))
    if offset is None:
        offset = number(recorder.get("clock_offset_seconds"))
    if offset is not None:
        put("cctv_device_clock_offset_seconds", "", offset)


def _recording(standings: Mapping[tuple[str, str], Standing], put: Put) -> None:
    standing = standings.get(("recording", ""))
    if standing is None:
        return
    facts = standing.last.facts
    for name, fact, unit in _RECORDING:
        value = number(facts.get(fact))
        if value is not None:
            put(name, "", value * unit)
    for name, fact in _RECORDING_TIMES:
        instant = timestamp(facts.get(fact))
        if instant is not None:
            put(name, "", instant)
    judged = _judged_at(standing)
    if judged:
        put("cctv_recording_checked_timestamp_seconds", "", judged.timestamp())


def _judged_at(standing: Standing) -> datetime | None:
    """The newest finding that was an answer: a recorder that cannot be read has not been checked."""
    if standing.last.verdict is not Verdict.UNKNOWN:
        return standing.last.at
    return max((at for at in (standing.last_ok, standing.last_bad) if at), default=None)


def _disks(disks: object, put: Put) -> None:
    for disk in map(_mapping, disks if isinstance(disks, list | tuple) else ()):
        label = f',disk="{escape(str(disk.get("id", "")))}"'
        healthy = _DISK_HEALTHY.get(str(disk.get("status")))
        if healthy is not None:
            sound = healthy and disk.get("smart_passed") is not False
            put("cctv_disk_healthy", label, int(sound and disk.get("read_only") is not True))
        for name, fact in (("cctv_disk_size_bytes", "size"), ("cctv_disk_free_bytes", "free")):
            value = number(disk.get(fact))
            if value is not None:
                put(name, label, value)


def _numbers(facts: Mapping[str, Any], wanted: tuple[tuple[str, str], ...], put: Put) -> None:
    for name, fact in wanted:
        value = number(facts.get(fact))
        if value is not None:
            put(name, "", value)


def _part(look: Look | None, name: str) -> Mapping[str, Any]:
    return _mapping(look.facts.get(name)) if look else {}


def _mapping(value: object) -> Mapping[str, Any]:
    """Facts come from devices, and from state files of other versions: what has another shape is not known."""
    return value if isinstance(value, Mapping) else {}


def number(value: object) -> float | None:
    """The value if it is a finite number, else None."""
    if type(value) is float:
        return value if isfinite(value) else None
    return value if type(value) is int and -_LARGEST < value < _LARGEST else None


def timestamp(value: object) -> float | None:
    """Epoch seconds of an RFC 3339 text, a datetime or a number; None if it is none of them."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return value.timestamp() if isinstance(value, datetime) else number(value)
    except (ValueError, OverflowError):  # no time, or one that this machine's clock cannot say
        return None
