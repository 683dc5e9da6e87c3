"""Templates of HTTP requests to a repair desk: data in YAML, filled in so that no value can become syntax."""

import functools
import html
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = Path(__file__).parent / "templates"
VALUES = frozenset(
    {
        "url",
        "key",
        "action",
        "site",
        "device",
        "fault",
        "since",
        "title",
        "text",
        "place",
        "picture",
        "reopened",
        "reference",
        "token",
        "username",
        "password",
    }
)
"""What every template may name in braces, beside its own fields and what it kept from answers."""
_PLACE = re.compile(r"\{([a-z_]+)(?:\|([a-z]+))?\}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")

Values = Mapping[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Strict):
    """One request. ``keep``: name -> dotted path into the JSON answer, or ``header NAME``."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: Any = None
    keep: dict[str, str] = {}


class Template(_Strict):
    """How one kind of repair desk is spoken to. Without ``find`` the desk itself must know a key it has seen before."""

    about: str
    tried: str = ""  # against which real server a test runs it
    fields: dict[str, str] = {}  # its own values, with their defaults
    headers: dict[str, str] = {}
    link: str = ""  # the page of a ticket, for people
    before: list[Step] = []
    find: list[Step] = []
    create: list[Step]
    reopen: list[Step] = []
    comment: list[Step]
    resolve: list[Step]
    after: list[Step] = []


def names() -> list[str]:
    """The templates that come with the package."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


@functools.cache
def load_template(name: str, file: Path | None = None) -> Template:
    """A template by name, or from a file. Raises ValueError in words."""
    if file is None and name not in names():
        raise ValueError(f"there is no template {name!r}; write one of: {', '.join(names())}")
    path = file or FOLDER / f"{name}.yaml"
    try:
        template = Template.model_validate(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ValueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    _check_names(template, path)
    return template


def fill(part: Any, values: Values) -> Any:
    """A body with its values: a leaf that is one placeholder alone becomes the value itself, None included.

    A mapping in a list that lacks one of its values is left out: an attachment where there is no picture.
    """
    if isinstance(part, dict):
        return {name: fill(inner, values) for name, inner in part.items()}
    if isinstance(part, list):
        filled = [fill(inner, values) for inner in part]
        return [one for one in filled if not (isinstance(one, dict) and None in one.values())]
    if not isinstance(part, str):
        return part
    alone = _PLACE.fullmatch(part)
    return _value(alone, values) if alone else _text(part, values)


def fill_url(part: str, values: Values) -> str:
    """``{url}`` as it stands in the configuration; every other value can be no more than one part of a path."""
    return _PLACE.sub(
        lambda place: str(values["url"]) if place[1] == "url" else quote(str(_value(place, values)), safe=""), part
    )


def fill_headers(part: Mapping[str, str], values: Values) -> dict[str, str]:
    """A header whose value is not known is left out; none can hold a line break or more than ASCII."""
    filled = {}
    for name, text in part.items():
        if all(values.get(place[1]) not in (None, "") for place in _PLACE.finditer(text)):
            plain = _CONTROLS.sub(" ", _text(text, values))
            filled[name] = quote(plain, safe="".join(map(chr, range(32, 127))))
    return filled


def _text(part: str, values: Values) -> str:
    return _PLACE.sub(lambda place: "" if (value := _value(place, values)) is None else str(value), part)


def _value(place: re.Match[str], values: Values) -> Any:
    value = values.get(place[1])
    return _FILTERS[place[2]](str(value)) if place[2] else value


_FILTERS: Mapping[str, Callable[[str], str]] = {
    "html": lambda text: html.escape(text).replace("\n", "<br>"),
    "nocode": lambda text: text.replace("[code]", "[ code]"),  # what ServiceNow's journals would show as markup
}


def _check_names(template: Template, path: Path) -> None:
    """A wrong name in braces is found when the configuration is read, not when a camera fails."""
    actions = ("before", "find", "create", "reopen", "comment", "resolve", "after")
    steps = [step for action in actions for step in getattr(template, action)]
    known = VALUES | template.fields.keys() | {name for step in steps for name in step.keep}
    for part in (template.headers, template.link, *(step.model_dump() for step in steps)):
        for name, filter_ in _places(part):
            if name not in known:
                raise ValueError(f"{path}: {{{name}}} is not known; known here: {', '.join(sorted(known))}")
            if filter_ and filter_ not in _FILTERS:
                raise ValueError(f"{path}: there is no filter {filter_!r}; write one of: {', '.join(_FILTERS)}")


def _places(part: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(part, str):
        yield from ((place[1], place[2]) for place in _PLACE.finditer(part))
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _places(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _places(inner)
