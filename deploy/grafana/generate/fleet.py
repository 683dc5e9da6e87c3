"""All sites at a glance: the contract figures, who is worst, what stands."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import filled, frame, sites
from deploy.grafana.generate.panels import (
    CONTRACT,
    PLAIN,
    SAMPLE,
    ZERO_IS_GOOD,
    Panel,
    bars,
    lines,
    number,
    queries,
    query,
    rows,
    when_empty,
)

ABOUT = "Every site by the contract's figures. Unknown is neither ok nor a fault: each rate stands beside its sample."
HERE = 'site=~"$site"'
RATES = (
    ("Online", "online", "cameras_due", "Cameras whose newest look got its picture, of those judged."),
    ("Picture intact", "picture_intact", "online", "Sound pictures, of the online cameras judged."),
    (
        "Recording complete",
        "recording_complete",
        "recording_due",
        "Recordings without a fault, of those judged within a day.",
    ),
)
"""Title, what is good, what should be judged, meaning."""
COLUMNS = {
    "sum by (site) (site_verdict:cctv_cameras:count{HERE})": "Cameras",
    'sum by (site) (site_verdict:cctv_cameras:count{HERE,verdict="fault"})': "Fault",
    'sum by (site) (site_verdict:cctv_cameras:count{HERE,verdict="unknown"})': "Unknown",
    "site:cctv_online:ratio1d{HERE}": "Online 24 h|percentunit",
    "site:cctv_online_sample:ratio1d{HERE}": "Sample 24 h|percentunit",
    "site:cctv_picture_intact:ratio1d{HERE}": "Picture 24 h|percentunit",
    "site:cctv_recording_complete:ratio1d{HERE}": "Recording 24 h|percentunit",
}


def dashboard() -> Dashboard:
    return filled(
        frame("cctv-fleet", "CCTV fleet", ABOUT, sites()),
        {"Now": (*_counts(), *_rates()), "Sites": _sites(), "Over time": _trends()},
    )


def _counts() -> Iterable[Panel]:
    for verdict in ("ok", "fault", "unknown"):
        steps = ZERO_IS_GOOD if verdict == "fault" else PLAIN
        asked = f'sum(site_verdict:cctv_cameras:count{{{HERE},verdict="{verdict}"}})'
        yield number(f"Cameras {verdict}", f"Cameras whose verdict is {verdict} now.", "short", asked, steps)
    silent = f'count(count by (site) (cctv_fault_active{{{HERE},fault="site_unreachable"}}))'
    made = number("Sites unreachable", "Sites where nothing answers.", "short", silent, ZERO_IS_GOOD)
    yield when_empty(made, "none")
    windows = f"count(cctv_maintenance_active{{{HERE}}})"
    made = number("Maintenance windows", "Open windows; what they cover is left out of the rates.", "short", windows)
    yield when_empty(made, "none")
    tickets = f"sum(cctv_tickets_open{{{HERE}}})"
    yield when_empty(number("Tickets open", "Repair tickets not yet closed.", "short", tickets), "none")


def _rates() -> Iterable[Panel]:
    for title, good, due, meaning in RATES:
        judged = f"sum(site:cctv_{good.partition('_')[0]}_judged:count{{{HERE}}})"
        asked = f"sum(site:cctv_{good}:count{{{HERE}}}) / {judged}"
        yield number(title, meaning, "percentunit", asked, CONTRACT)
        words = f"How much of what should be judged for '{title}' was."
        yield number("… sample", words, "percentunit", f"{judged} / sum(site:cctv_{due}:count{{{HERE}}})", SAMPLE)


def _sites() -> Iterable[Panel]:
    columns = {f"Value #{letter}": words for letter, words in zip("ABCDEFG", COLUMNS.values(), strict=True)}
    asked = queries({expression.replace("HERE", HERE): "__auto" for expression in COLUMNS}, instant=True)
    yield rows("Sites", "One row a site; the rates are those of the last 24 hours.", "short", *asked, units=columns)
    worst = query(f"bottomk(10, site:cctv_online:ratio{{{HERE}}})", "{{site}}")
    yield bars("Lowest online rates", "The ten sites with the fewest cameras online.", "percentunit", worst, CONTRACT)
    kinds = query(f"count by (fault) (cctv_fault_active{{{HERE}}})", "{{fault}}")
    yield lines("Faults by kind", "Confirmed faults that stand, by kind.", "short", kinds, stacked=True)


def _trends() -> Iterable[Panel]:
    for title, name in (("Online rate", "online"), ("Picture-intact rate", "picture_intact")):
        asked = query(f"site:cctv_{name}:ratio{{{HERE}}}", "{{site}}")
        yield lines(title, f"{title} of each site.", "percentunit", asked)
