"""Recorders: days kept by each camera, day after day; coverage, forecasts, disks."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import filled, frame, sites
from deploy.grafana.generate.panels import (
    CONTRACT,
    DAYS,
    GREEN,
    ONE_IS_GOOD,
    RED,
    YELLOW,
    Panel,
    bars,
    history,
    in_days,
    lines,
    number,
    queries,
    query,
    rows,
    when_empty,
)

HERE = 'site=~"$site"'
DEPTH = f"max by (site, device) (cctv_recording_depth_seconds{{{HERE}}})"
KEPT = f"max by (site, device) (cctv_recording_depth_seconds{{{HERE}}} / cctv_recording_required_seconds{{{HERE}}})"
ENOUGH = ((None, RED), (0.95, YELLOW), (1, GREEN))
BROKEN = f'cctv_fault_active{{{HERE},fault=~"retention_short|recording_stopped|recording_gap|recording_invalid"}}'
COLUMNS = {
    "span_seconds": f"Oldest to newest|{DAYS}",
    "depth_seconds": f"Unbroken|{DAYS}",
    "required_seconds": f"Agreed|{DAYS}",
    "coverage_ratio": "Coverage|percentunit",
    "longest_gap_seconds": "Longest gap|s",
    "forecast_seconds": f"Forecast|{DAYS}",
}


def dashboard() -> Dashboard:
    about = "How many days of recording each camera really has, and for how long the disks will do."
    made = frame("cctv-retention", "CCTV recorder retention", about, sites(), span="now-30d")
    return filled(made, {"Now": _now(), "Days and cameras": _days(), "Disks": _disks()})


def _now() -> Iterable[Panel]:
    words = "Cameras with too few days, holes, or no recording."
    yield when_empty(number("Recording faults", words, "short", f"count({BROKEN})", width=6), "none")
    least = in_days(f"min(cctv_recording_depth_seconds{{{HERE}}})")
    yield number("Least recording", "Unbroken recording of the camera that has least.", DAYS, least, width=6)
    unchecked = f"max(time() - cctv_recording_checked_timestamp_seconds{{{HERE}}})"
    words = "How long ago the recordings checked longest ago were judged."
    yield number("Oldest check", words, "s", unchecked, width=6)
    covered = f"avg(site:cctv_recording_coverage:avg{{{HERE}}})"
    yield number("Coverage", "Recorded share of what should be recorded.", "percentunit", covered, CONTRACT, width=6)


def _days() -> Iterable[Panel]:
    words = "One row a camera, one column a day: days of unbroken recording on that day."
    asked = query(in_days(DEPTH), "{{site}}/{{device}}")
    yield history("Days kept", words, DAYS, asked, interval="1d", height=14)
    words = "The same as a share of what was agreed: red is a breach of contract on that day."
    asked = query(KEPT, "{{site}}/{{device}}")
    yield history("Days kept, of those agreed", words, "percentunit", asked, steps=ENOUGH, interval="1d", height=14)
    columns = {f"Value #{letter}": words for letter, words in zip("ABCDEF", COLUMNS.values(), strict=True)}
    table = queries({_column(name, words): "__auto" for name, words in COLUMNS.items()}, instant=True)
    yield rows("Cameras", "One row a camera; empty is not known.", "s", *table, units=columns, height=12)


def _column(name: str, words: str) -> str:
    newest = f"max by (site, device) (cctv_recording_{name}{{{HERE}}})"
    return in_days(newest) if words.endswith(DAYS) else newest


def _disks() -> Iterable[Panel]:
    legend = "{{site}}/{{device}} {{disk}}"
    size, free = f"cctv_disk_size_bytes{{{HERE}}}", f"cctv_disk_free_bytes{{{HERE}}}"
    words = "1 sound; 0 failed, missing or read-only. Disks whose state is not known are not shown."
    yield bars("Disks", words, "none", query(f"cctv_disk_healthy{{{HERE}}}", legend), ONE_IS_GOOD)
    words = "Free share; near zero is normal where the recorder overwrites."
    yield lines("Free on disks", words, "percentunit", query(f"{free} / {size}", legend))
    asked = query(in_days(f"cctv_recording_forecast_seconds{{{HERE}}}"), "{{site}}/{{device}}")
    yield lines("Forecast", "Days of recording that will be kept if the disks fill on as now.", DAYS, asked)
    yield lines("Used on disks", "Used space of each disk.", "bytes", query(f"{size} - {free}", legend))
