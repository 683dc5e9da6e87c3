"""Options that belong to one kind of recorder or of repair desk. The caller's map of kinds decides; these are ours."""

from collections.abc import Mapping

from pydantic import BaseModel, Field, SecretStr

from monitor.retention import RECORDERS
from monitor.settings.schema import Strict
from monitor.settings.values import HttpUrl, Text

Kinds = Mapping[str, type[BaseModel]]
"""Kind -> model of its own keys. A ``SecretStr`` field takes every form of secret; a ``Path`` field is relative to the
file that names it. A class attribute ``local = True`` says that a recorder of this kind needs no host."""


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


RECORDER_OPTIONS: Kinds = {kind: entry.options for kind, entry in RECORDERS.items()}
SINK_OPTIONS: Kinds = {"rest": RestOptions}
