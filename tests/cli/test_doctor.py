"""``cctv doctor`` on machines that lack something: a folder, descriptors, a name server, a free port."""

import resource
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from monitor.cli import machine
from monitor.descriptors import PER_SLOT, RESERVE
from monitor.model import Verdict


def doctor(folder: Path, **limits: tuple[int, int]) -> tuple[int, str]:
    """Exit code and text of the verb, in a folder of its own; ``limits`` of the process by their RLIMIT name."""

    def prepare() -> None:
        for name, pair in limits.items():
            resource.setrlimit(getattr(resource, name), pair)

    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli", "doctor"],
        cwd=folder,
        env={"PATH": "/usr/bin", "COLUMNS": "200", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=prepare,
    )
    return done.returncode, done.stdout + done.stderr


def configure(folder: Path, port: int = 0, host: str = "127.0.0.1") -> None:
    (folder / "cctv.yaml").write_text(
        f"listen: 127.0.0.1:{port}\nsites:\n  - id: s\n    cameras:\n      - {{id: gate, rtsp: 'rtsp://{host}/1'}}\n"
    )


def line_of(text: str, subject: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(subject))


def test_everything_is_told_in_one_go(tmp_path: Path) -> None:
    configure(tmp_path)
    _, text = doctor(tmp_path)
    subjects = (
        "configuration",
        "Python",
        "state folder",
        "open files",
        "memory",
        "clock",
        "decoders",
        "DNS",
        "status page",
    )
    assert [line_of(text, subject) for subject in subjects]
    for subject in ("configuration", "Python", "state folder", "open files", "decoders", "DNS", "status page"):
        assert "ok" in line_of(text, subject)


def test_a_wrong_configuration_ends_with_2_and_the_machine_is_looked_at_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "cctv.yaml").write_text("sites: 7\n")
    code, text = doctor(tmp_path)
    assert code == 2
    assert "cctv.yaml:1:8" in line_of(text, "configuration")
    assert "ok" in line_of(text, "Python")


def test_sixty_four_descriptors_and_no_configuration_yet(tmp_path: Path) -> None:
    code, text = doctor(tmp_path, RLIMIT_NOFILE=(64, 64))
    assert code == 1
    assert f"at most 64 allowed, {RESERVE + 64 * PER_SLOT} needed" in line_of(text, "open files")
    assert "cctv config example > cctv.yaml" in line_of(text, "configuration")


def test_the_version_needs_no_verb() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout[:13]) == (0, "cctv-monitor ")


def test_a_state_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = machine.state_folder(tmp_path / "file" / "state")
    assert found.verdict is Verdict.FAULT
    assert "may this user write there?" in found.words


def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "DISK_LEAST", 10**18)
    assert "at least" in machine.state_folder(tmp_path).words


def test_a_name_that_does_not_exist() -> None:
    found = machine.names(["127.0.0.1", "no-such-camera.invalid"])
    assert found.verdict is Verdict.FAULT
    assert "no-such-camera.invalid" in found.words


def test_a_resolver_that_hangs_is_waited_for_no_longer_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "DNS_HANGS", 0.1)
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: never.wait(5))
    found = machine.names(["camera.example"])
    never.set()
    assert found.verdict is Verdict.FAULT
    assert "no answer in" in found.words


def test_a_port_that_another_program_holds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=say_hello, args=(other,), daemon=True).start()
        found = machine.page(other.getsockname())
    assert found.verdict is Verdict.FAULT
    assert "change listen" in found.words


def say_hello(server: socket.socket) -> None:
    line, _ = server.accept()
    with line:
        line.recv(1000)
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\nhello\n")


def test_a_port_that_our_daemon_holds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=say_healthy, args=(other,), daemon=True).start()
        assert machine.page(other.getsockname()).verdict is Verdict.OK


def say_healthy(server: socket.socket) -> None:
    line, _ = server.accept()
    with line:
        line.recv(1000)
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\nhealthy\n")


def test_little_memory_is_a_fault_and_an_odd_kernel_no_answer(tmp_path: Path) -> None:
    (tmp_path / "little").write_text("MemTotal: 100 kB\nMemAvailable: 100 kB\n")
    assert machine.memory(tmp_path / "little").verdict is Verdict.FAULT
    assert machine.memory(tmp_path / "none").verdict is Verdict.UNKNOWN
