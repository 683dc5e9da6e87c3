"""What works but should not stay: secrets in plain sight."""

from collections.abc import Iterator, Set
from typing import Any

from monitor.protocols.shown import speaks_a_secret
from monitor.settings.secrets import FORMS
from monitor.settings.sources import Loc, Sources
from monitor.settings.values import split_login

ADDRESSES = {"rtsp", "rtsp_sub", "onvif", "url"}
SECRETS = frozenset({"password", "token", "notify"})


def warnings_of(sources: Sources, secrets: Set[str] = SECRETS) -> list[str]:
    """One line for each plain secret in a file; those set in the environment are where they belong."""
    found = [(loc, text) for loc, text in _walk(sources.data, (), secrets) if not sources.variable(loc)]
    return [str(sources.problem(loc, text)) for loc, text in found]


def _walk(value: Any, loc: Loc, secrets: Set[str]) -> Iterator[tuple[Loc, str]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, dict | list):
            yield from _walk(inner, (*loc, key), secrets)
            continue
        name = loc[-1] if isinstance(key, int) else key
        if (name in secrets or name in ADDRESSES) and (warning := _warning(name, inner, secrets)):
            yield (*loc, key), warning


def _warning(key: Any, value: Any, secrets: Set[str]) -> str:
    if key in secrets and isinstance(value, str | int) and value != "":
        return f"{key} stands here in plain text; write {FORMS}"
    if key in ADDRESSES and isinstance(value, str):
        if "@" in value and split_login(value)[1] is not None:
            return (
                f"{key} holds a login; write it as username: and password: {{file: PATH}} beside the address without it"
            )
        if speaks_a_secret(value):
            return f"{key} holds a login in its path, in plain text; write an address without, if there is one"
    return ""
