"""After how many days Frigate deletes: from its configuration, as its API tells it or as its own file has it."""

from collections.abc import Mapping
from typing import Any

import yaml

from monitor.protocols.loose import mapping, number

NAMES = ("config.yml", "config.yaml")
LIMIT = 1024**2
"""Bytes of a configuration; the longest seen has 60 KB."""


class Unclear(ValueError):
    """The file does not tell; the message says why, and quotes nothing of it: it holds passwords."""


def cap_of(record: Mapping[str, Any], event_only: bool) -> float | None:
    """Days that recordings are kept; None if the configuration does not tell.

    Up to 0.16 ``retain.days`` (of mode "all") is what is kept without any event, later ``continuous.days``.
    """
    retain = mapping(record.get("retain"))
    old = number(retain.get("days")) if retain.get("mode", "all") == "all" else 0.0
    always = number(mapping(record.get("continuous")).get("days")) if "continuous" in record else old
    if not event_only:
        return always
    events = [number(mapping(mapping(record.get(name)).get("retain")).get("days")) for name in ("alerts", "detections")]
    motion = number(mapping(record.get("motion")).get("days"))
    return max((days for days in (always, motion, *events) if days is not None), default=None)


def parse(text: bytes) -> Mapping[str, Any]:
    """The configuration file. Raises Unclear."""
    try:
        return mapping(yaml.load(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise Unclear(f"its configuration file is not valid from line {line} on") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unclear("its configuration file is not valid") from None


def cap_in(config: Mapping[str, Any], camera: str, event_only: bool) -> float:
    """What the file says of a camera: its own words over those for all. Raises Unclear."""
    own = mapping(mapping(config.get("cameras")).get(camera))
    days = cap_of(_over(mapping(config.get("record")), mapping(own.get("record"))), event_only)
    if days is None:
        raise Unclear("its configuration file does not say how many days are kept")
    return days


def _over(general: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(general)
    for name, value in own.items():
        below = general.get(name)
        made[name] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return made
