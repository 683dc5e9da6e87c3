"""Papers in the state folder belong to whom the folder belongs, whoever's verb wrote them."""

import os
from pathlib import Path

from monitor.reports.archive import Archive

DOCUMENT = {"site": "school-3", "kind": "inspection", "made_at": "2026-03-05T09:00:00+00:00", "timezone": "UTC"}


def test_what_roots_verbs_write_is_the_daemons(tmp_path: Path) -> None:
    """Under systemd the daemon has an account of its own; root inspects and certifies beside it."""
    daemon = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(tmp_path, daemon, -1)
    Archive(tmp_path).keep(DOCUMENT, {"html": b"<p>"})
    made = [tmp_path / "reports", *(tmp_path / "reports").rglob("*")]
    assert len(made) == 4
    assert {path.stat().st_uid for path in made} == {daemon}
