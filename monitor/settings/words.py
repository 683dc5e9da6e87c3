"""Validation errors in an operator's words: what is wrong, and what to write instead. No secret is repeated."""

from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from monitor.settings.values import nearest

_NEVER_REPEATED = {"password", "token", "rtsp", "rtsp_sub", "onvif", "url", "notify"}

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
        return f"unknown key {str(loc[-1])!r}; {nearest(str(loc[-1]), holder.model_fields if holder else ())}"
    if kind == "config" and error["msg"].startswith(("deadline", "the camera", "picture_stream", "{", "'", '"', "no ")):
        return error["msg"]
    name, example = _name(loc), _example(model, loc)
    if kind == "config":
        return f"{name}: {error['msg']}"
    if kind == "missing":
        return f"{name} is missing; write for example {name}: {example or '…'}"
    instead = f"write for example {name}: {example}" if example else "see cctv config example"
    return f"{name}: {_what(error)}{_got(loc, error['input'])}; {instead}"


def _what(error: ErrorDetails) -> str:
    kind, values = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return f"must be {values['expected']}"
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**values)
    return _WHAT.get(kind, error["msg"])


def _got(loc: tuple[int | str, ...], value: Any) -> str:
    """The wrong value, when it is short, plain, and cannot be a secret or hold one."""
    if _NEVER_REPEATED & set(loc) or not isinstance(value, str | int | float | bool):
        return ""
    shown = repr(value)
    return "" if len(shown) > 40 or "@" in shown or "://" in shown else f", not {shown}"


def _name(loc: tuple[int | str, ...]) -> str:
    return next((part for part in reversed(loc) if isinstance(part, str)), "the file")


def _example(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    names = [part for part in loc if isinstance(part, str)]
    holder = _model_at(model, loc[: _last(loc, names[-1])]) if names else None
    field = holder.model_fields.get(names[-1]) if holder else None
    return _example_of(field) if field else ""


def _last(loc: tuple[int | str, ...], name: str) -> int:
    return len(loc) - 1 - loc[::-1].index(name)


def _example_of(field: FieldInfo) -> str:
    if field.examples:
        return str(field.examples[0])
    default = field.get_default()
    return str(default) if isinstance(default, str | int | float) and default != "" else ""


def _model_at(model: type[BaseModel] | None, loc: tuple[int | str, ...]) -> type[BaseModel] | None:
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
