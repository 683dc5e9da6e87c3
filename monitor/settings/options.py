"""Options that belong to one kind of recorder or of repair desk. The caller's map of kinds decides; these are ours."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, Field, SecretStr

from monitor.settings.schema import Strict
from monitor.settings.values import HttpUrl, Text, Timezone

Kinds = Mapping[str, type[BaseModel]]
"""Kind -> model of its own keys. A ``SecretStr`` field takes every form of secret; a ``Path`` field is relative to the
file that names it. A class attribute ``local = True`` says that a recorder of this kind needs no host."""


class SshOptions(Strict):
    """A recorder read through a shell or SFTP."""

    layout: str = Field(examples=['"/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4"'])
    """Absolute path pattern: strftime fields, ``*`` within one path part, ``{camera}`` = the channel of the camera."""
    layout_timezone: Timezone = Field(default="UTC", examples=["Asia/Shanghai"])
    """Time zone of the times in file names."""
    known_hosts: Path | None = Field(default=None, examples=["known_hosts"])
    """File with the host key of the recorder."""


class FilesOptions(Strict):
    """Recordings in a local or mounted tree."""

    local: ClassVar[bool] = True

    layout: str = Field(examples=['"/srv/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4"'])
    """Absolute path pattern, as of ssh."""
    layout_timezone: Timezone = Field(default="UTC", examples=["Asia/Shanghai"])
    """Time zone of the times in file names."""


class RestOptions(Strict):
    """A repair desk with an HTTP interface."""

    url: HttpUrl = Field(examples=["http://192.0.2.50/tickets"])
    """Where tickets are sent."""
    token: SecretStr | None = Field(default=None, examples=["{env: DESK_TOKEN}"])
    """Of the desk: {env: NAME}, {file: PATH}, {credential: NAME}, or text (works, warned about)."""
    username: Text | None = None
    """Login of the desk, where it wants one instead of a token."""
    password: SecretStr | None = None
    """Of that login, in the forms of token."""
    template: Text = Field(default="webhook", examples=["webhook"])
    """The shape of a message."""


RECORDER_OPTIONS: Kinds = {"ssh": SshOptions, "files": FilesOptions}
SINK_OPTIONS: Kinds = {"rest": RestOptions}
