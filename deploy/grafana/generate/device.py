"""One device: its verdict, its stream, its picture, its recordings, and why looks failed."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import filled, frame, one_device, one_site
from deploy.grafana.generate.panels import (
    DAYS,
    VERDICT,
    VERDICTS,
    Panel,
    history,
    in_days,
    lines,
    number,
    queries,
    query,
    rows,
    when_empty,
)

HERE = 'site="$site",device="$device"'


def dashboard() -> Dashboard:
    made = frame("cctv-device", "CCTV device", "One device, from its verdict to its pixels.", one_site(), one_device())
    return filled(
        made, {"Verdict": _verdict(), "Stream": _stream(), "Picture and time": _picture(), "Recording": _recording()}
    )


def _verdict() -> Iterable[Panel]:
    asked = query(VERDICT.format(where=HERE), "verdict")
    yield history("Verdict", "Green ok, red fault, grey not judged.", "short", asked, names=VERDICTS, height=5)
    asked = query(f"cctv_fault_active{{{HERE}}}", "{{fault}}")
    made = history("Faults", "One row a confirmed fault, while it stands.", "short", asked, height=6)
    yield when_empty(made, "none")
    asked = query(f"cctv_probe_failure_info{{{HERE}}}", instant=True)
    words = "Looks that did not get through just now, and the word for it."
    yield when_empty(rows("Failing looks", words, "short", asked, units={"Value": "Failing"}, height=6), "none")


def _stream() -> Iterable[Panel]:
    words = "Frames received per second in the newest look."
    yield _line("Frame rate", words, "hertz", cctv_stream_frames_per_second="frames")
    words = "Bytes of video per second in the newest look."
    yield _line("Video received", words, "Bps", cctv_stream_receive_bytes_per_second="received")
    words = "Share of RTP packets lost, from sequence numbers."
    yield _line("Packets lost", words, "percentunit", cctv_stream_packet_loss_ratio="lost")
    words = "A change means another stream or another camera."
    yield _line("Picture size", words, "none", cctv_stream_width_pixels="width", cctv_stream_height_pixels="height")


def _picture() -> Iterable[Panel]:
    words = "Mean grey level (0 black, 255 white) and its spread: low spread is flat or foggy."
    yield _line("Light", words, "none", cctv_picture_level="level", cctv_picture_spread="spread")
    words = "The sharpest contours; falls when a lens goes soft or dirty. 0: none to tell it by."
    yield _line("Focus", words, "none", cctv_picture_focus="focus")
    words = "The device's clock minus ours; positive is ahead."
    yield _line("Clock offset", words, "s", cctv_device_clock_offset_seconds="offset")
    words = "How long the newest look of each probe took."
    yield _line("Duration of looks", words, "s", cctv_probe_last_duration_seconds="{{probe}}")


def _recording() -> Iterable[Panel]:
    kept = {"depth": "unbroken", "span": "oldest to newest", "required": "agreed"}
    asked = {in_days(f"cctv_recording_{name}_seconds{{{HERE}}}"): legend for name, legend in kept.items()}
    words = "Days of unbroken recording and the whole span, beside what was agreed."
    yield lines("Recording kept", words, DAYS, *queries(asked))
    words = "Recorded share of the time that should be recorded."
    yield _line("Coverage", words, "percentunit", cctv_recording_coverage_ratio="coverage")
    age = f"time() - cctv_recording_newest_timestamp_seconds{{{HERE}}}"
    yield number("Newest recording", "How long ago the newest recording ends.", "s", age, width=12)
    gap = f"cctv_recording_longest_gap_seconds{{{HERE}}}"
    yield number("Longest gap", "Longest hole within the agreed time.", "s", gap, width=12)


def _line(title: str, words: str, unit: str, **legends: str) -> Panel:
    """Series of this device over time: metric -> legend."""
    return lines(title, words, unit, *queries({f"{name}{{{HERE}}}": legend for name, legend in legends.items()}))
