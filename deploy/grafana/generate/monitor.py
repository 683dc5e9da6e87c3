"""The monitor itself: is it well, does it keep up, do its messages arrive."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import filled, frame, instances
from deploy.grafana.generate.panels import (
    ONE_IS_GOOD,
    ZERO_IS_GOOD,
    Panel,
    lines,
    number,
    queries,
    query,
    rows,
    when_empty,
)

HERE = 'instance=~"$instance"'
ALL = 'job="cctv-monitor",instance=~"$instance"'
STEP = "$__rate_interval"


def dashboard() -> Dashboard:
    made = frame("cctv-monitor", "CCTV monitor itself", "Whether the watcher is well.", instances(), span="now-6h")
    return filled(made, {"Now": _now(), "Looks": _looks(), "Machine": _machine(), "Tickets and scrapes": _tickets()})


def _now() -> Iterable[Panel]:
    yield number("Up", "Daemons that answer.", "short", f"sum(up{{{ALL}}})", ONE_IS_GOOD)
    words = "Daemons that cannot see and judge nothing."
    yield number("Blind", words, "short", f"sum(cctv_monitor_blind{{{HERE}}})", ZERO_IS_GOOD)
    words = "1 where the newest configuration is in force, 0 where it was refused."
    yield number("Configuration", words, "short", f"min(cctv_config_last_reload_successful{{{HERE}}})", ONE_IS_GOOD)
    late = f"time() - cctv_probe_last_attempt_timestamp_seconds{{{HERE}}}"
    due = f"3 * cctv_probe_interval_seconds{{{HERE}}}"
    overdue = f"count(({late}) > on (job, instance, probe) group_left () ({due})) or vector(0)"
    words = "Looks that have not been made for three intervals."
    yield number("Overdue looks", words, "short", overdue, ZERO_IS_GOOD)
    waiting = f"sum(cctv_ticket_outbox_pending{{{HERE}}})"
    yield number("Messages waiting", "Messages to repair desks not yet delivered.", "short", waiting)
    parked = f"sum(cctv_ticket_outbox_parked{{{HERE}}})"
    yield number("Messages parked", "Messages a desk refused for good.", "short", parked, ZERO_IS_GOOD)
    asked = query(f"cctv_build_info{{{HERE}}}", instant=True)
    yield rows("Versions", "What runs.", "short", asked, units={"Value": "Running"}, height=5)


def _looks() -> Iterable[Panel]:
    asked = query(f"sum by (probe) (rate(cctv_probe_duration_seconds_count{{{HERE}}}[{STEP}]))", "{{probe}}")
    yield lines("Looks", "Finished looks per second.", "ops", asked)
    rate = f"sum by (le, probe) (rate(cctv_probe_duration_seconds_bucket{{{HERE}}}[{STEP}]))"
    shares = {0.5: "{{probe}} median", 0.95: "{{probe}} 95 %"}
    asked_too = queries({f"histogram_quantile({share}, {rate})": legend for share, legend in shares.items()})
    yield lines("Duration of looks", "Median and 95th percentile.", "s", *asked_too)
    words = "Ended by the outer deadline, or by an error of the monitor itself; decoder processes that died."
    lost = {
        f"sum by (probe) (increase(cctv_probes_abandoned_total{{{HERE}}}[{STEP}]))": "{{probe}} abandoned",
        f"sum by (probe) (increase(cctv_probes_failed_total{{{HERE}}}[{STEP}]))": "{{probe}} failed",
        f"increase(cctv_decoder_restarts_total{{{HERE}}}[{STEP}])": "{{instance}} decoder restarts",
    }
    yield lines("Looks lost", words, "short", *queries(lost))
    asked = query(f"sum by (reason) (rate(cctv_schedule_skipped_total{{{HERE}}}[{STEP}]))", "{{reason}}")
    yield lines("Looks skipped", "Looks per second that were due and were not made.", "ops", asked)


def _machine() -> Iterable[Panel]:
    words = "How late the daemon is; above half a second it does not trust its own times."
    yield lines("Event loop lag", words, "s", query(f"cctv_eventloop_lag_seconds{{{HERE}}}", "{{instance}}"))
    asked = query(f"rate(process_cpu_seconds_total{{{ALL}}}[{STEP}])", "{{instance}}")
    yield lines("CPU", "Cores used by the daemon, without its decoders.", "short", asked)
    words = "Resident memory of the daemon, without its decoders."
    yield lines("Memory", words, "bytes", query(f"process_resident_memory_bytes{{{ALL}}}", "{{instance}}"))
    files = {f"process_open_fds{{{ALL}}}": "{{instance}} open", f"process_max_fds{{{ALL}}}": "{{instance}} limit"}
    yield lines("File descriptors", "Open, and how many may be.", "short", *queries(files))


def _tickets() -> Iterable[Panel]:
    rate = f"sum by (sink, action, result) (rate(cctv_ticket_requests_total{{{HERE}}}[{STEP}]))"
    made = lines("Requests to repair desks", "By outcome.", "reqps", query(rate, "{{sink}} {{action}} {{result}}"))
    yield when_empty(made, "no desk configured")
    oldest = query(f"time() - cctv_ticket_outbox_oldest_timestamp_seconds{{{HERE}}}", "{{instance}}")
    words = "Grows while a repair desk is not reached; empty with none waiting."
    yield when_empty(lines("Oldest waiting message", words, "s", oldest), "none waits")
    render = query(f"cctv_metrics_render_seconds{{{HERE}}}", "{{instance}}")
    yield lines("Scrape", "How long the previous scrape took to render.", "s", render)
    refused = query(f"increase(cctv_store_errors_total{{{HERE}}}[{STEP}])", "{{instance}}")
    yield lines("Refused writes", "Writes the state file refused.", "short", refused)
