"""A configuration file to :class:`Settings`, whole or not at all: a function of the files and the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from monitor.settings.errors import ConfigError
from monitor.settings.kinds import secret_keys, with_options
from monitor.settings.options import RECORDER_OPTIONS, SINK_OPTIONS, Kinds
from monitor.settings.pause import collector_at_rest
from monitor.settings.references import check_references
from monitor.settings.root import Settings
from monitor.settings.schema import Site
from monitor.settings.secrets import Surroundings
from monitor.settings.sources import Loc, Sources, gather
from monitor.settings.warnings import SECRETS, warnings_of
from monitor.settings.words import sentence

M = TypeVar("M", bound=BaseModel)


def load(
    path: Path,
    environ: Mapping[str, str] = os.environ,
    recorder_kinds: Kinds = RECORDER_OPTIONS,
    sink_kinds: Kinds = SINK_OPTIONS,
) -> Settings:
    """Read ``path``, what it includes and ``CCTV_…__…`` of ``environ``.

    Raises ConfigError with everything that is wrong, each at its place.
    """
    with collector_at_rest():
        return _load(Path(path), environ, recorder_kinds, sink_kinds)


def _load(path: Path, environ: Mapping[str, str], recorder_kinds: Kinds, sink_kinds: Kinds) -> Settings:
    sources = gather(path, environ, Settings)
    if sources.data:
        check_references(sources)
    settings = _settings(sources, environ, recorder_kinds, sink_kinds)
    if settings is None or sources.problems:
        raise ConfigError(sources.problems)
    if settings.poll.deadline > settings.poll.interval:
        sources.remark(("poll",), "deadline is longer than interval: a slow look makes the next one wait")
    settings._warnings.extend(str(remark) for remark in sources.remarks)
    settings._warnings.extend(warnings_of(sources, SECRETS | secret_keys(recorder_kinds, sink_kinds)))
    return settings


def _settings(
    sources: Sources, environ: Mapping[str, str], recorder_kinds: Kinds, sink_kinds: Kinds
) -> Settings | None:
    if not sources.data:
        return None
    data = dict(sources.data)
    if isinstance(data.get("sites"), list):
        data["sites"] = [
            _site(sources, index, site, environ, recorder_kinds) for index, site in enumerate(data["sites"])
        ]
        data["sites"] = [site for site in data["sites"] if site is not None]
    around = Surroundings(sources.folder(), environ)
    if isinstance(data.get("tickets"), dict):
        data["tickets"] = with_options(sources, data["tickets"], "sinks", ("tickets",), sink_kinds, around)
    if "state_dir" not in data and environ.get("STATE_DIRECTORY"):
        data["state_dir"] = environ["STATE_DIRECTORY"].split(":")[0]
    if isinstance(data.get("web_config"), str):
        data["web_config"] = _readable(sources, ("web_config",), around.folder.absolute() / data["web_config"])
    return _validate(sources, Settings, data, (), around)


def _readable(sources: Sources, loc: Loc, path: Path) -> Path:
    if not os.access(path, os.R_OK) or path.is_dir():
        sources.add(loc, f"{loc[-1]}: cannot read the file {path}; create it or correct the path")
    return path


def _site(sources: Sources, index: int, site: Any, environ: Mapping[str, str], kinds: Kinds) -> Site | None:
    loc: Loc = ("sites", index)
    around = Surroundings(sources.folder(loc), environ)
    if isinstance(site, dict):
        site = with_options(sources, site, "recorders", loc, kinds, around)
    return _validate(sources, Site, site, loc, around)


def _validate(sources: Sources, model: type[M], data: Any, loc: Loc, around: Surroundings) -> M | None:
    """The model, or None after adding every error of it to the problems."""
    try:
        return model.model_validate(data, context=around)
    except ValidationError as failed:
        for error in failed.errors(include_url=False):
            sources.add((*loc, *error["loc"]), sentence(model, error), key=error["type"] == "extra_forbidden")
    return None
