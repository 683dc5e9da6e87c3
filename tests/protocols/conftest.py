"""What several tests of devices need."""

import socket

import pytest


@pytest.fixture
def no_such_name(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name of which the name server says that nobody has it. No server outside is asked: there may be none."""
    asked, name = socket.getaddrinfo, "no-such-host.invalid"

    def answer(host, *args, **more):
        if host == name:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return asked(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return name
