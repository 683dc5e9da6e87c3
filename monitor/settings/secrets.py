"""Passwords and tokens: where they may be kept, and how they are fetched. Nothing here ever repeats one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr, ValidationInfo, WithJsonSchema

from monitor.settings.values import wrong

FORMS = "{file: PATH}, {env: NAME} or {credential: NAME}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a secret is looked up in: the folder of the file that names it, and the environment."""

    folder: Path
    environ: Mapping[str, str]


def resolve(value: Any, around: Surroundings) -> str:
    """The secret itself, from plain text or from one of the three kinds of reference."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict) and len(value) == 1:
        [(source, name)] = value.items()
        if source in _SOURCES and isinstance(name, str) and name:
            return _held(_SOURCES[source](name, around), source, name)
    raise wrong(f"is not a secret; write {FORMS}, or text in quotes")


def _held(secret: str, source: str, name: str) -> str:
    """An empty place was meant to be filled, and an empty password at the door may lock the account."""
    if not secret:
        raise wrong(f"the {source} {name} is empty; write the secret there, or '' here where there is none")
    return secret


def _from_env(name: str, around: Surroundings) -> str:
    if name not in around.environ:
        raise wrong(f"the environment variable {name} is not set; set it, or keep the secret elsewhere: {FORMS}")
    return around.environ[name]


def _from_file(name: str, around: Surroundings) -> str:
    path = around.folder / name
    try:
        return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise wrong(f"cannot read the secret file {path}: {error.strerror}; create it or correct the path") from None
    except UnicodeDecodeError:
        raise wrong(f"the secret file {path} is not UTF-8 text; write the secret alone on its one line") from None


def _from_credential(name: str, around: Surroundings) -> str:
    folder = around.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        raise wrong(
            f"the credential {name} needs $CREDENTIALS_DIRECTORY, which systemd sets; "
            f"write LoadCredential={name}:PATH in the unit, or use {{file: PATH}}"
        )
    path = Path(folder) / name
    if os.access(folder, os.X_OK) and not path.is_file():  # of a closed folder, reading says what is wrong
        raise wrong(f"the credential {name} is not in {folder}; write LoadCredential={name}:PATH in the unit")
    return _from_file(str(path), around)


_SOURCES = {"env": _from_env, "file": _from_file, "credential": _from_credential}


def _validate(value: Any, info: ValidationInfo[Any]) -> str:
    assert isinstance(info.context, Surroundings)
    return resolve(value, info.context)


_REFERENCES = [
    {"type": "object", "properties": {name: {"type": "string"}}, "required": [name], "additionalProperties": False}
    for name in _SOURCES
]

Secret = Annotated[SecretStr, BeforeValidator(_validate), WithJsonSchema({"anyOf": [*_REFERENCES, {"type": "string"}]})]
"""A secret in a settings model; the validation context is a :class:`Surroundings`."""
