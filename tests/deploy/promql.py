"""What a PromQL expression asks for."""

from typing import NamedTuple

import promql_parser
import yaml

from monitor.metrics.table import DEVICE_METRICS, OWN_METRICS


class Selector(NamedTuple):
    metric: str
    labels: frozenset[str]


def selectors(expression: str) -> list[Selector]:
    """Every selector of the expression. Raises ValueError when it is no PromQL."""
    found: list[Selector] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql_parser.VectorSelector):
            found.append(Selector(node.name, frozenset(matcher.name for matcher in node.matchers.matchers)))
        return True

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def known_metrics(*rule_files) -> set[str]:
    """Everything the daemon exposes, everything those files record, and what Prometheus itself adds."""
    names = {"up", "ALERTS"}
    for metric in (*DEVICE_METRICS, *OWN_METRICS):
        names |= (
            {metric.name + end for end in ("_bucket", "_count", "_sum")}
            if metric.type == "histogram"
            else {metric.name}
        )
    process = ("resident_memory_bytes", "cpu_seconds_total", "open_fds", "max_fds", "start_time_seconds")
    names |= {f"process_{name}" for name in process}
    return names | {rule["record"] for rule in rules(*rule_files) if "record" in rule}


def rules(*files) -> list[dict]:
    return [rule for file in files for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]
