"""For the weekly inspection: who is due; what is new, repaired, still open; what nobody could judge."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import frame, sites
from deploy.grafana.generate.panels import Panel, bars, lines, query, row, rows, when_empty

HERE = 'site=~"$site"'
NOW = f"max by (site, device, fault) (cctv_fault_active{{{HERE}}})"
THEN = f"max by (site, device, fault) (cctv_fault_active{{{HERE}}} offset 7d)"
DUE = ((None, "green"), (7 * 86400, "yellow"), (8 * 86400, "red"))


def dashboard() -> Dashboard:
    about = "The week of a maintenance team: inspections due, faults new, repaired and still open."
    made = frame("cctv-inspection", "CCTV weekly inspection", about, sites(), span="now-7d")
    made = made.with_row(row("Inspections")).with_panel(_due()).with_panel(_unjudged())
    made = made.with_row(row("Against a week ago")).with_panel(_new()).with_panel(_open()).with_panel(_repaired())
    made = made.with_panel(_restless()).with_panel(_kinds())
    made = made.with_row(row("Contract figures, 24 hours each"))
    for title, name in (
        ("Online", "cctv_online"),
        ("Picture intact", "cctv_picture_intact"),
        ("Recording complete", "cctv_recording_complete"),
    ):
        made = made.with_panel(_figure(title, name))
    return made.with_panel(_samples())


def _due() -> Panel:
    asked = query(f"time() - max by (site) (cctv_inspection_last_completed_timestamp_seconds{{{HERE}}})", "{{site}}")
    made = bars("Since the last inspection", "Yellow after a week, red after eight days.", "s", asked, DUE)
    return when_empty(made, "never inspected")


def _unjudged() -> Panel:
    asked = query(f'cctv_verdict{{{HERE},verdict="unknown"}} == 1', instant=True)
    words = "Devices nobody could judge: an inspection must look at these by hand."
    return when_empty(rows("Not judged", words, "short", asked, units={"Value": "Unknown"}, width=12, height=8), "none")


def _new() -> Panel:
    return _faults("New", "Stand now and did not a week ago.", f"{NOW} unless {THEN}")


def _open() -> Panel:
    return _faults("Still open", "Stood a week ago and stand now.", f"{NOW} and {THEN}")


def _repaired() -> Panel:
    return _faults("Repaired", "Stood a week ago and are gone.", f"{THEN} unless {NOW}")


def _faults(title: str, words: str, expression: str) -> Panel:
    asked = query(expression, instant=True)
    return when_empty(rows(title, words, "short", asked, units={"Value": "Standing"}, width=8, height=8), "none")


def _restless() -> Panel:
    changes = f'sum by (site, device) (changes(cctv_verdict{{{HERE},verdict="ok"}}[7d]))'
    asked = query(f"topk(15, {changes} > 1)", "{{site}}/{{device}}")
    words = "Devices whose verdict changed most often in seven days: loose plugs, weak supplies."
    return when_empty(
        bars("Restless devices", words, "short", asked, ((None, "green"), (8, "yellow"), (30, "red"))), "none"
    )


def _kinds() -> Panel:
    asked = query(f"count by (fault) ({NOW})", "{{fault}}")
    return lines("Faults by kind", "Confirmed faults through the week.", "short", asked, stacked=True)


def _figure(title: str, name: str) -> Panel:
    words = f"{title}, accumulated over the 24 hours before each point; planned maintenance left out."
    return lines(title, words, "percentunit", query(f"site:{name}:ratio1d{{{HERE}}}", "{{site}}"))


def _samples() -> Panel:
    names = (
        ("online", "cctv_online_sample"),
        ("picture", "cctv_picture_sample"),
        ("recording", "cctv_recording_sample"),
    )
    asked = [
        query(f"site:{name}:ratio1d{{{HERE}}}", f"{{{{site}}}} {words}", ref=letter)
        for letter, (words, name) in zip("ABC", names, strict=True)
    ]
    return lines(
        "Sample coverage",
        "How much of what should have been judged was: low makes a rate worthless.",
        "percentunit",
        *asked,
    )
