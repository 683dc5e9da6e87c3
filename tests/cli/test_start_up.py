"""A verb pays for what it needs: nothing heavy is imported before it is known what is wanted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"av", "cv2", "numpy", "pydantic", "fastapi", "zeep", "paramiko", "apscheduler", "jinja2", "sqlite3"}


@pytest.mark.parametrize("verb", ["check", "retention", "report", "leave-site", "explain"])
def test_a_verb_alone_is_light(verb: str):
    script = f"import sys; from monitor.cli import assembled; assembled([{verb!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()


def test_a_look_at_a_camera_needs_no_recorder():
    script = "import sys, monitor.cli.looking; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"av", "cv2", "numpy", "pydantic", "paramiko", "monitor.retention"} & set(done.stdout.split()) == set()


def shell(line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m monitor.cli {line}"
    return subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=False, env={**os.environ, **environ}
    )


@pytest.mark.parametrize("line", ["explain frozen", "config example", "--help"])
def test_what_cannot_be_written_is_no_fault_that_was_seen(line: str):
    done = shell(f"{line} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "the output cannot be written: No space left on device\n"


def test_a_closed_output_and_a_poor_encoding_are_no_trace():
    assert shell("explain frozen >&- 2>&-").returncode == 0
    done = shell("explain frozen --lang zh", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "(frozen)" in done.stdout


def test_a_reader_that_hangs_up_is_no_fault_that_was_seen():
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "monitor.cli", "explain", "frozen"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (2, "the output cannot be written: Broken pipe\n")


def test_an_error_of_ours_is_no_fault_that_was_seen(tmp_path: Path):
    """A library that is broken stands for whatever nobody thought of."""
    (tmp_path / "yaml.py").write_text("import os\nraise RuntimeError(os.environ['URL'])")
    done = shell("explain frozen", PYTHONPATH=str(tmp_path), URL="rtsp://viewer:s3cret@192.0.2.1/")
    assert done.returncode == 2
    assert done.stderr.endswith("the monitor itself failed (RuntimeError); nothing is said about any device\n")
    assert f"{tmp_path}/yaml.py" in done.stderr
    assert "s3cret" not in done.stderr


ORDINARY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
"""Root without the right to read everything."""


def test_what_may_not_be_read_is_said_in_a_line(tmp_path: Path):
    (tmp_path / "cctv.yaml").write_text("sites: [{id: a, username: b, password: {credential: key}}]")
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    said = status(tmp_path / "cctv.yaml", CREDENTIALS_DIRECTORY=str(tmp_path / "closed"))
    assert f"cannot read the secret file {tmp_path}/closed/key: Permission denied" in said
    assert status(tmp_path / "closed/cctv.yaml").startswith(f"{tmp_path}/closed/cctv.yaml: ")


def status(config: Path, **environ: str) -> str:
    """The one line of a refusal."""
    command = [*ORDINARY, sys.executable, "-m", "monitor.cli", "status", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environ})
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    return done.stderr


def test_nobody_there_to_type_a_password_is_no_fault_that_was_seen():
    done = shell("check 127.0.0.1:9 --username viewer < /dev/null")
    assert done.returncode == 2
    assert "no password was given; type it, or set CCTV_PASSWORD" in done.stderr
