"""Which configuration file a verb uses."""

import os
from collections.abc import Mapping
from pathlib import Path

from monitor.settings.errors import ConfigError, Problem

PLACES = (Path("cctv.yaml"), Path("/etc/cctv-monitor/cctv.yaml"))


def find_config(option: str | None, environ: Mapping[str, str] = os.environ) -> Path:
    """``option``, else $CCTV_CONFIG, else ./cctv.yaml, else the one in /etc; ConfigError when there is none."""
    if named := option or environ.get("CCTV_CONFIG"):
        return Path(named)
    for place in PLACES:
        if place.exists():
            return place
    places = " or ".join(map(str, PLACES))
    message = (
        f"there is no configuration in {places}; write --config FILE, or begin with: cctv config example > cctv.yaml"
    )
    raise ConfigError([Problem("configuration", 0, 0, message)])
