"""YAML, environment and secret files -> sites, cameras, recorders. Refuses what it does not know."""

from monitor.settings.errors import ConfigError, Problem
from monitor.settings.find import find_config
from monitor.settings.load import load
from monitor.settings.options import RECORDER_OPTIONS, SINK_OPTIONS
from monitor.settings.root import Settings
from monitor.settings.schema import Camera, Recorder, Site

__all__ = [
    "RECORDER_OPTIONS",
    "SINK_OPTIONS",
    "Camera",
    "ConfigError",
    "Problem",
    "Recorder",
    "Settings",
    "Site",
    "find_config",
    "load",
]
