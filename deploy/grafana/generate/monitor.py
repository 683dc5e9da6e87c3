"""The monitor itself: is it well, does it keep up, do its messages arrive."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import frame, instances
from deploy.grafana.generate.panels import ONE_IS_GOOD, ZERO_IS_GOOD, Panel, lines, number, query, row, rows, when_empty

HERE = 'instance=~"$instance"'
ALL = 'job="cctv-monitor",instance=~"$instance"'


def dashboard() -> Dashboard:
    made = frame("cctv-monitor", "CCTV monitor itself", "Whether the watcher is well.", instances(), span="now-6h")
    made = made.with_row(row("Now")).with_panel(_up()).with_panel(_blind()).with_panel(_config()).with_panel(_overdue())
    made = made.with_panel(_waiting()).with_panel(_parked()).with_panel(_version())
    made = (
        made.with_row(row("Looks"))
        .with_panel(_looks())
        .with_panel(_durations())
        .with_panel(_lost())
        .with_panel(_skipped())
    )
    made = (
        made.with_row(row("Machine")).with_panel(_lag()).with_panel(_cpu()).with_panel(_memory()).with_panel(_files())
    )
    made = made.with_row(row("Tickets and scrapes")).with_panel(_requests()).with_panel(_oldest())
    return made.with_panel(_render()).with_panel(_store())


def _up() -> Panel:
    return number("Up", "Daemons that answer.", "short", f"sum(up{{{ALL}}})", ONE_IS_GOOD)


def _blind() -> Panel:
    words = "Daemons that cannot see and judge nothing."
    return number("Blind", words, "short", f"sum(cctv_monitor_blind{{{HERE}}})", ZERO_IS_GOOD)


def _config() -> Panel:
    words = "1 where the newest configuration is in force, 0 where it was refused."
    return number("Configuration", words, "short", f"min(cctv_config_last_reload_successful{{{HERE}}})", ONE_IS_GOOD)


def _overdue() -> Panel:
    late = f"time() - cctv_probe_last_attempt_timestamp_seconds{{{HERE}}}"
    due = f"3 * cctv_probe_interval_seconds{{{HERE}}}"
    asked = f"count(({late}) > on (job, instance, probe) group_left () ({due})) or vector(0)"
    return number("Overdue looks", "Looks that have not been made for three intervals.", "short", asked, ZERO_IS_GOOD)


def _waiting() -> Panel:
    asked = f"sum(cctv_ticket_outbox_pending{{{HERE}}})"
    return number("Messages waiting", "Messages to repair desks not yet delivered.", "short", asked)


def _parked() -> Panel:
    asked = f"sum(cctv_ticket_outbox_parked{{{HERE}}})"
    return number("Messages parked", "Messages a desk refused for good.", "short", asked, ZERO_IS_GOOD)


def _version() -> Panel:
    asked = query(f"cctv_build_info{{{HERE}}}", instant=True)
    return rows("Versions", "What runs.", "short", asked, units={"Value": "Running"}, height=5)


def _looks() -> Panel:
    asked = query(f"sum by (probe) (rate(cctv_probe_duration_seconds_count{{{HERE}}}[$__rate_interval]))", "{{probe}}")
    return lines("Looks", "Finished looks per second.", "ops", asked)


def _durations() -> Panel:
    rate = f"sum by (le, probe) (rate(cctv_probe_duration_seconds_bucket{{{HERE}}}[$__rate_interval]))"
    half = query(f"histogram_quantile(0.5, {rate})", "{{probe}} median")
    most = query(f"histogram_quantile(0.95, {rate})", "{{probe}} 95 %", ref="B")
    return lines("Duration of looks", "Median and 95th percentile.", "s", half, most)


def _lost() -> Panel:
    ended = query(
        f"sum by (probe) (increase(cctv_probes_abandoned_total{{{HERE}}}[$__rate_interval]))", "{{probe}} abandoned"
    )
    failed = query(
        f"sum by (probe) (increase(cctv_probes_failed_total{{{HERE}}}[$__rate_interval]))", "{{probe}} failed", ref="B"
    )
    return lines(
        "Looks lost", "Ended by the outer deadline, or by an error of the monitor itself.", "short", ended, failed
    )


def _skipped() -> Panel:
    asked = query(f"sum by (reason) (rate(cctv_schedule_skipped_total{{{HERE}}}[$__rate_interval]))", "{{reason}}")
    return lines("Looks skipped", "Looks per second that were due and were not made.", "ops", asked)


def _lag() -> Panel:
    asked = query(f"cctv_eventloop_lag_seconds{{{HERE}}}", "{{instance}}")
    return lines(
        "Event loop lag", "How late the daemon is; above half a second it does not trust its own times.", "s", asked
    )


def _cpu() -> Panel:
    asked = query(f"rate(process_cpu_seconds_total{{{ALL}}}[$__rate_interval])", "{{instance}}")
    restarts = query(
        f"increase(cctv_decoder_restarts_total{{{HERE}}}[$__rate_interval])", "{{instance}} decoder restarts", ref="B"
    )
    return lines(
        "CPU", "Cores used by the daemon, without its decoders; decoder processes replaced.", "short", asked, restarts
    )


def _memory() -> Panel:
    asked = query(f"process_resident_memory_bytes{{{ALL}}}", "{{instance}}")
    return lines("Memory", "Resident memory of the daemon, without its decoders.", "bytes", asked)


def _files() -> Panel:
    used = query(f"process_open_fds{{{ALL}}}", "{{instance}} open")
    most = query(f"process_max_fds{{{ALL}}}", "{{instance}} limit", ref="B")
    return lines("File descriptors", "Open, and how many may be.", "short", used, most)


def _requests() -> Panel:
    rate = f"sum by (sink, action, result) (rate(cctv_ticket_requests_total{{{HERE}}}[$__rate_interval]))"
    made = lines("Requests to repair desks", "By outcome.", "reqps", query(rate, "{{sink}} {{action}} {{result}}"))
    return when_empty(made, "no desk configured")


def _oldest() -> Panel:
    asked = query(f"time() - cctv_ticket_outbox_oldest_timestamp_seconds{{{HERE}}}", "{{instance}}")
    made = lines(
        "Oldest waiting message", "Grows while a repair desk is not reached; empty with none waiting.", "s", asked
    )
    return when_empty(made, "none waits")


def _render() -> Panel:
    asked = query(f"cctv_metrics_render_seconds{{{HERE}}}", "{{instance}}")
    return lines("Scrape", "How long the previous scrape took to render.", "s", asked)


def _store() -> Panel:
    asked = query(f"increase(cctv_store_errors_total{{{HERE}}}[$__rate_interval])", "{{instance}}")
    return lines("Refused writes", "Writes the state file refused.", "short", asked)
