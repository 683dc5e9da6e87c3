"""The panels of a dashboard, and its queries as Prometheus gets them."""

import json
import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "deploy/grafana/dashboards"
ANY = {"site": ".+", "device": ".+", "instance": ".+", "__rate_interval": "10s"}


class Target(NamedTuple):
    panel: str
    letter: str
    written: str

    def expression(self, **values: str) -> str:
        """With its variables replaced, as Grafana does it."""
        chosen = {**ANY, **values}
        return re.sub(r"\$(\w+)", lambda found: chosen[found[1]], self.written)


def panels(text: str) -> list[dict]:
    return [panel for panel in json.loads(text)["panels"] if panel["type"] != "row"]


def targets(text: str) -> list[Target]:
    return [Target(panel["title"], one["refId"], one["expr"]) for panel in panels(text) for one in panel["targets"]]


def choices(text: str) -> list[tuple[str, str]]:
    """Name and query of every variable that asks Prometheus."""
    variables = json.loads(text)["templating"]["list"]
    return [(one["name"], one["query"]["query"]) for one in variables if one["type"] == "query"]
