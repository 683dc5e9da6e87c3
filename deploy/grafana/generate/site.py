"""One site: every device through the day, the standing faults, the network's load."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import filled, frame, one_site
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
    rows,
    when_empty,
)

HERE = 'site="$site"'
FIGURES = (
    ("Online", "Cameras online, of those judged.", "cctv_online", CONTRACT),
    ("… sample", "Cameras judged, of those not under maintenance.", "cctv_online_sample", SAMPLE),
    ("Picture intact", "Sound pictures, of the online cameras judged.", "cctv_picture_intact", CONTRACT),
    ("Recording complete", "Recordings without a fault, of those judged.", "cctv_recording_complete", CONTRACT),
)
STREAMS = (
    ("Video received", "What each camera sends, in its newest look.", "Bps", "cctv_stream_receive_bytes_per_second"),
    (
        "Packets lost",
        "Share of RTP packets lost in the newest look.",
        "percentunit",
        "cctv_stream_packet_loss_ratio",
    ),
    ("Clock offset", "Each device's clock minus ours; positive is ahead.", "s", "cctv_device_clock_offset_seconds"),
    (
        "Time to first picture",
        "From the beginning of a look to its first whole key frame.",
        "s",
        "cctv_stream_first_frame_seconds",
    ),
)


def dashboard() -> Dashboard:
    made = frame("cctv-site", "CCTV site", "One site: its devices, what stands, what its network carries.", one_site())
    streams = [lines(*words, query(f"{metric}{{{HERE}}}", "{{device}}")) for *words, metric in STREAMS]
    return filled(made, {"Now": (*_figures(), *_devices()), "Streams": streams})


def _figures() -> Iterable[Panel]:
    for title, words, name, steps in FIGURES:
        yield number(title, words, "percentunit", f"site:{name}:ratio{{{HERE}}}", steps)
    asked = f"count(cctv_fault_active{{{HERE}}})"
    yield when_empty(number("Faults", "Confirmed faults that stand.", "short", asked, ZERO_IS_GOOD), "none")
    asked = f'sum(cctv_verdict{{{HERE},verdict="unknown"}})'
    yield number("Unknown", "Devices that could not be judged.", "short", asked)


def _devices() -> Iterable[Panel]:
    asked = query(VERDICT.format(where=HERE), "{{device}}")
    words = "One row a device: green ok, red fault, grey not judged."
    yield history("Devices", words, "short", asked, names=VERDICTS, height=14)
    asked = query(f"cctv_fault_state{{{HERE}}}", instant=True)
    words = "Open faults and how far each has come: announced to a desk, child of another, excused, or waiting."
    yield when_empty(rows("Open faults", words, "short", asked, units={"Value": "Open"}, width=12), "none")
    asked = query(f"cctv_device_info{{{HERE}}}", instant=True)
    yield rows("Inventory", "What is known of each device.", "short", asked, units={"Value": "Known"}, width=12)
