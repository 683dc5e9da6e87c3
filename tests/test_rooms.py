"""Which library lives in which room, and what the pure rooms must not even import. Who imports whom of ours is checked
by import-linter (``make check``)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MONITOR = Path(__file__).parents[1] / "monitor"
HOMES = {
    "apprise": ("tickets/notify.py",),
    "apscheduler": ("schedule.py",),
    "av": ("vision/", "simulator/", "cli/machine.py"),  # the last only sees whether it loads
    "babel": ("words.py", "reports/render.py"),
    "bcrypt": ("web/access.py",),
    "cv2": ("vision/", "simulator/", "cli/machine.py", "workers.py"),  # the last sets its threads in each process
    "fastapi": ("web/",),
    "httpx": ("protocols/http.py", "protocols/http_wire.py", "tickets/rest.py"),
    "ifaddr": ("protocols/onvif/",),
    "jinja2": ("typesetting.py", "web/", "reports/"),
    "lxml": ("protocols/", "simulator/"),
    "numpy": ("vision/", "retention/", "simulator/", "judge/recordings.py"),
    "onvif": ("protocols/onvif/",),
    "paramiko": ("protocols/ssh.py", "protocols/ssh_login.py"),
    "pebble": ("workers.py",),
    "prometheus_client": ("metrics/",),
    "pydantic_settings": ("settings/",),
    "rich": ("cli/",),
    "sqlite3": ("store/", "retention/foreign_sqlite.py"),  # foreign data, never our state: docs/design/retention.md
    "starlette": ("web/",),
    "typer": ("cli/",),
    "uvicorn": ("web/",),
    "zeep": ("protocols/onvif/",),
}
PURE = ("blame/", "judge/", "vision/", "patience.py", "limits.py", "plan.py", "model/", *(
    f"retention/{name}.py" for name in ("calendar", "coverage", "forecast", "intervals", "verdict")
))  # fmt: skip
IMPURE = {"asyncio", "logging", "os", "pathlib", "random", "socket", "subprocess", "threading", "urllib"}


def imports(file: Path) -> Iterator[str]:
    """The outermost name of each module that is imported at run time."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    ignored = {id(inner) for node in for_types for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in ignored:
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and id(node) not in ignored:
            yield node.module.partition(".")[0]


USES = {str(file.relative_to(MONITOR)): set(imports(file)) for file in MONITOR.rglob("*.py")}


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_in_its_own_room_alone(library: str) -> None:
    assert {file for file, used in USES.items() if library in used and not file.startswith(HOMES[library])} == set()


def test_pure_rooms_do_no_input_or_output() -> None:
    found = {file: used & IMPURE for file, used in USES.items() if file.startswith(PURE)}
    assert len(found) > 40
    assert {file: bad for file, bad in found.items() if bad} == {}


def test_only_a_deadline_reads_a_clock_in_a_pure_room() -> None:
    assert {file for file, used in USES.items() if file.startswith(PURE) and "time" in used} == {"model/words.py"}
