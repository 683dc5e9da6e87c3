"""systemd's own tools judge the unit, and it fits the daemon it starts."""

import re
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy/systemd/cctv-monitor.service"
TEXT = UNIT.read_text()


def systemd_analyze(*arguments: str) -> str:
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    there = tmp_path / UNIT.name
    there.write_text(TEXT.replace("/opt/cctv-monitor/bin/cctv", "/bin/true"))
    said = systemd_analyze("verify", "--man=no", str(there))  # of other units on this machine as well
    assert [line for line in said.splitlines() if UNIT.name in line] == []


def test_its_exposure_is_at_most_2() -> None:
    said = systemd_analyze("security", "--offline=true", "--threshold=20", "--no-pager", str(UNIT))
    assert float(re.search(r"Overall exposure level for \S+: ([\d.]+)", said)[1]) <= 2.0


def test_a_weaker_unit_would_be_noticed(tmp_path: Path) -> None:
    weak = tmp_path / UNIT.name
    weak.write_text(re.sub(r"^(Capability|SystemCall|Protect|Private).*\n", "", TEXT, flags=re.MULTILINE))
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(weak)]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("line", [line for line in TEXT.splitlines() if re.match(r"[A-Z]\w+=", line)])
def test_no_line_stands_twice(line: str) -> None:
    assert TEXT.splitlines().count(line) == 1


def test_the_daemon_can_feed_the_watchdog_it_is_given() -> None:
    """The feeding loop wakes at least every five seconds; the unit must leave it room."""
    assert int(re.search(r"^WatchdogSec=(\d+)$", TEXT, re.MULTILINE)[1]) >= 30
    assert "Type=notify\n" in TEXT
    assert "ExecReload=/bin/sh -c 'kill -HUP $MAINPID'\n" in TEXT
