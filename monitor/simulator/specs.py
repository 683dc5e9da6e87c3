"""Reads the cameras to simulate from a YAML file: ``cameras:``, a list with the fields of :class:`CameraSpec`."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from monitor.simulator.camera import CameraSpec


def load_specs(path: Path) -> list[CameraSpec]:
    """The cameras of a file. ValueError with every mistake by camera and field; OSError if it cannot be read."""
    try:
        content = yaml.safe_load(path.read_text())
    except yaml.YAMLError as wrong:
        raise ValueError(f"{path}: {wrong}") from wrong
    if not isinstance(content, dict) or list(content) != ["cameras"]:
        raise ValueError(f"{path}: write cameras: and below it a list of cameras, and nothing else")
    specs = _checked(path, content["cameras"])
    if len({spec.id for spec in specs}) < len(specs):
        raise ValueError(f"{path}: two cameras have the same id")
    return specs


def _checked(path: Path, cameras: Any) -> list[CameraSpec]:
    adapter = TypeAdapter(list[CameraSpec], config=None)
    try:
        return adapter.validate_python(_without_unknown(path, cameras))
    except ValidationError as wrong:
        lines = (f"{path}: {'.'.join(map(str, error['loc']))}: {error['msg']}" for error in wrong.errors())
        raise ValueError("\n".join(lines)) from None  # pydantic's own text would repeat passwords


def _without_unknown(path: Path, cameras: Any) -> Any:
    """A dataclass drops fields it does not know; a misspelt one must not pass."""
    for camera in cameras if isinstance(cameras, list) else ():
        unknown = set(camera) - set(CameraSpec.__dataclass_fields__) if isinstance(camera, dict) else set()
        if unknown:
            known = ", ".join(CameraSpec.__dataclass_fields__)
            raise ValueError(f"{path}: no field is called {sorted(unknown)[0]!r}; there are: {known}")
    return cameras
