"""TLS and logins from a ``web.yml`` as Prometheus' exporter-toolkit has it; keys it does not know are refused."""

import asyncio
import base64
import binascii
import hashlib
import secrets
import ssl
from pathlib import Path
from typing import Literal

import bcrypt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.settings.errors import ConfigError, Problem
from monitor.settings.text import Marks, read_yaml
from monitor.settings.words import sentence
from monitor.web.guard import LOGGED_IN, refused
from monitor.words import _

_REMEMBERED = 100
"""Verified logins kept, so that bcrypt (tens of milliseconds of CPU) is not paid at every scrape."""
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENTS = {
    "NoClientCert": ssl.CERT_NONE,
    "RequestClientCert": ssl.CERT_OPTIONAL,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAnyClientCert": ssl.CERT_REQUIRED,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}


class TlsConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cert_file: Path
    key_file: Path
    client_ca_file: Path | None = None
    client_auth_type: Literal[
        "NoClientCert",
        "RequestClientCert",
        "VerifyClientCertIfGiven",
        "RequireAnyClientCert",
        "RequireAndVerifyClientCert",
    ] = "NoClientCert"
    min_version: Literal["TLS12", "TLS13"] = "TLS12"

    def context(self) -> ssl.SSLContext:
        """Raises OSError or ssl.SSLError if a file cannot be used."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = _VERSIONS[self.min_version]
        made.load_cert_chain(self.cert_file, self.key_file)
        if self.client_ca_file:
            made.load_verify_locations(self.client_ca_file)
        made.verify_mode = _CLIENTS[self.client_auth_type]
        return made


class WebConfig(BaseModel):
    """What ``web.yml`` may say."""

    model_config = ConfigDict(extra="forbid")
    tls_server_config: TlsConfig | None = None
    basic_auth_users: dict[str, str] = Field(default_factory=dict, repr=False)

    @field_validator("basic_auth_users")
    @classmethod
    def _hashed(cls, users: dict[str, str]) -> dict[str, str]:
        for name, hashed in users.items():
            if not hashed.startswith(("$2a$", "$2b$", "$2y$")) or len(hashed) != 60:
                raise ValueError(f"the password of {name!r} is no bcrypt hash; write what htpasswd -nBC 10 {name} says")
        return users


def load_web_config(file: Path) -> WebConfig:
    """Read ``web.yml``; file names in it are relative to its folder. Raises ConfigError with all that is wrong."""
    problems: list[Problem] = []
    found = read_yaml(file, problems)
    if found is None:
        raise ConfigError(problems)
    try:
        config = WebConfig.model_validate(found)
    except ValidationError as failed:
        errors = failed.errors(include_url=False)
        raise ConfigError(problems + [_problem(file, error) for error in errors]) from None
    if config.tls_server_config:
        _check_tls(file, config.tls_server_config)
    return config


def _problem(file: Path, error: ErrorDetails) -> Problem:
    line, column = Marks(file).find(error["loc"], key=error["type"] == "extra_forbidden")
    return Problem(str(file), line, column, sentence(WebConfig, error))


def _check_tls(file: Path, tls: TlsConfig) -> None:
    """Also makes its file names whole."""
    for name in ("cert_file", "key_file", "client_ca_file"):
        if getattr(tls, name):
            setattr(tls, name, file.parent / getattr(tls, name))
    try:
        tls.context()
    except OSError as refused:  # ssl.SSLError is one
        line, column = Marks(file).find(("tls_server_config",), key=True)
        why = refused.strerror or type(refused).__name__
        words = f"tls_server_config: its files cannot be used: {why}; write PEM files that this account may read"
        raise ConfigError([Problem(str(file), line, column, words)]) from None


class BasicAuth:
    """Asks every request for a login. Passwords are checked one at a time in a thread; good ones are remembered."""

    def __init__(self, app: ASGIApp, users: dict[str, str]) -> None:
        self._app = app
        self._users = {name: hashed.encode() for name, hashed in users.items()}
        self._nobody = bcrypt.hashpw(secrets.token_bytes(16), bcrypt.gensalt(10))
        self._salt = secrets.token_bytes(16)
        self._good: set[bytes] = set()
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        person = await self._person(Headers(scope=scope).get("authorization", ""))
        if person is not None:
            await self._app({**scope, LOGGED_IN: person}, receive, send)
            return
        ask = {"WWW-Authenticate": 'Basic realm="cctv-monitor", charset="UTF-8"'}
        await refused(scope, _("A login is needed."), 401, ask)(scope, receive, send)

    async def _person(self, header: str) -> str | None:
        """The name of a good login, else None."""
        login = _login(header)
        if login is None:
            return None
        name, password = login
        mark = hashlib.blake2b(name.encode() + b"\0" + password, key=self._salt).digest()
        if mark in self._good:
            return name
        async with self._one_at_a_time:
            good = await asyncio.to_thread(self._matches, name, password)
        if good and len(self._good) < _REMEMBERED:
            self._good.add(mark)
        return name if good else None

    def _matches(self, name: str, password: bytes) -> bool:
        # An unknown name costs the same time as a wrong password, so that names cannot be found out.
        matches = bcrypt.checkpw(password[:72], self._users.get(name, self._nobody))
        return matches and name in self._users


def _login(header: str) -> tuple[str, bytes] | None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(token, validate=True).partition(b":")
        return (name.decode(), password) if colon and b"\0" not in password else None
    except (binascii.Error, UnicodeDecodeError):
        return None
