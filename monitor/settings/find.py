"""Which configuration file a verb uses."""

import os
from collections.abc import Mapping
from pathlib import Path

PLACES = (Path("cctv.yaml"), Path("/etc/cctv-monitor/cctv.yaml"))


def find_config(option: str | Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """``option``, else $CCTV_CONFIG, else ./cctv.yaml, else the one in /etc.

    When there is none at all, ./cctv.yaml: reading it then says what to do.
    """
    named = option or environ.get("CCTV_CONFIG")
    return Path(named) if named else next((place for place in PLACES if place.exists()), PLACES[0])
