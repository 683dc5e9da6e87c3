"""Values out of devices' JSON: of the type they should be, or empty. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A number, also one written as text, as PHP does; None for anything else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        made = float(value)
    except ValueError:
        return None
    return made if abs(made) < 1e15 else None  # also no NaN and no infinity
