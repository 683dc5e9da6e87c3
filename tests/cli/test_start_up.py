"""A verb pays for what it needs: nothing heavy is imported before it is known what is wanted."""

import subprocess
import sys

import pytest

HEAVY = {"av", "cv2", "numpy", "pydantic", "fastapi", "zeep", "paramiko", "apscheduler", "jinja2", "sqlite3"}


@pytest.mark.parametrize("verb", ["check", "retention", "report", "leave-site", "explain"])
def test_a_verb_alone_is_light(verb: str):
    script = f"import sys; from monitor.cli import assembled; assembled([{verb!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
