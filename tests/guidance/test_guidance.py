"""The help for technicians: complete for every fault, in both languages, on the terminal and on the page."""

import re
from itertools import product

import pytest
from typer.testing import CliRunner

from monitor import words
from monitor.cli import app
from monitor.guidance import HEADINGS, guidance_for
from monitor.model import FaultKind

EVERY = list(product(FaultKind, words.LANGUAGES))
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_fault_has_its_whole_help_in_both_languages(kind: FaultKind, language: str) -> None:
    help_ = guidance_for(kind, language)
    assert len(help_.ask) == len(set(help_.ask)) == 5
    assert len(help_.try_first) >= 3
    assert len(help_.never) >= 6, "what holds for this fault comes before what holds everywhere"
    assert help_.bring
    texts = [help_.name, help_.means, help_.send, *help_.ask, *help_.try_first, *help_.bring, *help_.never]
    assert all(isinstance(text, str) and text.strip() for text in texts)
    spoken = [text for text in texts if CHINESE.search(text)]
    assert len(spoken) == (len(texts) if language == "zh" else 0), set(texts) ^ set(spoken)
    assert all(mark == ("？" if language == "zh" else "?") for mark in (text[-1] for text in help_.ask))


def test_both_languages_say_the_same_amount() -> None:
    for kind in FaultKind:
        chinese, english = guidance_for(kind, "zh"), guidance_for(kind, "en")
        for field in ("ask", "try_first", "bring", "never"):
            assert len(getattr(chinese, field)) == len(getattr(english, field)), (kind, field)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_what_never_to_do_is_said_with_every_fault(language: str) -> None:
    texts = {"zh": ("湿", "带电插拔", "录像", "客户同意"), "en": ("wet hands", "in operation", "recording", "agreed")}
    everywhere = " ".join(guidance_for(FaultKind.MONITOR_BLIND, language).never)
    assert all(text in everywhere for text in texts[language])


@pytest.mark.parametrize(("arguments", "environment", "expected"), [
    (["explain", "frozen", "--lang", "en"], {}, "Does the clock in the picture run?"),
    (["explain", "frozen", "--lang", "zh"], {}, "画面里的时钟在走吗？"),
    (["explain", "disk_failed"], {"LC_ALL": "zh_CN.UTF-8"}, "何时派人"),
    (["explain", "disk_failed"], {"LC_ALL": "C"}, "When to send someone"),
])  # fmt: skip
def test_the_verb_says_it_in_the_language_of_the_person(
    arguments: list[str], environment: dict[str, str], expected: str
) -> None:
    ended = CliRunner().invoke(app, arguments, env=environment)
    assert ended.exit_code == 0
    assert expected in ended.stdout


@pytest.mark.parametrize(("arguments", "advice"), [
    (["explain", "frozzen"], "did you mean frozen?"),
    (["explain", "xyz"], "write one of unreachable"),
    (["explain", "frozen", "--lang", "fr"], "write one of en, zh"),
])  # fmt: skip
def test_the_verb_refuses_in_words(arguments: list[str], advice: str) -> None:
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 2
    assert advice in ended.output


def test_the_headings_are_the_fields_a_person_needs() -> None:
    help_ = guidance_for(FaultKind.FROZEN, "en")
    assert set(HEADINGS) == {"ask", "try_first", "send", "bring", "never"}
    assert all(getattr(help_, field) for field in HEADINGS)
