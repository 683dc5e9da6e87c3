"""The catalogues: nothing on a page is left in the wrong language."""

import re

import pytest
from babel.messages.extract import extract_from_dir

from monitor import words
from monitor.model import FaultKind

HOW = [
    ("web/templates/**.html", "jinja2"),
    ("web/**.py", "python"),
    ("words.py", "python"),
    ("typesetting.py", "python"),
    ("cli/**.py", "python"),
    ("guidance/**.py", "python"),
    ("reports/templates/**.html", "jinja2"),
    ("reports/**.py", "python"),
    ("tickets/**.py", "python"),
]
TEMPLATES = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}
JINJA = {pattern: TEMPLATES for pattern, how in HOW if how == "jinja2"}


def said() -> set[str]:
    """Every text marked for translation in the pages, the singular of those that have a plural."""
    found = extract_from_dir(str(words.LOCALES.parent), HOW, JINJA)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


def chinese(text: str) -> str:
    """As it is shown; a text with a plural is kept under both its forms."""
    catalogue = words.translations("zh")
    plain = catalogue.gettext(text)
    return plain if plain != text else catalogue.ngettext(text, text, 1)


def test_every_text_of_the_pages_is_there_in_chinese() -> None:
    missing = [text for text in sorted(said()) if chinese(text) == text]
    assert len(said()) > 100
    assert missing == []


def test_a_translation_keeps_the_places_of_its_values() -> None:
    places = re.compile(r"%\(\w+\)s")
    for text in said():
        assert sorted(places.findall(chinese(text))) == sorted(places.findall(text))


def test_every_fault_has_words() -> None:
    assert set(words.FAULTS) == set(FaultKind)


def test_plurals_follow_the_language() -> None:
    one, many = "%(num)s device has a fault", "%(num)s devices have a fault"
    assert words.translations("en").ngettext(one, many, 5) == many
    assert words.translations("zh").ngettext(one, many, 5) == "%(num)s 台设备有故障"


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "fr-FR, ZH-tw;q=0.5", "zh"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("xx", "zh", "zh"),
        ("../../etc", ";;,,=", "en"),
    ],
)
def test_the_choice_of_language(asked: str | None, accepted: str, chosen: str) -> None:
    assert words.choose(asked, accepted) == chosen
