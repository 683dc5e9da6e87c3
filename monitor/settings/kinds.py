"""The keys of a mapping that belong to its kind (of recorder, of repair desk), validated by the model of that kind."""

from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from monitor.settings.options import Kinds
from monitor.settings.schema import Recorder, Sink
from monitor.settings.secrets import Surroundings, resolve
from monitor.settings.sources import Loc, Sources
from monitor.settings.words import sentence, unknown_key

_COMMON: dict[str, type[BaseModel]] = {"recorders": Recorder, "sinks": Sink}


def with_options(
    sources: Sources, holder: dict[str, Any], key: str, loc: Loc, kinds: Kinds, around: Surroundings
) -> dict[str, Any]:
    """``holder`` with the further keys of each item of its list ``key`` gathered into a validated ``options``."""
    items = holder.get(key)
    if not isinstance(items, list):
        return holder
    return holder | {
        key: [
            _item(sources, item, (*loc, key, index), kinds, around) if isinstance(item, dict) else item
            for index, item in enumerate(items)
        ]
    }


def secret_keys(*maps: Kinds) -> set[str]:
    """The keys of all kinds that hold a secret."""
    fields = [pair for kinds in maps for model in kinds.values() for pair in model.model_fields.items()]
    return {name for name, field in fields if SecretStr in {field.annotation, *get_args(field.annotation)}}


def _item(sources: Sources, item: dict[str, Any], loc: Loc, kinds: Kinds, around: Surroundings) -> dict[str, Any]:
    key = str(loc[-2])
    common = _COMMON[key].model_fields.keys() - {"options"}
    own = {name: value for name, value in item.items() if name in common}
    kind = item.get("kind")
    if not isinstance(kind, str):
        return own
    if kind not in kinds:
        known = ", ".join(sorted(kinds)) or "none"
        sources.add((*loc, "kind"), f"there is no kind {kind!r}; write one of: {known}")
        return own
    if key == "recorders" and not item.get("host") and not getattr(kinds[kind], "local", False):
        sources.add(loc, "host is missing; write for example host: 192.0.2.10")
    further = {name: value for name, value in item.items() if name not in common}
    return own | {"options": _options(sources, kinds[kind], further, loc, common, around)}


def _options(
    sources: Sources, model: type[BaseModel], data: dict[str, Any], loc: Loc, common: set[str], around: Surroundings
) -> BaseModel | None:
    fields = model.model_fields
    for name in data.keys() - fields.keys():
        sources.add((*loc, name), unknown_key(name, common | fields.keys()), key=True)
    data = {name: value for name, value in data.items() if name in fields}
    for name, value in data.items():
        data[name] = _prepared(sources, (*loc, name), fields[name].annotation, value, around)
    try:
        return model.model_validate(data, context=around)
    except ValidationError as failed:
        for error in failed.errors(include_url=False):
            sources.add((*loc, *error["loc"]), sentence(model, error))
    return None


def _prepared(sources: Sources, loc: Loc, annotation: Any, value: Any, around: Surroundings) -> Any:
    """A secret fetched, a path made absolute; anything else as it is."""
    types = {annotation, *get_args(annotation)}
    if SecretStr in types:
        try:
            return resolve(value, around)
        except PydanticCustomError as error:
            sources.add(loc, f"{loc[-1]}: {error.message()}")
            return "?"
    if Path in types and isinstance(value, str):
        return around.folder.absolute() / value
    return value
