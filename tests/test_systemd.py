"""A real datagram socket stands in for systemd: that is all the protocol is."""

import os
import socket

import pytest

from monitor import systemd


@pytest.mark.parametrize("abstract", [False, True])
def test_ready_reaches_the_socket(tmp_path, monkeypatch, abstract):
    name = f"\0cctv-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name)
        monkeypatch.setenv("NOTIFY_SOCKET", name.replace("\0", "@"))
        assert systemd.notify("READY=1", "STATUS=watching")
        assert listening.recv(100) == b"READY=1\nSTATUS=watching"
        systemd.reloading()
        assert listening.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")


def test_without_systemd_nothing_is_sent(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not systemd.notify("READY=1")


def test_the_watchdog_of_another_process_is_not_ours(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert systemd.watchdog_seconds() == 60
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert systemd.watchdog_seconds() is None
