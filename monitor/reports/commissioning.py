"""The commissioning record of a device: what it was on the day it was accepted. Later looks are judged by it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.model import Evidence, Memory, Target
from monitor.reports.compare import Document
from monitor.reports.material import encoded

EVENT = "commissioned"


def record(
    target: Target, looks: Mapping[str, Evidence], memories: Mapping[str, Memory], person: str, note: str, now: datetime
) -> Document:
    """``looks``: probe -> its close look; ``memories``: probe -> the baseline it learned."""
    onvif: Mapping[str, Any] = looks["onvif"].facts.get("onvif") or {} if "onvif" in looks else {}
    stream: Mapping[str, Any] = looks["picture"].facts.get("stream") or {} if "picture" in looks else {}
    pictures = looks["picture"].pictures if "picture" in looks else {}
    recordings = looks["recorder"].recordings if "recorder" in looks else None
    return {
        "at": now.isoformat(timespec="seconds"),
        "person": person,
        "note": note,
        "name": target.name,
        **{name: onvif.get(name) for name in ("manufacturer", "model", "serial", "firmware", "profiles")},
        "stream": {name: stream.get(name) for name in ("codec", "width", "height", "frames_per_second")},
        "disks": [disk.id for disk in recordings.disks or ()] if recordings else None,
        "picture": encoded(pictures["thumbnail"]) if "thumbnail" in pictures else None,
        "reference": encoded(pictures["reference"]) if "reference" in pictures else None,
        "baseline": {probe: encoded(memory) for probe, memory in memories.items() if memory},
    }
