"""Partial limits: models made from the dataclasses of :mod:`monitor.limits`, and their merging from broad to narrow."""

import ast
import dataclasses
import inspect
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, create_model, model_serializer

from monitor.limits import Limits
from monitor.settings.values import Duration


class Partial(BaseModel):
    """Holds only what was written; everything else stays as the broader level says."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), allow_inf_nan=False)

    @model_serializer(mode="wrap")
    def _only_what_was_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}


@cache
def partial_of(group: type) -> type[Partial]:
    """The model of a limits dataclass in which every field may be left out."""
    hints = get_type_hints(group, include_extras=True)
    words = attribute_docstrings(group)
    fields: dict[str, Any] = {
        field.name: _partial_field(field, hints[field.name], words.get(field.name, ""))
        for field in dataclasses.fields(group)
    }
    return create_model(f"Partial{group.__name__}", __base__=Partial, __doc__=group.__doc__, **fields)


def _partial_field(field: "dataclasses.Field[Any]", hint: Any, words: str) -> tuple[Any, Any]:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        model = partial_of(hint)
        return model, Field(default_factory=model, description=words or hint.__doc__)
    if field.name.endswith("_seconds"):
        hint = Duration if hint is float else Duration | None if hint == float | None else hint
    default = field.default if field.default is not dataclasses.MISSING else None
    return hint, Field(default, description=words or None, validate_default=False)


def attribute_docstrings(group: type) -> dict[str, str]:
    """The strings written beneath the fields of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(group))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        before.target.id: inspect.cleandoc(after.value.value)
        for before, after in zip(body.body, body.body[1:], strict=False)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
    }


def merge(base: Limits, over: Partial | None, retention_days: float | None = None) -> Limits:
    """``base`` with what ``over`` says instead; ``retention_days`` is the short way to write the one in recording."""
    merged: Limits = _merge(base, over) if over is not None and over.model_fields_set else base
    if retention_days is None:
        return merged
    recording = dataclasses.replace(merged.recording, retention_days=retention_days)
    return dataclasses.replace(merged, recording=recording)


def _merge(base: Any, over: Partial) -> Any:
    changes = {name: getattr(over, name) for name in over.model_fields_set}
    return dataclasses.replace(
        base,
        **{
            name: _merge(getattr(base, name), value) if isinstance(value, Partial) else value
            for name, value in changes.items()
        },
    )


if TYPE_CHECKING:
    PartialLimits = Partial
else:  # made at run time from the dataclasses, so that a new threshold needs no second place
    PartialLimits = partial_of(Limits)
