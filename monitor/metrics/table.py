"""Every metric with its type, labels and help text: what /metrics shows, what the reference page lists."""

from typing import NamedTuple


class Metric(NamedTuple):
    name: str
    help: str
    labels: tuple[str, ...] = ()
    type: str = "gauge"


IDENTITY = ("site", "device")
PROBE = (*IDENTITY, "probe")
DISK = (*IDENTITY, "disk")

INFO_LABELS = ("role", "name", "kind", "recorder", "channel", "parent", "manufacturer", "model", "firmware")

DEVICE_METRICS: tuple[Metric, ...] = (
    Metric(
        "cctv_device_info",
        "Always 1; what is known of the device, to be joined with group_left.",
        (*IDENTITY, *INFO_LABELS),
    ),
    Metric(
        "cctv_verdict",
        "1 for the device's present verdict (ok, fault or unknown), 0 for the other two.",
        (*IDENTITY, "verdict"),
    ),
    Metric(
        "cctv_fault_active", "1 while a confirmed fault of this kind stands; absent otherwise.", (*IDENTITY, "fault")
    ),
    Metric(
        "cctv_fault_state",
        "1 for each open fault: announced (a repair desk was told), child (it hangs on another fault), "
        "excused (by a maintenance window) or waiting (its cause may still show).",
        (*IDENTITY, "fault", "state"),
    ),
    Metric("cctv_probe_success", "1 if the newest look of this probe found everything ok, else 0.", PROBE),
    Metric(
        "cctv_probe_failure_info",
        "1 while the newest look did not get through; reason is one of a fixed set of words.",
        (*PROBE, "reason"),
    ),
    Metric("cctv_probe_last_attempt_timestamp_seconds", "When the newest look of this probe began.", PROBE),
    Metric("cctv_probe_last_success_timestamp_seconds", "When the newest look that found everything ok began.", PROBE),
    Metric("cctv_probe_last_duration_seconds", "How long the newest look took.", PROBE),
    Metric("cctv_probe_consecutive_failures", "Looks in a row, up to the newest, that found a fault.", PROBE),
    Metric("cctv_stream_frames_per_second", "Frame rate received in the newest look.", IDENTITY),
    Metric("cctv_stream_receive_bytes_per_second", "Bytes of video received per second in the newest look.", IDENTITY),
    Metric(
        "cctv_stream_packet_loss_ratio",
        "Share of RTP packets lost in the newest look, from sequence numbers.",
        IDENTITY,
    ),
    Metric(
        "cctv_stream_first_frame_seconds", "From the beginning of the look to its first complete key frame.", IDENTITY
    ),
    Metric("cctv_stream_width_pixels", "Width of the received picture.", IDENTITY),
    Metric("cctv_stream_height_pixels", "Height of the received picture.", IDENTITY),
    Metric("cctv_picture_level", "Mean grey level of the newest picture, 0 (black) to 255.", IDENTITY),
    Metric("cctv_picture_spread", "Standard deviation of its grey levels: low is flat or foggy.", IDENTITY),
    Metric(
        "cctv_picture_focus",
        "The sharpest contours; falls when a lens goes soft or dirty. 0: none to tell it by.",
        IDENTITY,
    ),
    Metric("cctv_device_clock_offset_seconds", "The device's clock minus ours; positive is ahead.", IDENTITY),
    Metric("cctv_recording_span_seconds", "From the oldest recording kept to the newest.", IDENTITY),
    Metric("cctv_recording_depth_seconds", "The newest stretch of recording without a gap that counts.", IDENTITY),
    Metric("cctv_recording_required_seconds", "How much recording the site agreed to keep.", IDENTITY),
    Metric("cctv_recording_coverage_ratio", "Recorded share of the time that should be recorded.", IDENTITY),
    Metric("cctv_recording_longest_gap_seconds", "Longest hole within the required time.", IDENTITY),
    Metric("cctv_recording_oldest_timestamp_seconds", "Beginning of the oldest recording kept.", IDENTITY),
    Metric("cctv_recording_newest_timestamp_seconds", "End of the newest recording.", IDENTITY),
    Metric("cctv_recording_forecast_seconds", "Recording that will be kept if the disks fill on as now.", IDENTITY),
    Metric(
        "cctv_recording_checked_timestamp_seconds", "When the recordings of this camera were last judged.", IDENTITY
    ),
    Metric(
        "cctv_disk_healthy",
        "1 if the disk is sound, 0 if it failed, is missing or read-only; absent if not known.",
        DISK,
    ),
    Metric("cctv_disk_size_bytes", "Size of the recorder's disk.", DISK),
    Metric("cctv_disk_free_bytes", "Free space on the recorder's disk.", DISK),
)

OWN_METRICS: tuple[Metric, ...] = (
    Metric("cctv_build_info", "Always 1; the version that runs.", ("version", "python")),
    Metric("cctv_monitor_blind", "1 while the monitor itself cannot see, so that nothing is judged."),
    Metric("cctv_probe_duration_seconds", "How long looks take.", ("probe",), "histogram"),
    Metric("cctv_probe_interval_seconds", "How often this probe is due by the configuration.", ("probe",)),
    Metric("cctv_probes_abandoned_total", "Looks ended by the outer deadline.", ("probe",), "counter"),
    Metric("cctv_probes_failed_total", "Looks lost to an error of the monitor itself.", ("probe",), "counter"),
    Metric("cctv_schedule_skipped_total", "Looks that were due and were not made.", ("reason",), "counter"),
    Metric("cctv_decoder_restarts_total", "Decoder processes that died and were replaced.", (), "counter"),
    Metric("cctv_store_errors_total", "Writes the state store refused.", (), "counter"),
    Metric("cctv_eventloop_lag_seconds", "How late the event loop was when last measured."),
    Metric("cctv_config_last_reload_successful", "1 if the configuration was accepted when last loaded, else 0."),
    Metric("cctv_config_last_reload_success_timestamp_seconds", "When a configuration was last accepted."),
    Metric("cctv_tickets_open", "Repair tickets not yet closed.", ("site",)),
    Metric("cctv_ticket_outbox_pending", "Messages to repair desks not yet delivered."),
    Metric(
        "cctv_ticket_outbox_oldest_timestamp_seconds", "When the oldest undelivered message was written; NaN with none."
    ),
    Metric("cctv_ticket_outbox_parked", "Messages a repair desk refused for good; a person must look at them."),
    Metric(
        "cctv_ticket_requests_total", "Requests to repair desks by outcome.", ("sink", "action", "result"), "counter"
    ),
    Metric(
        "cctv_inspection_last_completed_timestamp_seconds", "When the site's inspection was last completed.", ("site",)
    ),
    Metric(
        "cctv_maintenance_active",
        "1 while a maintenance window is open; absent otherwise. Empty device: whole site.",
        IDENTITY,
    ),
    Metric("cctv_metrics_render_seconds", "Time the previous scrape took to render."),
)
