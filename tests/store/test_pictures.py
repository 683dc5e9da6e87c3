"""Evidence pictures on disk: whole or not at all, and never more than their share."""

import os
from pathlib import Path

from monitor.model import Key
from monitor.store import pictures


def test_the_newest_picture_of_a_device_replaces_the_one_before(tmp_path: Path) -> None:
    for jpeg in (b"first", b"second"):
        pictures.save_newest(tmp_path, Key("school", "gate"), jpeg)
    assert pictures.newest(tmp_path, Key("school", "gate")).read_bytes() == b"second"
    assert [file.name for file in (tmp_path / "devices" / "school").iterdir()] == ["gate.jpg"]


def test_opening_pictures_beyond_the_cap_go_oldest_first(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        pictures.save_opening(tmp_path, pictures.opening_name(name), b"x" * 100)
        os.utime(tmp_path / "faults" / f"{name}.jpg", (1000 - age, 1000 - age))
    assert pictures.prune(tmp_path, cap=250) == 1
    assert sorted(file.stem for file in (tmp_path / "faults").iterdir()) == ["middle", "new"]
    assert pictures.prune(tmp_path, cap=250) == 0
