"""One device: its verdict, its stream, its picture, its recordings, and why looks failed."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import frame, one_device, one_site
from deploy.grafana.generate.panels import (
    VERDICT,
    VERDICTS,
    Panel,
    history,
    lines,
    number,
    query,
    row,
    rows,
    when_empty,
)

HERE = 'site="$site",device="$device"'


def dashboard() -> Dashboard:
    made = frame("cctv-device", "CCTV device", "One device, from its verdict to its pixels.", one_site(), one_device())
    made = made.with_row(row("Verdict")).with_panel(_verdict()).with_panel(_faults()).with_panel(_why())
    made = made.with_row(row("Stream")).with_panel(_rate()).with_panel(_received()).with_panel(_lost())
    made = made.with_panel(_size()).with_row(row("Picture and time"))
    made = made.with_panel(_picture()).with_panel(_focus()).with_panel(_clock()).with_panel(_looks())
    return (
        made.with_row(row("Recording"))
        .with_panel(_kept())
        .with_panel(_coverage())
        .with_panel(_age())
        .with_panel(_gap())
    )


def _verdict() -> Panel:
    asked = query(VERDICT.format(where=HERE), "verdict")
    return history("Verdict", "Green ok, red fault, grey not judged.", "short", asked, names=VERDICTS, height=5)


def _faults() -> Panel:
    asked = query(f"cctv_fault_active{{{HERE}}}", "{{fault}}")
    made = history("Faults", "One row a confirmed fault, while it stands.", "short", asked, height=6)
    return when_empty(made, "none")


def _why() -> Panel:
    asked = query(f"cctv_probe_failure_info{{{HERE}}}", instant=True)
    words = "Looks that did not get through just now, and the word for it."
    return when_empty(rows("Failing looks", words, "short", asked, units={"Value": "Failing"}, height=6), "none")


def _rate() -> Panel:
    asked = query(f"cctv_stream_frames_per_second{{{HERE}}}", "frames")
    return lines("Frame rate", "Frames received per second in the newest look.", "hertz", asked)


def _received() -> Panel:
    asked = query(f"cctv_stream_receive_bytes_per_second{{{HERE}}}", "received")
    return lines("Video received", "Bytes of video per second in the newest look.", "Bps", asked)


def _lost() -> Panel:
    asked = query(f"cctv_stream_packet_loss_ratio{{{HERE}}}", "lost")
    return lines("Packets lost", "Share of RTP packets lost, from sequence numbers.", "percentunit", asked)


def _size() -> Panel:
    wide = query(f"cctv_stream_width_pixels{{{HERE}}}", "width")
    high = query(f"cctv_stream_height_pixels{{{HERE}}}", "height", ref="B")
    return lines("Picture size", "A change means another stream or another camera.", "none", wide, high)


def _picture() -> Panel:
    level = query(f"cctv_picture_level{{{HERE}}}", "level")
    spread = query(f"cctv_picture_spread{{{HERE}}}", "spread", ref="B")
    words = "Mean grey level (0 black, 255 white) and its spread: low spread is flat or foggy."
    return lines("Light", words, "none", level, spread)


def _focus() -> Panel:
    asked = query(f"cctv_picture_focus{{{HERE}}}", "focus")
    return lines("Focus", "Fine detail per contrast; falls when a lens goes soft or dirty.", "none", asked)


def _clock() -> Panel:
    asked = query(f"cctv_device_clock_offset_seconds{{{HERE}}}", "offset")
    return lines("Clock offset", "The device's clock minus ours; positive is ahead.", "s", asked)


def _looks() -> Panel:
    took = query(f"cctv_probe_last_duration_seconds{{{HERE}}}", "{{probe}}")
    return lines("Duration of looks", "How long the newest look of each probe took.", "s", took)


def _kept() -> Panel:
    depth = query(f"cctv_recording_depth_seconds{{{HERE}}}", "unbroken")
    span = query(f"cctv_recording_span_seconds{{{HERE}}}", "oldest to newest", ref="B")
    needed = query(f"cctv_recording_required_seconds{{{HERE}}}", "agreed", ref="C")
    return lines(
        "Recording kept", "Unbroken recording and the whole span, beside what was agreed.", "s", depth, span, needed
    )


def _coverage() -> Panel:
    asked = query(f"cctv_recording_coverage_ratio{{{HERE}}}", "coverage")
    return lines("Coverage", "Recorded share of the time that should be recorded.", "percentunit", asked)


def _age() -> Panel:
    asked = f"time() - cctv_recording_newest_timestamp_seconds{{{HERE}}}"
    return number("Newest recording", "How long ago the newest recording ends.", "s", asked, width=12)


def _gap() -> Panel:
    asked = f"cctv_recording_longest_gap_seconds{{{HERE}}}"
    return number("Longest gap", "Longest hole within the agreed time.", "s", asked, width=12)
