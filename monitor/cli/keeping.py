"""How retention is shown: rows for JSON, a table with a bar of days on a terminal."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from rich.markup import escape
from rich.text import Text

from monitor.board import worst
from monitor.cli.listing import Listing
from monitor.cli.rendering import console
from monitor.cli.terminal import age, mark, told
from monitor.model import Finding, Key, Verdict
from monitor.words import _

Report = dict[str, Any]
LEVELS = ((0.98, "█", "green"), (0.5, "▆", "yellow"), (0.001, "▃", "red"), (0.0, "·", "red"))
"""At least this share of a day -> sign and colour."""
ROW = (
    *("site", "recorder", "camera", "verdict", "fault", "reason", "required_days", "span_days", "depth_days"),
    *("coverage", "longest_gap_seconds", "gaps", "gaps_count", "oldest", "newest", "samples_checked", "samples_bad"),
    *("samples_dated", "forecast_days", "days"),
)


def report(findings: Sequence[Finding], cameras: set[Key] | None) -> Report:
    """The shape promised to scripts. ``cameras``: those to show, None = all."""
    shown = [one for one in findings if one.probe == "recording" and (cameras is None or one.key in cameras)]
    recorders = dict.fromkeys(one.key for one in findings if one.probe == "recorder")
    rows = [
        _recorder(key, [one for one in findings if one.probe == "recorder" and one.key == key]) for key in recorders
    ]
    kept = [{name: one.facts[name] for name in ROW} for one in shown]
    return {"verdict": worst(_verdicts([*kept, *rows])).value, "cameras": kept, "recorders": rows}


def verdicts(made: Report) -> list[Verdict]:
    return _verdicts([*made["cameras"], *made["recorders"]])


def show(made: Report) -> None:
    """Two tables on standard output: the cameras, then the recorders."""
    out = console()
    out.print(_cameras(made["cameras"]))
    out.print(_recorders(made["recorders"]))


def _verdicts(rows: Iterable[dict[str, Any]]) -> list[Verdict]:
    return [Verdict(row["verdict"]) for row in rows]


def _recorder(key: Key, findings: Sequence[Finding]) -> dict[str, Any]:
    """One row of all aspects: the worst verdict speaks, with every reason of that verdict."""
    verdict = worst(one.verdict for one in findings)
    saying = [one for one in findings if one.verdict is verdict]
    warnings = [one.reason for one in findings if one.verdict is Verdict.OK and one.reason.startswith("warning")]
    faults = [one.fault for one in saying if one.fault]
    reasons = [one.reason for one in saying] if verdict is not Verdict.OK else [saying[0].reason, *warnings]
    return {
        "site": key.site,
        "recorder": key.device,
        "verdict": verdict.value,
        "fault": faults[0].value if faults else None,
        "reason": "; ".join(dict.fromkeys(reasons)),
        "disks": saying[0].facts["disks"],
        "clock_offset_seconds": saying[0].facts["clock_offset_seconds"],
    }


def _cameras(rows: Iterable[dict[str, Any]]) -> Listing:
    heads = _("camera"), _("verdict"), _("days"), _("kept"), _("gap"), _("per day"), _("what was seen")
    shown = Listing(*heads, sentence="what was seen", lead=2, right={"days", "kept", "gap"})
    for row in rows:
        shown.add(
            escape(f"{row['site']}/{row['camera']}"),
            mark(Verdict(row["verdict"]), row["fault"]),
            f"{_or_dash(row['span_days'], '.1f')} / {row['required_days']:g}",
            _or_dash(row["coverage"], ".2%"),
            _span(row["longest_gap_seconds"]),
            bar(row["days"]),
            escape(told(row["reason"])),
        )
    return shown


def _recorders(rows: Iterable[dict[str, Any]]) -> Listing:
    shown = Listing(_("recorder"), _("verdict"), _("what was seen"), sentence="what was seen", lead=2)
    for row in rows:
        shown.add(
            escape(f"{row['site']}/{row['recorder']}"),
            mark(Verdict(row["verdict"]), row["fault"]),
            escape(told(row["reason"])),
        )
    return shown


def bar(days: Sequence[tuple[str, float | None]]) -> Text:
    """One sign a day, the oldest first; blank where nothing was expected."""
    text = Text()
    for _day, share in days:
        text.append(*_sign(share))
    return text


def _sign(share: float | None) -> tuple[str, str]:
    if share is None:
        return " ", ""
    return next((sign, colour) for least, sign, colour in LEVELS if share >= least)


def _span(seconds: float | None) -> str:
    return "–" if seconds is None else age(timedelta(seconds=seconds))


def _or_dash(number: float | None, form: str) -> str:
    return "–" if number is None else f"{number:{form}}"
