"""Validation errors in an operator's words: what is wrong, and what to write instead. No secret is repeated."""

import re
from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from monitor.settings.values import nearest

Loc = tuple[int | str, ...]

_PLAIN_KEY = re.compile(r"[\w.-]{1,40}")
_WHOLES = {"model_type", "model_attributes_type", "dict_type", "list_type", "tuple_type"}
_NEVER_REPEATED = {"password", "token", "rtsp", "rtsp_sub", "onvif", "url", "notify", "basic_auth_users"}

_WHAT = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "finite_number": "must be a number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "model_type": "must be a mapping of keys",
    "model_attributes_type": "must be a mapping of keys",
    "dict_type": "must be a mapping of keys",
    "date_type": "must be a date",
    "date_parsing": "must be a date",
    "date_from_datetime_parsing": "must be a date",
    "date_from_datetime_inexact": "must be a date",
    "path_type": "must be a path",
    "string_pattern_mismatch": "is not of the right form",
    "missing": "has too few items",
    "too_short": "has too few items",
    "too_long": "has too many items",
}
_BOUNDS = {
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
}


def sentence(model: type[BaseModel], error: ErrorDetails) -> str:
    """One error of ``model`` as ``key: what is wrong; what to write instead``."""
    loc, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        holder = _model_at(model, loc[:-1])
        return unknown_key(loc[-1], holder.model_fields if holder else ())
    if kind == "invalid_key":
        return "a key must be text; write it in quotes, or remove it"
    return _of_value(error, *_field_at(model, loc))


def _of_value(error: ErrorDetails, name: str, field: FieldInfo | None) -> str:
    kind, instead = error["type"], _instead(error, name, _example(field))
    if kind == "config":
        return f"{name}: {error['msg']}"
    if kind == "value_error":
        text = error["msg"].removeprefix("Value error, ")
        return f"{name}: {text}" if "write" in text else f"{name}: {text}; {instead}"
    if kind == "missing" and isinstance(error["loc"][-1], str):
        return f"{name} is missing; {instead}"
    return f"{name}: {_what(error)}{_got(error, field)}; {instead}"


def _instead(error: ErrorDetails, name: str, example: str) -> str:
    if error["type"] == "model_type":
        return "write KEY: VALUE pairs there" + (", or remove it" if error["input"] is None else "")
    if example:
        return f"write for example {name}: {example}"
    if error["type"] == "list_type":
        return "begin each item with a dash"
    if error["type"] == "string_type" and isinstance(error["input"], int | float):
        return "write it in quotes"
    return "see: cctv config example"


def unknown_key(key: object, known: Iterable[str]) -> str:
    """An unknown key, and the one that was meant. Anything but a plain word may hold a secret, and is not repeated."""
    if isinstance(key, str) and _PLAIN_KEY.fullmatch(key):
        return f"unknown key {key!r}; {nearest(key, known)}"
    return "unknown key; write KEY: VALUE with a space after the colon"


def _what(error: ErrorDetails) -> str:
    kind, values = error["type"], error.get("ctx", {})
    if error["input"] is None:
        return "is empty"
    if kind == "literal_error":
        return f"must be {values['expected']}"
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**values)
    return _WHAT.get(kind, error["msg"])


def _got(error: ErrorDetails, field: FieldInfo | None) -> str:
    """The wrong value, when it is short, plain, and cannot be a secret or hold one."""
    value = error["input"]
    secret = _NEVER_REPEATED.intersection(error["loc"]) or (
        field and SecretStr in {field.annotation, *get_args(field.annotation)}
    )
    if secret or error["type"] in _WHOLES or not isinstance(value, str | int | float | bool):
        return ""
    shown = repr(value)
    return "" if len(shown) > 40 or "@" in shown or "://" in shown else f", not {shown}"


def _field_at(model: type[BaseModel], loc: Loc) -> tuple[str, FieldInfo | None]:
    """The innermost key on the way to ``loc``, and its field."""
    name, field, inner = "item", None, _model_in(model)
    for part in loc:
        if isinstance(part, str) and inner and part in inner.model_fields:
            name, field = part, inner.model_fields[part]
            inner = _model_in(field.annotation)
    return name, field


def _example(field: FieldInfo | None) -> str:
    if field is None:
        return ""
    if field.examples:
        return str(field.examples[0])
    default = field.get_default()
    return str(default) if isinstance(default, str | int | float) and default != "" else ""


def _model_at(model: type[BaseModel] | None, loc: Loc) -> type[BaseModel] | None:
    """The model whose mapping stands at ``loc``."""
    for part in loc:
        if isinstance(part, str):
            field = model.model_fields.get(part) if model else None
            model = _model_in(field.annotation) if field else None
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model_in(argument))), None)
