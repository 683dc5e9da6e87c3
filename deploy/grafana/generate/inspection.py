"""For the weekly inspection: who is due; what is new, repaired, still open; what nobody could judge."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import filled, frame, sites
from deploy.grafana.generate.panels import GREEN, RED, YELLOW, Panel, bars, lines, queries, query, rows, when_empty

HERE = 'site=~"$site"'
NOW = f"max by (site, device, fault) (cctv_fault_active{{{HERE}}})"
THEN = f"max by (site, device, fault) (cctv_fault_active{{{HERE}}} offset 7d)"
DUE = ((None, GREEN), (7 * 86400, YELLOW), (8 * 86400, RED))
RESTLESS = ((None, GREEN), (8, YELLOW), (30, RED))
FIGURES = {
    "Online": "cctv_online",
    "Picture intact": "cctv_picture_intact",
    "Recording complete": "cctv_recording_complete",
}


def dashboard() -> Dashboard:
    about = "The week of a maintenance team: inspections due, faults new, repaired and still open."
    made = frame("cctv-inspection", "CCTV weekly inspection", about, sites(), span="now-7d")
    return filled(
        made,
        {
            "Inspections": _inspections(),
            "Against a week ago": (*_changes(), *_week()),
            "Contract figures, 24 hours each": _figures(),
        },
    )


def _inspections() -> Iterable[Panel]:
    asked = query(f"time() - max by (site) (cctv_inspection_last_completed_timestamp_seconds{{{HERE}}})", "{{site}}")
    made = bars("Since the last inspection", "Yellow after a week, red after eight days.", "s", asked, DUE)
    yield when_empty(made, "never inspected")
    asked = query(f'cctv_verdict{{{HERE},verdict="unknown"}} == 1', instant=True)
    words = "Devices nobody could judge: an inspection must look at these by hand."
    table = rows("Not judged", words, "short", asked, units={"Value": "Unknown"}, width=12, height=8)
    yield when_empty(table, "none")


def _changes() -> Iterable[Panel]:
    for title, words, expression in (
        ("New", "Stand now and did not a week ago.", f"{NOW} unless {THEN}"),
        ("Still open", "Stood a week ago and stand now.", f"{NOW} and {THEN}"),
        ("Repaired", "Stood a week ago and are gone.", f"{THEN} unless {NOW}"),
    ):
        asked = query(expression, instant=True)
        table = rows(title, words, "short", asked, units={"Value": "Standing"}, width=8, height=8)
        yield when_empty(table, "none")


def _week() -> Iterable[Panel]:
    changes = f'sum by (site, device) (changes(cctv_verdict{{{HERE},verdict="ok"}}[7d]))'
    asked = query(f"topk(15, {changes} > 1)", "{{site}}/{{device}}")
    words = "Devices whose verdict changed most often in seven days: loose plugs, weak supplies."
    yield when_empty(bars("Restless devices", words, "short", asked, RESTLESS), "none")
    asked = query(f"count by (fault) ({NOW})", "{{fault}}")
    yield lines("Faults by kind", "Confirmed faults through the week.", "short", asked, stacked=True)


def _figures() -> Iterable[Panel]:
    for title, name in FIGURES.items():
        words = f"{title}, accumulated over the 24 hours before each point; planned maintenance left out."
        yield lines(title, words, "percentunit", query(f"site:{name}:ratio1d{{{HERE}}}", "{{site}}"))
    kinds = ("online", "picture", "recording")
    asked = queries({f"site:cctv_{kind}_sample:ratio1d{{{HERE}}}": f"{{{{site}}}} {kind}" for kind in kinds})
    words = "How much of what should have been judged was: low makes a rate worthless."
    yield lines("Sample coverage", words, "percentunit", *asked)
