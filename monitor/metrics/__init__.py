"""Names, labels and help texts of what Prometheus reads, and its text: the only user of prometheus_client."""

from monitor.metrics.exposition import render_device
from monitor.metrics.own import CONTENT_TYPE, Metrics

__all__ = ["CONTENT_TYPE", "Metrics", "render_device"]
