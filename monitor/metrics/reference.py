"""The reference page of the metrics, made from their table by ``make docs``."""

from collections.abc import Iterable

from monitor.metrics.table import DEVICE_METRICS, OWN_METRICS, Metric

_TOP = """\
# Metrics

Made from the table in `monitor/metrics/table.py` (`make docs`).

Every per-device series carries `site` and `device`; a fault of a whole site has an empty `device`, one of the monitor
itself has both empty. What is not known has no series, never a zero. Nothing here is an address, a URL, an error text,
a file name, a person or a ticket number.
"""


def markdown() -> str:
    """The whole page."""
    return "\n".join(
        [
            _TOP,
            "## Devices\n",
            *_rows(DEVICE_METRICS),
            "\n## The monitor itself\n",
            *_rows(OWN_METRICS),
            "\nBeside these stand the usual `process_*` metrics (memory, CPU, open files, start time).\n",
        ]
    )


def _rows(metrics: Iterable[Metric]) -> list[str]:
    lines = [f"| `{m.name}` | {m.type} | {', '.join(f'`{x}`' for x in m.labels)} | {m.help} |" for m in metrics]
    return ["| name | type | labels | meaning |", "|---|---|---|---|", *lines]
