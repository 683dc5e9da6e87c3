"""Where a configuration comes from: the main file, its includes, the environment; and the way back to each place."""

import difflib
import glob
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic_settings import BaseSettings, EnvSettingsSource
from pydantic_settings.exceptions import SettingsError
from pydantic_settings.sources.utils import parse_env_vars

from monitor.settings.errors import Problem
from monitor.settings.text import Marks, read_yaml
from monitor.settings.values import nearest

PREFIX = "CCTV_"
Loc = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A file and the path inside it at which a site begins."""

    file: Path
    prefix: Loc


@dataclass
class Sources:
    """All that was written, merged, with the way back to the place of each part. ``problems`` and ``remarks`` grow."""

    main: Path
    data: dict[str, Any] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)
    overrides: dict[Loc, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    """What is odd and yet works."""
    _marks: dict[Path, Marks] = field(default_factory=dict)

    def folder(self, loc: Loc = ()) -> Path:
        """The folder of the file that holds ``loc``: what relative paths in it are relative to."""
        return self._file_and_path(loc)[0].parent

    def problem(self, loc: Loc, message: str, key: bool = False) -> Problem:
        """``message`` at the place of ``loc``; ``key`` points at the key itself, not at its value."""
        if variable := self.variable(loc):
            return Problem(f"environment {variable}", 0, 0, message)
        file, path = self._file_and_path(loc)
        if file not in self._marks:
            self._marks[file] = Marks(file)
        line, column = self._marks[file].find(path, key)
        return Problem(str(file), line, column, message)

    def add(self, loc: Loc, message: str, key: bool = False) -> None:
        self.problems.append(self.problem(loc, message, key))

    def remark(self, loc: Loc, message: str) -> None:
        self.remarks.append(self.problem(loc, message))

    def variable(self, loc: Loc) -> str:
        """The environment variable that set ``loc`` or what holds it; "" = a file did."""
        return next((self.overrides[loc[:n]] for n in range(len(loc), 0, -1) if loc[:n] in self.overrides), "")

    def _file_and_path(self, loc: Loc) -> tuple[Path, Loc]:
        if loc[:1] == ("sites",) and len(loc) > 1 and isinstance(loc[1], int) and loc[1] < len(self.origins):
            origin = self.origins[loc[1]]
            return origin.file, (*origin.prefix, *loc[2:])
        return self.main, loc


def gather(path: Path, environ: Mapping[str, str], model: type[BaseModel]) -> Sources:
    """Read the main file and its includes, then lay the environment over them."""
    sources = Sources(path)
    sources.data = read_yaml(path, sources.problems) or {}
    _include(sources)
    _overlay(sources, environ, model)
    return sources


def _include(sources: Sources) -> None:
    sites = sources.data.get("sites") or []
    if not isinstance(sites, list):
        return
    merged = list(sites)
    sources.origins = [Origin(sources.main, ("sites", index)) for index in range(len(sites))]
    seen = {sources.main.resolve()}
    for file in _included_files(sources):
        if file.resolve() not in seen:
            seen.add(file.resolve())
            _include_file(sources, file, merged)
    sources.data["sites"] = merged


def _included_files(sources: Sources) -> list[Path]:
    patterns = sources.data.get("include") or []
    if not isinstance(patterns, list):
        return []
    files: list[Path] = []
    for index, pattern in enumerate(patterns):
        if isinstance(pattern, str):
            found = sorted(glob.glob(str(sources.main.parent / pattern), recursive=True))
            if not found:
                _no_match(sources, index, pattern)
            files += [Path(name) for name in found]
    return files


def _no_match(sources: Sources, index: int, pattern: str) -> None:
    """A wildcard may stand for files that are yet to come; a file called by its name must be there."""
    message = f"no file matches {pattern!r}; correct the pattern or remove it"
    say = sources.remark if glob.has_magic(pattern) else sources.add
    say(("include", index), message)


def _include_file(sources: Sources, file: Path, merged: list[Any]) -> None:
    data = read_yaml(file, sources.problems)
    if data is None:
        return
    sites = data.get("sites")
    if isinstance(sites, list) and set(data) == {"sites"}:
        merged += sites
        sources.origins += [Origin(file, ("sites", index)) for index in range(len(sites))]
    elif "sites" in data:
        message = (
            "an included file holds sites: [...] or one site, and nothing else; move the other keys to the main file"
        )
        line, column = Marks(file).find((), False)
        sources.problems.append(Problem(str(file), line, column, message))
    else:
        merged.append(data)
        sources.origins.append(Origin(file, ()))


class _Environment(EnvSettingsSource):
    """pydantic-settings' reading of CCTV_A__B, over a given environment instead of the process's own."""

    def __init__(self, model: type[BaseModel], environ: Mapping[str, str]) -> None:
        self._environ = environ
        settings = cast(type[BaseSettings], model)  # it reads only the fields and the configuration of a model
        super().__init__(settings, case_sensitive=False, env_prefix=PREFIX, env_nested_delimiter="__")

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return parse_env_vars(self._environ, case_sensitive=False)


def _overlay(sources: Sources, environ: Mapping[str, str], model: type[BaseModel]) -> None:
    for name in environ:
        if name.startswith(PREFIX):
            _check_variable(sources, name, model)
    try:
        values = _Environment(model, environ)()
    except SettingsError as error:  # its message names the field; its cause would repeat the value
        name = PREFIX + str(error).split('"')[1].upper()
        sources.problems.append(Problem(f"environment {name}", 0, 0, "is not valid JSON; write a JSON list or mapping"))
        return
    _merge(sources, sources.data, values, (), PREFIX)


def _check_variable(sources: Sources, name: str, model: type[BaseModel]) -> None:
    """A plain unknown name may be that of a secret, or another program's: it is refused only where it has parts."""
    first, nested, _ = name.removeprefix(PREFIX).lower().partition("__")
    if first == "include":
        message = f"{first} is not taken from the environment; write it in the main file"
        sources.problems.append(Problem(f"environment {name}", 0, 0, message))
    if first in model.model_fields:
        return
    unknown = Problem(f"environment {name}", 0, 0, f"unknown key {first!r}; {nearest(first, model.model_fields)}")
    if nested:
        sources.problems.append(unknown)
    elif difflib.get_close_matches(first, model.model_fields, n=1, cutoff=0.8):
        sources.remarks.append(unknown)


