"""The keys of each kind of repair desk in the configuration."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from monitor.tickets.templates import load_template


def _http_url(value: str) -> str:
    """The messages never repeat the address: it may hold a password."""
    if value.partition("://")[0].lower() not in ("http", "https"):
        raise ValueError("must begin with http:// or https://; write for example http://192.0.2.50/tickets")
    try:
        parts = urlsplit(value)
        readable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        readable = False
    if not readable:
        raise ValueError("is not a readable address; write for example http://192.0.2.50/tickets")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a login; write it beside the address as token, or as username and password")
    return value


def _known_template(name: str) -> str:
    load_template(name)
    return name


def _readable_template(file: Path) -> Path:
    load_template("", file)
    return file


Text = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]


class Options(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, protected_namespaces=())


class RestOptions(Options):
    """A repair desk with an HTTP interface."""

    url: Annotated[str, AfterValidator(_http_url)] = Field(examples=["http://192.0.2.50/tickets"])
    """Where tickets are sent: for `webhook` the very address, for the others the address of the desk's start page."""
    token: SecretStr | None = Field(default=None, examples=["{env: DESK_TOKEN}"])
    """Of the desk: {env: NAME}, {file: PATH}, {credential: NAME}, or text (works, warned about)."""
    username: Text | None = None
    """Login of the desk, where it wants one instead of a token."""
    password: SecretStr | None = None
    """Of that login, in the forms of token."""
    template: Annotated[Text, AfterValidator(_known_template)] = Field(default="webhook", examples=["webhook"])
    """The shape of a message: webhook, request-tracker, roundup, redmine, zammad, glpi, jira, servicenow."""
    template_file: Annotated[Path, AfterValidator(_readable_template)] | None = Field(
        default=None, examples=["our-desk.yaml"]
    )
    """A template of your own instead."""
    fields: dict[str, Text] = Field(default={}, examples=[{"queue": "CCTV"}])
    """Values of the desk that its template asks for: a queue, a project, a group."""


class NotifyOptions(Options):
    """A message to people instead of a ticket, through apprise."""

    address: SecretStr = Field(examples=["{env: WECOM_URL}"])
    """An apprise URL (mailto://, wecombot://, dingtalk://, feishu:// and many more): {env: NAME}, {file: PATH},
    {credential: NAME}, or text (works, warned about)."""
