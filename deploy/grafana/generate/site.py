"""One site: every device through the day, the standing faults, the network's load."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import frame, one_site
from deploy.grafana.generate.panels import (
    CONTRACT,
    SAMPLE,
    VERDICT,
    VERDICTS,
    ZERO_IS_GOOD,
    Panel,
    history,
    lines,
    number,
    query,
    row,
    rows,
    when_empty,
)

HERE = 'site="$site"'


def dashboard() -> Dashboard:
    made = frame("cctv-site", "CCTV site", "One site: its devices, what stands, what its network carries.", one_site())
    made = made.with_row(row("Now")).with_panel(_online()).with_panel(_sample()).with_panel(_intact())
    made = made.with_panel(_complete()).with_panel(_standing()).with_panel(_unknown())
    made = made.with_panel(_devices()).with_panel(_faults()).with_panel(_inventory())
    made = made.with_row(row("Streams")).with_panel(_received()).with_panel(_lost())
    return made.with_panel(_clocks()).with_panel(_first_picture())


def _online() -> Panel:
    return number(
        "Online", "Cameras online, of those judged.", "percentunit", f"site:cctv_online:ratio{{{HERE}}}", CONTRACT
    )


def _sample() -> Panel:
    asked = f"site:cctv_online_sample:ratio{{{HERE}}}"
    return number("… sample", "Cameras judged, of those not under maintenance.", "percentunit", asked, SAMPLE)


def _intact() -> Panel:
    asked = f"site:cctv_picture_intact:ratio{{{HERE}}}"
    return number("Picture intact", "Sound pictures, of the online cameras judged.", "percentunit", asked, CONTRACT)


def _complete() -> Panel:
    asked = f"site:cctv_recording_complete:ratio{{{HERE}}}"
    return number("Recording complete", "Recordings without a fault, of those judged.", "percentunit", asked, CONTRACT)


def _standing() -> Panel:
    asked = f"count(cctv_fault_active{{{HERE}}})"
    return when_empty(number("Faults", "Confirmed faults that stand.", "short", asked, ZERO_IS_GOOD), "none")


def _unknown() -> Panel:
    asked = f'sum(cctv_verdict{{{HERE},verdict="unknown"}})'
    return number("Unknown", "Devices that could not be judged.", "short", asked)


def _devices() -> Panel:
    asked = query(VERDICT.format(where=HERE), "{{device}}")
    words = "One row a device: green ok, red fault, grey not judged."
    return history("Devices", words, "short", asked, names=VERDICTS, height=14)


def _faults() -> Panel:
    asked = query(f"cctv_fault_state{{{HERE}}}", instant=True)
    words = "Open faults and how far each has come: announced to a desk, child of another, excused, or waiting."
    return when_empty(rows("Open faults", words, "short", asked, units={"Value": "Open"}, width=12), "none")


def _inventory() -> Panel:
    asked = query(f"cctv_device_info{{{HERE}}}", instant=True)
    words = "What is known of each device."
    return rows("Inventory", words, "short", asked, units={"Value": "Known"}, width=12)


def _received() -> Panel:
    asked = query(f"cctv_stream_receive_bytes_per_second{{{HERE}}}", "{{device}}")
    return lines("Video received", "What each camera sends, in its newest look.", "Bps", asked)


def _lost() -> Panel:
    asked = query(f"cctv_stream_packet_loss_ratio{{{HERE}}}", "{{device}}")
    return lines("Packets lost", "Share of RTP packets lost in the newest look.", "percentunit", asked)


def _clocks() -> Panel:
    asked = query(f"cctv_device_clock_offset_seconds{{{HERE}}}", "{{device}}")
    return lines("Clock offset", "Each device's clock minus ours; positive is ahead.", "s", asked)


def _first_picture() -> Panel:
    asked = query(f"cctv_stream_first_frame_seconds{{{HERE}}}", "{{device}}")
    return lines("Time to first picture", "From the beginning of a look to its first whole key frame.", "s", asked)
