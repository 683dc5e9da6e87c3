"""The template environment of one language, for pages and reports alike: what every template may say, and how."""

import functools
from collections.abc import Callable, Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from monitor import words
from monitor.sentences import said_there
from monitor.words import _

FAULTS = {str(kind): text for kind, text in words.FAULTS.items()}
COLONS = {"en": ": ", "zh": "："}
DISK_STATES = {
    "ok": _("in order"),
    "full": _("full"),
    "failed": _("failed"),
    "absent": _("gone"),
    "unknown": _("unknown"),
}


def environment(package: str, language: str) -> Environment:
    """Of the templates in ``package``: everything is escaped, nothing undefined passes."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = words.translations(language)
    made.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    translate = catalogue.gettext
    made.filters["said"] = _saying(language)
    made.filters["verdict"] = lambda verdict: translate(words.VERDICTS[verdict])
    made.filters["probe"] = functools.partial(named, translate, words.PROBES)
    made.filters["fault"] = functools.partial(named, translate, FAULTS)
    made.filters["disk_status"] = functools.partial(named, translate, DISK_STATES)
    made.globals |= {"language": language, "colon": COLONS[language]}
    return made


def _saying(language: str) -> Callable[..., str]:
    """The filter for kept sentences: in the language of the page, by the clock of the place it is about."""

    @pass_context
    def told(context: Context, sentence: str, zone: str = "") -> str:
        return said_there(sentence, language, zone or context.get("zone") or "UTC")

    return told


def named(translate: words.Translate, names: Mapping[str, str], word: str) -> str:
    """A word of ours in plain words; what is not ours (the name of a foreign alert) stands for itself."""
    return translate(names[word]) if word in names else word
