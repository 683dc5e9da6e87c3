"""A real OpenSSH server on loopback, with accounts of every sort, for whoever runs the tests."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.model import Channel, Credentials, Evidence, Key, LoginState, Target

SSHD = "/usr/sbin/sshd"
BUSYBOX = """#!/bin/sh
exec env PATH={folder} {folder}/sh -c "$SSH_ORIGINAL_COMMAND"
"""
OLD_TIMEOUT = """#!/bin/sh
# As BusyBox had it before 1.30: the seconds are an option, and the first word is what to run.
if [ "$1" != -t ]; then echo "timeout: can't execute '$1': No such file or directory" >&2; exit {status}; fi
shift
exec {real} timeout "$@"
"""
HANGING = """#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in *find*) exec sleep 600;; *) exec sh -c "$SSH_ORIGINAL_COMMAND";; esac
"""
SLOW_CLOCK = """#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in *"date -u"*) expr $(date +%s) - 7200;; *) exec sh -c "$SSH_ORIGINAL_COMMAND";; esac
"""
OWN_DF = """#!/bin/sh
PATH="$(dirname "$0")/own-df-tools:$PATH" exec sh -c "$SSH_ORIGINAL_COMMAND"
"""
GREETING = """#!/bin/sh
echo "Welcome to NAS-7000"
date "+** it is %S.%N, 3 users **"
exec sh -c "$SSH_ORIGINAL_COMMAND"
"""
NOTING = """#!/bin/sh
[ "$SSH_ORIGINAL_COMMAND" != internal-sftp ] || exec /usr/lib/openssh/sftp-server -R
printf '%s\\n' "$SSH_ORIGINAL_COMMAND" >> "$0.said"
exec sh -c "$SSH_ORIGINAL_COMMAND"
"""
ALLOWED = Path(__file__).parents[2] / "deploy/recorder/nvr-ro"


@dataclass(frozen=True)
class Host:
    """A running sshd and the ways into it."""

    port: int
    folder: Path
    keys: Mapping[str, Path]  # account -> private key
    log: Path

    def target(self, account: str, layout: str, *channels: str, **changes: object) -> Target:
        options = {
            "layout": layout,
            "port": self.port,
            "known_hosts": str(self.folder / "known_hosts"),
            "private_key": str(self.keys[account]),
        } | dict(changes.pop("options", {}))  # type: ignore[call-overload]
        options = {name: value for name, value in options.items() if value is not None}
        return Target(
            Key("school", "nvr"),
            "recorder",
            "127.0.0.1",
            credentials=changes.pop("credentials", Credentials(getpass.getuser(), "")),  # type: ignore[arg-type]
            login=changes.pop("login", LoginState()),  # type: ignore[arg-type]
            timezone="Asia/Shanghai",
            kind="ssh",
            options=options,
            channels=tuple(Channel(channel, channel) for channel in channels),
        )

    def failures(self) -> int:
        """Refused logins, by the server's own log."""
        return self.log.read_text().count("Failed ")


def start_sshd(folder: Path, accounts: Mapping[str, str], *lines: str, name: str = "main") -> Iterator[Host]:
    """Run sshd with one key per account; an account's text stands before its key in authorized_keys."""
    here = folder / name
    here.mkdir()
    kinds = ("ed25519", "rsa") if "HostKeyAlgorithms ssh-rsa" in lines else ("ed25519",)  # RSA takes its time
    for kind in kinds:
        _make_key(here / f"host_{kind}", kind)
    keys = {account: _make_key(here / account, "ed25519") for account in accounts}
    authorized = [
        f"{text} {keys[account].with_suffix('.pub').read_text()}".strip() for account, text in accounts.items()
    ]
    (here / "authorized_keys").write_text("\n".join(authorized) + "\n")
    port, log, config = _free_port(), here / "log", here / "sshd_config"
    log.touch()
    config.write_text(
        "\n".join(
            (
                *lines,
                f"Port {port}",
                "ListenAddress 127.0.0.1",
                *(f"HostKey {here}/host_{kind}" for kind in kinds),
                f"AuthorizedKeysFile {here}/authorized_keys",
                f"PidFile {here}/pid",
                "UsePAM no",
                "SetEnv SHLVL=2",  # else bash reads the startup files of whoever runs the tests
                "StrictModes no",
                "PermitRootLogin yes",
                "LogLevel VERBOSE",
                "MaxAuthTries 3",
                "Subsystem sftp internal-sftp",
            )
        )
        + "\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen([SSHD, "-D", "-f", str(config), "-E", str(log)])
    try:
        _await_port(port, process)
        public = (here / "host_ed25519.pub").read_text()
        (here / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}")
        yield Host(port, here, keys, log)
    finally:
        process.terminate()
        process.wait(10)


def busybox(
    folder: Path, name: str = "busybox", *, without: Sequence[str] = (), old_timeout: int | None = None
) -> Path:
    """A shell in which every command is BusyBox's, and some are not there.

    ``old_timeout``: the status with which a ``timeout`` that only knows ``-t`` refuses anything else.
    """
    tools = folder / f"{name}-tools"
    tools.mkdir()
    real = shutil.which("busybox")
    assert real, "the Debian package busybox is needed"
    for tool in (
        "sh",
        "find",
        "stat",
        "date",
        "df",
        "cat",
        "ls",
        "nice",
        "timeout",
        "sleep",
        "env",
        "gzip",
        "head",
        "tail",
        "echo",
    ):
        if tool not in without:
            (tools / tool).symlink_to(real)
    if old_timeout is not None:
        (tools / "timeout").unlink()
        script(tools / "timeout", OLD_TIMEOUT.format(real=real, status=old_timeout))
    return script(folder / f"{name}-login", BUSYBOX.format(folder=tools))


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def _make_key(path: Path, kind: str) -> Path:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "sshd did not start"
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("sshd does not listen")


def verdicts(findings: tuple[object, ...]) -> dict[str, tuple[str, str | None]]:
    """Device and aspect -> verdict and fault: what a story of a test compares."""
    return {
        f"{f.key.device} {f.aspect}".strip(): (f.verdict.value, f.fault.value if f.fault else None)  # type: ignore[attr-defined]
        for f in findings
    }


def seen(evidence: Evidence) -> str:
    return f"{evidence.outcome}: {evidence.reason}"
