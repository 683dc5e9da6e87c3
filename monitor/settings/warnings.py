"""What works but should not stay: secrets in plain sight."""

from collections.abc import Iterator
from typing import Any

from monitor.settings.secrets import FORMS
from monitor.settings.sources import Loc, Sources

_SECRETS = {"password", "token"}
_ADDRESSES = {"rtsp", "rtsp_sub", "onvif"}


def warnings_of(sources: Sources) -> list[str]:
    """One line for each plain secret in a file; those set in the environment are where they belong."""
    found = [(loc, text) for loc, text in _walk(sources.data, ()) if not sources.variable(loc)]
    return [str(sources.problem(loc, text)) for loc, text in found]


def _walk(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _walk(inner, (*loc, key))
            elif warning := _warning(key, inner):
                yield (*loc, key), warning
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, dict | list):
                yield from _walk(inner, (*loc, index))


def _warning(key: Any, value: Any) -> str:
    if key in _SECRETS and isinstance(value, str | int):
        return f"{key} stands here in plain text; write {key}: {FORMS}"
    if key in _ADDRESSES and isinstance(value, str) and "@" in value.partition("?")[0]:
        return f"{key} holds a login; write it as username: and password: {{file: PATH}} beside the address without it"
    return ""
