"""File name and JSON text of every dashboard."""

import json
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.generate import device, fleet, inspection, monitor, retention, site

ROOMS = (fleet, site, device, retention, inspection, monitor)


def dashboards() -> dict[str, str]:
    """What stands in ``deploy/grafana/dashboards``."""
    built = [_numbered(room.dashboard()) for room in ROOMS]
    return {f"{one['uid']}.json": json.dumps(one, indent=1, ensure_ascii=False) + "\n" for one in built}


def _numbered(dashboard: Dashboard) -> dict[str, Any]:
    """As Grafana stores it, its panels numbered so that links to a panel stay valid."""
    data: dict[str, Any] = json.loads(json.dumps(dashboard.build(), cls=JSONEncoder, sort_keys=True))
    for number, panel in enumerate(data["panels"], 1):
        panel["id"] = number
    return data
