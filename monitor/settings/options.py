"""Options that belong to one kind of recorder or of repair desk. The caller's map of kinds decides."""

from collections.abc import Mapping

from pydantic import BaseModel

from monitor.retention import RECORDERS
from monitor.tickets import SINKS

Kinds = Mapping[str, type[BaseModel]]
"""Kind -> model of its own keys. A ``SecretStr`` field takes every form of secret; a ``Path`` field is relative to the
file that names it. A class attribute ``local = True`` says that a recorder of this kind needs no host."""


RECORDER_OPTIONS: Kinds = {kind: entry.options for kind, entry in RECORDERS.items()}
SINK_OPTIONS: Kinds = {kind: entry.options for kind, entry in SINKS.items()}
