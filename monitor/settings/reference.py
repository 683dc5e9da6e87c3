"""The reference page of the configuration, made from the models, so that it cannot drift."""

import dataclasses
import inspect
import json
from collections.abc import Container, Iterator
from typing import Any, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from monitor.limits import Limits
from monitor.settings.options import Kinds
from monitor.settings.overrides import attribute_docstrings
from monitor.settings.root import Settings
from monitor.settings.schema import (
    Camera,
    Inspection,
    MonthDay,
    Passive,
    Patience,
    Poll,
    Recorder,
    Reports,
    Sink,
    Site,
    Tickets,
    Warranty,
    WeekDay,
)

_HEAD = """\
# Configuration

*Made from the models by `cctv config reference`; a test keeps it so.*

One YAML file, named by `--config`, else `$CCTV_CONFIG`, else `./cctv.yaml`, else `/etc/cctv-monitor/cctv.yaml`. `cctv
config example` prints one to begin with, `cctv config check` says what is wrong with yours, `cctv config show` what
it comes to, and `cctv config schema` prints a JSON schema for editors (`# yaml-language-server: $schema=…`).

A configuration is loaded whole or not at all; a reload (SIGHUP) that fails leaves the old one in force. Every mistake
is named as `file:line:column: what is wrong; what to write instead`.

**Values.** Durations are `500ms`, `60s`, `5m`, `2h`, `1d`, `1h30m` or plain seconds. Ids are 1 to 64 of `a-z 0-9 . _
-`, beginning with a letter or digit. Words are read as in YAML 1.2: only `true` and `false` are truth values,
`08:30`, `0123` and dates are text. Relative paths (password files, `known_hosts`, `web_config`, `include`) begin at
the folder of the file that names them; `state_dir` begins at the working folder.

**Secrets** are `{file: PATH}` (one line break at its end is dropped), `{env: NAME}`, `{credential: NAME}` (a file in
`$CREDENTIALS_DIRECTORY`, set by systemd's `LoadCredential=`), or plain text, which works and is warned about. A login
inside an `rtsp://` address is moved out of it and warned about; `username` and `password` beside the address win over
it.

**Environment.** `CCTV_` and the path of a key, joined by `__`, overrides any single value: `CCTV_POLL__INTERVAL=30s`,
`CCTV_LIMITS__STREAM__LOSS_RATIO=0.05`. An item of a list is named by its number from 0, or by its id with `-` and `.`
written `_`: `CCTV_SITES__0__CAMERAS__1__RTSP=…`, `CCTV_SITES__SCHOOL_3__CAMERAS__GATE__PASSWORD=…`. Sites of included
files are numbered after those of the main file, in the order of their names. A whole list or mapping is written as
JSON: `CCTV_INCLUDE='["sites/*.yaml"]'`.

**Includes.** Each file that a pattern of `include` matches holds `sites: [...]`, or one site. A wildcard that matches
nothing is warned about; a file named without one must be there.
"""

_SECTIONS: list[tuple[str, type[BaseModel], str]] = [
    ("The file", Settings, ""),
    ("`poll`", Poll, ""),
    ("`patience`", Patience, ""),
    ("`sites[]`", Site, ""),
    ("`sites[].inspection`", Inspection, ""),
    ("`sites[].cameras[]`", Camera, ""),
    ("`warranty` of a device", Warranty, ""),
    ("`sites[].recorders[]`", Recorder, "recorder"),
    ("`sites[].devices[]`", Passive, ""),
    ("`tickets`", Tickets, ""),
    ("`tickets.sinks[]`", Sink, "sink"),
    ("`reports`", Reports, ""),
    ("`reports.weekly`", WeekDay, ""),
    ("`reports.monthly`", MonthDay, ""),
]


def page(recorder_kinds: Kinds, sink_kinds: Kinds) -> str:
    """The whole page as Markdown."""
    kinds = {"": {}, "recorder": recorder_kinds, "sink": sink_kinds}
    parts = [_HEAD]
    for title, model, of_kind in _SECTIONS:
        parts.append(_section(title, model))
        for kind, own in sorted(kinds[of_kind].items()):
            parts.append(_section(f"Further keys of {of_kind} kind `{kind}`", own, model.model_fields))
    return "\n".join([*parts, *_limits()])


def _section(title: str, model: type[BaseModel], but: Container[str] = ()) -> str:
    words = _own_words(model)
    rows = [_row(name, field) for name, field in model.model_fields.items() if not field.exclude and name not in but]
    head = [f"## {title}", *([words, ""] if words else [""])]
    return "\n".join([*head, "| key | meaning | default | example |", "|---|---|---|---|", *rows, ""])


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{name}` | {_cell(field.description or '')} | {_default(field)} | {_example(field)} |"


def _own_words(model: type[BaseModel]) -> str:
    return "\n" + inspect.cleandoc(model.__doc__) if model.__doc__ and "__doc__" in vars(model) else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default()
    if value is None or value is PydanticUndefined or isinstance(value, BaseModel) or value in ("", []):
        return ""
    return f"`{json.dumps(value, ensure_ascii=False, default=str)}`"


def _example(field: FieldInfo) -> str:
    if not field.examples:
        return ""
    example = field.examples[0]
    return f"`{example if isinstance(example, str) else json.dumps(example)}`"


def _limits() -> Iterator[str]:
    yield "## `limits`\n"
    yield "Thresholds: everywhere, at a site, or at one device; the narrowest wins. `…_seconds` take durations.\n"
    for name, group in get_type_hints(Limits).items():
        yield f"### `limits.{name}`\n"
        yield "| key | meaning | default |\n|---|---|---|"
        yield from _limit_rows(group)
        yield ""


def _limit_rows(group: Any) -> Iterator[str]:
    words = attribute_docstrings(group)
    for field in dataclasses.fields(group):
        default = "not judged" if field.default is None else f"`{field.default}`"
        yield f"| `{field.name}` | {_cell(words.get(field.name, ''))} | {default} |"
