"""Recorders: days kept by each camera, day after day; coverage, forecasts, disks."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import frame, sites
from deploy.grafana.generate.panels import (
    CONTRACT,
    GREEN,
    ONE_IS_GOOD,
    RED,
    YELLOW,
    Panel,
    bars,
    history,
    lines,
    number,
    query,
    row,
    rows,
    when_empty,
)

HERE = 'site=~"$site"'
KEPT = f"max by (site, device) (cctv_recording_depth_seconds{{{HERE}}} / cctv_recording_required_seconds{{{HERE}}})"
ENOUGH = ((None, RED), (0.95, YELLOW), (1, GREEN))


def dashboard() -> Dashboard:
    about = "How many days of recording each camera really has, and for how long the disks will do."
    made = frame("cctv-retention", "CCTV recorder retention", about, sites(), span="now-30d")
    made = (
        made.with_row(row("Now"))
        .with_panel(_short())
        .with_panel(_least())
        .with_panel(_unchecked())
        .with_panel(_covered())
    )
    made = made.with_row(row("Days and cameras")).with_panel(_days()).with_panel(_share()).with_panel(_table())
    return (
        made.with_row(row("Disks"))
        .with_panel(_health())
        .with_panel(_free())
        .with_panel(_forecast())
        .with_panel(_growth())
    )


def _short() -> Panel:
    asked = (
        f'count(cctv_fault_active{{{HERE},fault=~"retention_short|recording_stopped|recording_gap|recording_invalid"}})'
    )
    made = number("Recording faults", "Cameras with too few days, holes, or no recording.", "short", asked, width=6)
    return when_empty(made, "none")


def _least() -> Panel:
    asked = f"min(cctv_recording_depth_seconds{{{HERE}}})"
    return number("Least recording", "Unbroken recording of the camera that has least.", "s", asked, width=6)


def _unchecked() -> Panel:
    asked = f"max(time() - cctv_recording_checked_timestamp_seconds{{{HERE}}})"
    return number("Oldest check", "When the recordings checked longest ago were judged.", "s", asked, width=6)


def _covered() -> Panel:
    asked = f"avg(site:cctv_recording_coverage:avg{{{HERE}}})"
    return number("Coverage", "Recorded share of what should be recorded.", "percentunit", asked, CONTRACT, width=6)


def _days() -> Panel:
    asked = query(f"max by (site, device) (cctv_recording_depth_seconds{{{HERE}}}) / 86400", "{{site}}/{{device}}")
    words = "One row a camera, one column a day: days of unbroken recording on that day."
    return history("Days kept", words, "none", asked, interval="1d", height=14)


def _share() -> Panel:
    asked = query(KEPT, "{{site}}/{{device}}")
    words = "The same as a share of what was agreed: red is a breach of contract on that day."
    return history("Days kept, of those agreed", words, "percentunit", asked, steps=ENOUGH, interval="1d", height=14)


def _table() -> Panel:
    names = (
        ("Oldest to newest|s", "cctv_recording_span_seconds"),
        ("Unbroken|s", "cctv_recording_depth_seconds"),
        ("Agreed|s", "cctv_recording_required_seconds"),
        ("Coverage|percentunit", "cctv_recording_coverage_ratio"),
        ("Longest gap|s", "cctv_recording_longest_gap_seconds"),
        ("Forecast|s", "cctv_recording_forecast_seconds"),
    )
    letters = "ABCDEF"
    asked = [
        query(f"max by (site, device) ({name}{{{HERE}}})", instant=True, ref=letter)
        for letter, (_, name) in zip(letters, names, strict=True)
    ]
    columns = {f"Value #{letter}": words for letter, (words, _) in zip(letters, names, strict=True)}
    return rows("Cameras", "One row a camera; empty is not known.", "s", *asked, units=columns, height=12)


def _health() -> Panel:
    asked = query(f"cctv_disk_healthy{{{HERE}}}", "{{site}}/{{device}} {{disk}}")
    words = "1 sound; 0 failed, missing or read-only. Disks whose state is not known are not shown."
    return bars("Disks", words, "none", asked, ONE_IS_GOOD)


def _free() -> Panel:
    size = f"cctv_disk_size_bytes{{{HERE}}}"
    asked = query(f"cctv_disk_free_bytes{{{HERE}}} / {size}", "{{site}}/{{device}} {{disk}}")
    return lines(
        "Free on disks", "Free share; near zero is normal where the recorder overwrites.", "percentunit", asked
    )


def _forecast() -> Panel:
    asked = query(f"cctv_recording_forecast_seconds{{{HERE}}}", "{{site}}/{{device}}")
    return lines("Forecast", "Recording that will be kept if the disks fill on as now.", "s", asked)


def _growth() -> Panel:
    asked = query(f"cctv_disk_size_bytes{{{HERE}}} - cctv_disk_free_bytes{{{HERE}}}", "{{site}}/{{device}} {{disk}}")
    return lines("Used on disks", "Used space of each disk.", "bytes", asked)
