"""Times and facts as the tables keep them: epoch seconds UTC, and JSON."""

import json
from datetime import UTC, datetime
from typing import Any, overload


@overload
def epoch(at: datetime) -> float: ...
@overload
def epoch(at: None) -> None: ...
def epoch(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


@overload
def moment(seconds: float) -> datetime: ...
@overload
def moment(seconds: None) -> None: ...
def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def to_json(value: Any) -> str:
    """Compact JSON; what JSON does not know becomes its text, since one odd fact must not hold up the others."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def from_json(text: str) -> Any:
    return json.loads(text)
