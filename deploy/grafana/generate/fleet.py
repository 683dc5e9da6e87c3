"""All sites at a glance: the contract figures, who is worst, what stands."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.generate.frame import frame, sites
from deploy.grafana.generate.panels import (
    CONTRACT,
    SAMPLE,
    ZERO_IS_GOOD,
    Panel,
    bars,
    lines,
    number,
    query,
    row,
    rows,
    when_empty,
)

ABOUT = "Every site by the contract's figures. Unknown is neither ok nor a fault: each rate stands beside its sample."
HERE = 'site=~"$site"'
RATES = (
    ("Online", "cctv_online", "cctv_online_judged", "Cameras whose newest look got its picture, of those judged."),
    ("Picture intact", "cctv_picture_intact", "cctv_picture_judged", "Sound pictures, of the online cameras judged."),
    (
        "Recording complete",
        "cctv_recording_complete",
        "cctv_recording_judged",
        "Recordings without a fault, of those judged within a day.",
    ),
)


def dashboard() -> Dashboard:
    made = frame("cctv-fleet", "CCTV fleet", ABOUT, sites())
    made = made.with_row(row("Now"))
    for verdict in ("ok", "fault", "unknown"):
        made = made.with_panel(_cameras(verdict))
    made = made.with_panel(_sites_silent()).with_panel(_in_maintenance()).with_panel(_tickets())
    for words, good, judged, meaning in RATES:
        made = made.with_panel(_rate(words, good, judged, meaning)).with_panel(_sample(words, good, judged))
    made = made.with_row(row("Sites")).with_panel(_sites()).with_panel(_worst()).with_panel(_kinds())
    made = made.with_row(row("Over time"))
    return made.with_panel(_trend("Online rate", "site:cctv_online:ratio")).with_panel(
        _trend("Picture-intact rate", "site:cctv_picture_intact:ratio")
    )


def _cameras(verdict: str) -> Panel:
    steps = ZERO_IS_GOOD if verdict == "fault" else ((None, "blue"),)
    asked = f'sum(site_verdict:cctv_cameras:count{{{HERE},verdict="{verdict}"}})'
    return number(f"Cameras {verdict}", f"Cameras whose verdict is {verdict} now.", "short", asked, steps)


def _sites_silent() -> Panel:
    asked = f'count(count by (site) (cctv_fault_active{{{HERE},fault="site_unreachable"}}))'
    made = number("Sites unreachable", "Sites where nothing answers.", "short", asked, ZERO_IS_GOOD)
    return when_empty(made, "none")


def _in_maintenance() -> Panel:
    asked = f"count(cctv_maintenance_active{{{HERE}}})"
    made = number("Maintenance windows", "Open windows; what they cover is left out of the rates.", "short", asked)
    return when_empty(made, "none")


def _tickets() -> Panel:
    asked = f"sum(cctv_tickets_open{{{HERE}}})"
    return when_empty(number("Tickets open", "Repair tickets not yet closed.", "short", asked), "none")


def _rate(words: str, good: str, judged: str, meaning: str) -> Panel:
    asked = f"sum(site:{good}:count{{{HERE}}}) / sum(site:{judged}:count{{{HERE}}})"
    return number(words, meaning, "percentunit", asked, CONTRACT)


def _sample(words: str, good: str, judged: str) -> Panel:
    whole = {"cctv_online": "cctv_cameras_due", "cctv_picture_intact": "cctv_online"}.get(good, "cctv_recording_due")
    asked = f"sum(site:{judged}:count{{{HERE}}}) / sum(site:{whole}:count{{{HERE}}})"
    return number("… sample", f"How much of what should be judged for '{words}' was.", "percentunit", asked, SAMPLE)


def _sites() -> Panel:
    asked = (
        query(f"sum by (site) (site_verdict:cctv_cameras:count{{{HERE}}})", instant=True, ref="A"),
        query(f'sum by (site) (site_verdict:cctv_cameras:count{{{HERE},verdict="fault"}})', instant=True, ref="B"),
        query(f'sum by (site) (site_verdict:cctv_cameras:count{{{HERE},verdict="unknown"}})', instant=True, ref="C"),
        query(f"site:cctv_online:ratio1d{{{HERE}}}", instant=True, ref="D"),
        query(f"site:cctv_online_sample:ratio1d{{{HERE}}}", instant=True, ref="E"),
        query(f"site:cctv_picture_intact:ratio1d{{{HERE}}}", instant=True, ref="F"),
        query(f"site:cctv_recording_complete:ratio1d{{{HERE}}}", instant=True, ref="G"),
    )
    columns = {
        "Value #A": "Cameras",
        "Value #B": "Fault",
        "Value #C": "Unknown",
        "Value #D": "Online 24 h|percentunit",
        "Value #E": "Sample 24 h|percentunit",
        "Value #F": "Picture 24 h|percentunit",
        "Value #G": "Recording 24 h|percentunit",
    }
    return rows("Sites", "One row a site; the rates are those of the last 24 hours.", "short", *asked, units=columns)


def _worst() -> Panel:
    asked = query(f"bottomk(10, site:cctv_online:ratio{{{HERE}}})", "{{site}}")
    return bars("Lowest online rates", "The ten sites with the fewest cameras online.", "percentunit", asked, CONTRACT)


def _kinds() -> Panel:
    asked = query(f"count by (fault) (cctv_fault_active{{{HERE}}})", "{{fault}}")
    return lines("Faults by kind", "Confirmed faults that stand, by kind.", "short", asked, stacked=True)


def _trend(title: str, series: str) -> Panel:
    return lines(title, f"{title} of each site.", "percentunit", query(f"{series}{{{HERE}}}", "{{site}}"))