def _merge(sources: Sources, into: Any, values: Mapping[str, Any], loc: Loc, prefix: str) -> None:
    """Lay nested ``values`` over ``into`` in place; a list is entered by index, or by id with - and . written _."""
    for name, value in values.items():
        variable = prefix + name.upper()
        key = _index(into, name) if isinstance(into, list) else name
        if key is None:
            message = f"there is no {'.'.join(map(str, (*loc, name)))}; there are {len(into)}, counted from 0"
            sources.problems.append(Problem(f"environment {variable}", 0, 0, message))
        elif isinstance(value, Mapping):
            _merge(sources, _holder(into, key, value), value, (*loc, key), f"{variable}__")
        else:
            into[key] = value
            sources.overrides[(*loc, key)] = variable


def _holder(into: Any, key: Any, values: Mapping[str, Any]) -> Any:
    """What ``values`` are laid over: what is there, or an empty list or mapping in place of anything else."""
    there = into.get(key) if isinstance(into, dict) else into[key]
    if not isinstance(there, dict | list):
        there = [] if all(name.isdigit() for name in values) else {}
        into[key] = there
    return there


def _index(items: list[Any], name: str) -> int | None:
    if name.isdigit() and int(name) < len(items):
        return int(name)
    ids = [
        str(item.get("id", "")).replace("-", "_").replace(".", "_") if isinstance(item, dict) else "" for item in items
    ]
    return ids.index(name) if name in ids else None
