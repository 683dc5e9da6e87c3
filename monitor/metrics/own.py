"""Metrics about the monitor itself: what other rooms report in one line each."""

import math
import platform
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics import MetricWrapperBase

from monitor import __version__
from monitor.board import Board
from monitor.metrics.exposition import DeviceSeries
from monitor.metrics.table import OWN_METRICS
from monitor.model import Outcome

DURATION_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_TABLE = {metric.name: metric for metric in OWN_METRICS}
M = TypeVar("M", bound=MetricWrapperBase)


class Metrics:
    """Counters and gauges of the monitor, and the text of /metrics. Used from the event loop and from threads alike."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library ships it without annotations
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._devices = DeviceSeries()
        self._told: dict[Counter, int] = {}
        self._looks()
        self._upkeep()
        self._tickets()
        self._gauge("cctv_build_info").labels(__version__, platform.python_version()).set(1)

    # what other rooms tell us

    def look_done(self, probe: str, seconds: float) -> None:
        """A look came to its end, whatever it found."""
        self._duration.labels(probe).observe(seconds)

    def look_failed(self, probe: str, outcome: str) -> None:
        """A look was abandoned at its outer deadline, or lost to an error of ours."""
        counter = self._abandoned if outcome == Outcome.ABANDONED else self._failed
        counter.labels(probe).inc()

    def look_skipped(self, reason: str) -> None:
        """A look was due and was not made; ``reason`` is one of a few fixed words."""
        self._skipped.labels(reason).inc()

    def decoder_restarts(self, total: int) -> None:
        """How many decoder processes have died since the start."""
        self._up_to(self._restarts, total)

    def store_errors(self, total: int) -> None:
        """How many writes the store has refused since the start."""
        self._up_to(self._store_errors, total)

    def loop_lag(self, seconds: float) -> None:
        self._lag.set(seconds)

    def reloaded(self, ok: bool, at: datetime) -> None:
        """The configuration was loaded, at the start or anew."""
        self._reload_ok.set(ok)
        if ok:
            self._reload_at.set(at.timestamp())

    def tickets_open(self, by_site: Mapping[str, int]) -> None:
        self._open.clear()
        for site, count in by_site.items():
            self._open.labels(site).set(count)

    def outbox(self, pending: int, oldest: datetime | None, parked: int = 0) -> None:
        """The state of the outbox."""
        self._pending.set(pending)
        self._oldest.set(oldest.timestamp() if oldest else math.nan)
        self._parked.set(parked)

    def ticket_request(self, sink: str, action: str, result: str) -> None:
        self._requests.labels(sink, action, result).inc()

    def inspected(self, site: str, at: datetime) -> None:
        self._inspected.labels(site).set(at.timestamp())

    def maintenance(self, windows: Iterable[tuple[str, str]]) -> None:
        """Site and device of every open maintenance window; an empty device is the whole site."""
        self._maintenance.clear()
        for site, device in windows:
            self._maintenance.labels(site, device).set(1)

    def probe_intervals(self, seconds: Mapping[str, float]) -> None:
        """How often each probe is due."""
        self._intervals.clear()
        for probe, interval in seconds.items():
            self._intervals.labels(probe).set(interval)

    # what Prometheus asks for

    async def prepare(self, board: Board) -> None:
        """Make the text of every device, in slices, before the first scrape."""
        await self._devices.renew(board)

    async def keep_ready(self, board: Board) -> None:
        """Never returns: runs beside the looks, so that a scrape finds its text made."""
        await self._devices.keep_ready(board)

    async def render(self, board: Board) -> AsyncIterator[bytes]:
        """The whole exposition, in chunks, giving the event loop back in between."""
        started = time.perf_counter()
        async for chunk in self._devices.render(board):
            yield chunk
        self._blind.set(board.blind_since is not None)
        yield generate_latest(self._registry)
        self._render.set(time.perf_counter() - started)

    # how they are made

    def _looks(self) -> None:
        self._duration = self._histogram("cctv_probe_duration_seconds")
        self._intervals = self._gauge("cctv_probe_interval_seconds")
        self._abandoned = self._counter("cctv_probes_abandoned_total")
        self._failed = self._counter("cctv_probes_failed_total")
        self._skipped = self._counter("cctv_schedule_skipped_total")
        self._restarts = self._counter("cctv_decoder_restarts_total")
        self._blind = self._gauge("cctv_monitor_blind")
        for probe in ("picture", "onvif", "tcp", "recorder"):  # a counter that starts at 0 shows its first increase
            self._abandoned.labels(probe)
            self._failed.labels(probe)
        self._skipped.labels("overdue")

    def _upkeep(self) -> None:
        self._store_errors = self._counter("cctv_store_errors_total")
        self._lag = self._gauge("cctv_eventloop_lag_seconds")
        self._reload_ok = self._gauge("cctv_config_last_reload_successful")
        self._reload_at = self._gauge("cctv_config_last_reload_success_timestamp_seconds")
        self._render = self._gauge("cctv_metrics_render_seconds")

    def _tickets(self) -> None:
        self._open = self._gauge("cctv_tickets_open")
        self._pending = self._gauge("cctv_ticket_outbox_pending")
        self._oldest = self._gauge("cctv_ticket_outbox_oldest_timestamp_seconds")
        self._parked = self._gauge("cctv_ticket_outbox_parked")
        self._requests = self._counter("cctv_ticket_requests_total")
        self._inspected = self._gauge("cctv_inspection_last_completed_timestamp_seconds")
        self._maintenance = self._gauge("cctv_maintenance_active")
        self.outbox(0, None)

    def _up_to(self, counter: Counter, total: int) -> None:
        counter.inc(total - self._told.get(counter, 0))
        self._told[counter] = total

    def _gauge(self, name: str) -> Gauge:
        return self._made(name, Gauge)

    def _counter(self, name: str) -> Counter:
        return self._made(name, Counter)

    def _histogram(self, name: str) -> Histogram:
        metric = _TABLE[name]
        return Histogram(name, metric.help, metric.labels, buckets=DURATION_BUCKETS, registry=self._registry)

    def _made(self, name: str, kind: Callable[..., M]) -> M:
        metric = _TABLE[name]
        return kind(name, metric.help, metric.labels, registry=self._registry)
