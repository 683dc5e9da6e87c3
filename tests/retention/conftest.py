"""A real OpenSSH server for the tests of recorders."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from ssh_host import ALLOWED, GREETING, HANGING, NOTING, OWN_DF, SLOW_CLOCK, Host, busybox, script, start_sshd


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("sshd")
    yield from start_sshd(
        folder,
        {
            "shell": "",
            "sftp": 'restrict,command="internal-sftp -R"',
            "busybox": f'restrict,command="{busybox(folder)}"',
            "findless": f'restrict,command="{busybox(folder, "findless", without=("find", "stat"))}"',
            "old-busybox": f'restrict,command="{busybox(folder, "old", old_timeout=127)}"',
            "older-busybox": f'restrict,command="{busybox(folder, "older", old_timeout=1)}"',
            "timeless": f'restrict,command="{busybox(folder, "timeless", without=("timeout",))}"',
            "forced": f'restrict,command="{ALLOWED}"',
            "hanging": f'restrict,command="{script(folder / "hanging", HANGING)}"',
            "greeting": f'restrict,command="{script(folder / "greeting", GREETING)}"',
            "slow-clock": f'restrict,command="{script(folder / "slow-clock", SLOW_CLOCK)}"',
            "noting": f'restrict,command="{script(folder / "noting", NOTING)}"',
            "own-df": f'restrict,command="{script(folder / "own-df", OWN_DF)}"',
            "nothing": 'restrict,command="/bin/false"',
        },
    )


@pytest.fixture(scope="session")
def old_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A recorder that speaks only what modern clients have dropped."""
    old = (
        "KexAlgorithms diffie-hellman-group14-sha1",
        "HostKeyAlgorithms ssh-rsa",
        "Ciphers aes128-cbc",
        "MACs hmac-sha1",
    )
    yield from start_sshd(tmp_path_factory.mktemp("sshd-old"), {"shell": ""}, *old)


@pytest.fixture(scope="session")
def foreign_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A server with no cipher in common with us."""
    lines = ("Ciphers chacha20-poly1305@openssh.com",)
    yield from start_sshd(tmp_path_factory.mktemp("sshd-foreign"), {"shell": ""}, *lines)


@pytest.fixture
def now() -> float:
    return datetime.now(UTC).timestamp()
