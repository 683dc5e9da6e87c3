"""What a report looks like: HTML that prints, CSV that a spreadsheet opens safely, JSON. In Chinese or English."""

import csv
import functools
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment

from monitor import typesetting, words
from monitor.guidance import guidance_for
from monitor.model import FaultKind
from monitor.reports import plots, tables
from monitor.reports.compare import Document
from monitor.reports.inspection import MANUAL
from monitor.reports.texts import AIMS, ASPECTS, COUNTED, HAPPENINGS, KINDS, RATES
from monitor.words import _

LOCALES = {"en": Locale.parse("en_GB"), "zh": Locale.parse("zh_CN")}
TEMPLATES = {
    "device": "device.html",
    "inspection": "inspection.html",
    "leave-site": "inspection.html",
    "arrival": "inspection.html",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
"""A text that begins so would be run by a spreadsheet."""
FORMATS = ("html", "csv", "json")
MOST_LISTED = 300
"""Faults on one page; the table for a spreadsheet has them all."""


def rendered(document: Document, form: str, language: str) -> bytes:
    """``form``: one of FORMATS; ``language``: one of ``words.LANGUAGES``."""
    return {"html": html, "csv": table, "json": _json}[form](document, language)


def shown(document: Document, language: str) -> dict[str, bytes]:
    """What the archive keeps beside the document."""
    return {form: rendered(document, form, language) for form in ("html", "csv")}


def headline(document: Document, language: str) -> tuple[str, str]:
    """A title, and one line of what the report says, for a message to people."""
    catalogue = words.translations(language)
    translate = catalogue.gettext
    title = f"{document['site_name']} · {translate(KINDS[document['kind']])}"
    if "counts" in document:
        counts = [
            (translate(words.VERDICTS[verdict]), document["counts"].get(verdict, 0)) for verdict in words.VERDICTS
        ]
        return title, " · ".join(f"{word}{typesetting.COLONS[language]}{count}" for word, count in counts)
    summary = document["summary"]
    if not summary["count"]:
        seen = document["watched"]["seconds"]
        return title, translate(_("No fault in this period") if seen else _("Nothing was looked at in this period"))
    number = catalogue.ngettext("%(num)s fault", "%(num)s faults", summary["count"]) % {"num": summary["count"]}
    return title, f"{number} · {translate(_('%(count)s still open')) % {'count': summary['open']}}"


def html(document: Document, language: str) -> bytes:
    template = environment(language).get_template(TEMPLATES.get(document["kind"], "summary.html"))
    zone = document["timezone"]
    return template.render(report=document, zone=zone, language=language).encode()


def table(document: Document, language: str) -> bytes:
    """CSV with a byte order mark, without which spreadsheets take Chinese for Latin-1."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in tables.rows(document, language):
        writer.writerow([_cell(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _json(document: Document, _language: str) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _cell(value: Any) -> Any:
    """Texts that a spreadsheet would run as a formula are disarmed; numbers are numbers."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA) else value


@functools.cache
def environment(language: str) -> Environment:
    made = typesetting.environment("monitor.reports", language)
    made.filters |= _filters(language, words.translations(language).gettext)
    made.globals |= {"curve": plots.curve, "days": plots.days, "months": plots.months, "software": _software()}
    return made


def _filters(language: str, translate: words.Translate) -> Mapping[str, Any]:
    locale = LOCALES[language]
    return {
        "moment": lambda at, zone: format_datetime(_local(at, zone), "medium", locale=locale),
        "day": lambda at, zone: format_date(_local(at, zone), "full", locale=locale),
        "short_day": lambda at, zone: format_date(_local(at, zone), "medium", locale=locale),
        "month": lambda at, zone: format_date(_local(at, zone), "LLL", locale=locale),
        "later": lambda one, other: datetime.fromisoformat(one) > datetime.fromisoformat(other),
        "last_day": lambda at, zone: format_date(_local(at, zone) - timedelta(seconds=1), "medium", locale=locale),
        "most_telling": _most_telling,
        "percent": lambda share: "–" if share is None else format_percent(share, "0.00%", locale=locale),
        "number": lambda value, form="#,##0.#": _number(value, form, locale),
        "duration": lambda seconds: "–" if seconds is None else length(seconds, locale),
        "days_long": lambda seconds: None if seconds is None else seconds / 86400,
        "hours_long": lambda seconds: None if seconds is None else seconds / 3600,
        "means": lambda kind: guidance_for(FaultKind(kind), language).means,
        "aspect": lambda aspect: _aspect(aspect, translate),
        "manual": lambda code: translate(MANUAL[code]),
        "kind": lambda kind: translate(KINDS[kind]),
        "happening": lambda kind: translate(str(HAPPENINGS.get(kind, kind))),
        "rate": lambda name: translate(RATES[name]),
        "aim": lambda name: translate(AIMS[name]),
        "counted": lambda name: translate(COUNTED[name]),
    }


def _most_telling(rows: Sequence[Document]) -> Sequence[Document]:
    """So many as people read: where there are more, those still open, then those that lasted longest."""
    if len(rows) <= MOST_LISTED:
        return rows
    causes = [row for row in rows if not row["parent"]]
    return sorted(causes, key=lambda row: (row["cleared"] is not None, -row["seconds"]))[:MOST_LISTED]


def length(seconds: float, locale: Locale) -> str:
    """A length of time in its largest unit, in words of the language."""
    return format_timedelta(timedelta(seconds=round(seconds)), threshold=1.5, locale=locale)


def _aspect(aspect: str, translate: words.Translate) -> str:
    """``disk:sda`` is disk sda."""
    name, _, which = aspect.partition(":")
    return f"{translate(str(ASPECTS.get(name, name)))} {which}".strip()


def _local(at: str, zone: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone))


def _software() -> str:
    from monitor import __version__

    return f"cctv-monitor {__version__}"


def _number(value: float | None, form: str, locale: Locale) -> str:
    text = "–" if value is None else format_decimal(value, form, locale=locale)
    return "0" if text == "-0" else text
