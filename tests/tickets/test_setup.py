"""What the desk knows from the configuration."""

from datetime import UTC, datetime
from pathlib import Path

from monitor.model import Fault, FaultKind, Key, Subject
from monitor.settings import load
from monitor.tickets.setup import policy_of
from monitor.tickets.text import place_of, title

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CONFIG = """
sites:
  - id: school
    place: 1 Long Road
    devices: [{id: switch-1, name: "Switch, first floor", place: cupboard 12}]
    cameras: [{id: gate, rtsp: "rtsp://127.0.0.2/", parent: switch-1}]
"""


def test_a_switch_nobody_looks_at_is_named_and_found_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "cctv.yaml").write_text(CONFIG)
    policy = policy_of(load(tmp_path / "cctv.yaml"))
    key = Key("school", "switch-1")
    fault = Fault("f1", Subject(key, "behind"), FaultKind.UNREACHABLE, NOW, NOW, "all silent")
    site = policy.sites["school"]
    assert title(fault, policy.targets[key], site) == "Switch, first floor (school/switch-1): not reachable"
    assert place_of(policy.targets[key], site) == "1 Long Road, cupboard 12"
