"""The configuration as it takes effect, and its shape: for people, for editors. Secrets stay masked."""

import dataclasses
from importlib import resources
from typing import Any

from pydantic import BaseModel

from monitor.limits import Limits
from monitor.protocols.shown import without_secrets
from monitor.settings.options import Kinds
from monitor.settings.overrides import merge
from monitor.settings.root import Settings
from monitor.settings.schema import Recorder, Sink
from monitor.settings.warnings import ADDRESSES


def effective(settings: Settings) -> dict[str, Any]:
    """Every value in force as plain data in the shape of the file; what is not set is left out."""
    data = settings.model_dump(mode="json", exclude_none=True)
    for written, site in zip(data["sites"], settings.sites, strict=True):
        _flatten(written["recorders"], [recorder.options for recorder in site.recorders])
    _flatten(data["tickets"]["sinks"], [sink.options for sink in settings.tickets.sinks])
    data["limits"] = limits_as_data(merge(Limits(), settings.limits, settings.retention_days))
    data["retention_days"] = data["limits"]["recording"].pop("retention_days")
    del data["include"]  # their sites are among the sites
    return {key: _shown(key, value) for key, value in data.items()}


def _shown(key: str, value: Any) -> Any:
    """Without what is empty, and without the login that some makers want in the path of an address."""
    if isinstance(value, dict):
        return {name: _shown(name, inner) for name, inner in value.items() if inner not in ("", [])}
    if isinstance(value, list):
        return [_shown(key, inner) for inner in value]
    return without_secrets(value) if key in ADDRESSES and isinstance(value, str) else value


def limits_as_data(limits: Limits) -> dict[str, dict[str, Any]]:
    """Every threshold in force; those that are not judged are left out."""
    groups: dict[str, dict[str, Any]] = dataclasses.asdict(limits)
    return {
        group: {name: value for name, value in values.items() if value is not None} for group, values in groups.items()
    }


def _flatten(written: list[dict[str, Any]], options: list[BaseModel | None]) -> None:
    for mapping, of_kind in zip(written, options, strict=True):
        if of_kind is not None:
            mapping.update(of_kind.model_dump(mode="json", exclude_none=True))


def example() -> str:
    """The commented example that comes with the package."""
    return resources.files("monitor.settings").joinpath("example.yaml").read_text(encoding="utf-8")


def json_schema(recorder_kinds: Kinds, sink_kinds: Kinds) -> dict[str, Any]:
    """JSON schema of the main file, for editors (``# yaml-language-server: $schema=``)."""
    schema = Settings.model_json_schema()
    for common, kinds in ((Recorder, recorder_kinds), (Sink, sink_kinds)):
        schema["$defs"][common.__name__] = _one_of(schema, common, kinds)
    return schema


def _one_of(schema: dict[str, Any], common: type[BaseModel], kinds: Kinds) -> dict[str, Any]:
    shape = schema["$defs"][common.__name__]
    shape["properties"].pop("options", None)
    return {"oneOf": [_of_kind(schema, shape, kind, model) for kind, model in sorted(kinds.items())]}


def _of_kind(schema: dict[str, Any], shape: dict[str, Any], kind: str, model: type[BaseModel]) -> dict[str, Any]:
    own = model.model_json_schema()
    schema["$defs"].update(own.pop("$defs", {}))
    return shape | {
        "title": kind,
        "properties": shape["properties"] | {"kind": {"const": kind}} | own["properties"],
        "required": [*shape["required"], *own.get("required", [])],
    }
