"""Facts that are kept for long and read by nobody before they are written again."""

from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

from monitor.model import Facts
from monitor.store.times import from_json, to_json


class Packed(Mapping[str, Any]):
    """Facts as the text they are written as: a quarter of the room. ``items`` reads all of them in one go."""

    __slots__ = ("_text",)

    def __init__(self, facts: Facts) -> None:
        self._text = to_json(dict(facts.items()))

    def __getitem__(self, name: str) -> Any:
        return self._facts()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts())

    def __len__(self) -> int:
        return len(self._facts())

    def items(self) -> ItemsView[str, Any]:
        return self._facts().items()

    def _facts(self) -> dict[str, Any]:
        found: dict[str, Any] = from_json(self._text)
        return found
