"""One tree, read by every sort of account on a real OpenSSH server; and every way not to get in."""

import getpass
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ssh_host import ALLOWED, Host, start_sshd, verdicts

from monitor.judge.recordings import judge_recordings
from monitor.model import Credentials, Deadline, Evidence, LoginState, Outcome, Target
from monitor.protocols.logins import LoginGuard
from monitor.protocols.ssh import Output, connect, contents
from monitor.protocols.ssh_login import Login
from monitor.retention import read_recorder
from monitor.retention.bounds import SH_LIMIT, TIMED_OUT
from monitor.retention.shell import _problems, _without_gone
from monitor.simulator.recorders import Tape, record


@pytest.fixture
def layout(tmp_path: Path, now: float) -> str:
    pattern = f"{tmp_path}/video/{{camera}}/%Y-%m-%d/%H/%M.%S.mp4"
    record(pattern, Tape("gate", now, segment=3600.0))
    record(pattern, Tape("yard", now, segment=3600.0, holes=[(now - 5 * 86400, now - 4 * 86400)]))
    return pattern


async def read(target: Target, memory: bytes = b"", seconds: float = 90.0) -> Evidence:
    return await read_recorder(target, memory, Deadline.after(seconds))


def found(target: Target, evidence: Evidence) -> dict[str, tuple[str, str | None]]:
    return verdicts(judge_recordings(target, evidence))


def files_of(layout: str, channel: str) -> list[Path]:
    return sorted(Path(layout.partition("{")[0], channel).rglob("*.mp4"))


def times_below(layout: str) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in Path(layout.partition("{")[0]).rglob("*")}


@pytest.mark.parametrize(
    ("account", "limit"),
    [
        ("shell", "timeout"),
        ("busybox", "timeout"),
        ("findless", "timeout"),
        ("forced", "timeout"),
        ("old-busybox", "timeout -t"),
        ("older-busybox", "timeout -t"),
        ("timeless", "sh"),
        ("greeting", "timeout"),
        ("sftp", None),
    ],
)
async def test_every_account_that_may_look_sees_the_same_within_a_limit(
    host: Host, layout: str, account: str, limit: str | None
) -> None:
    target = host.target(account, layout, "gate", "yard")
    evidence = await read(target)
    assert evidence.outcome is Outcome.SEEN, evidence.reason
    assert evidence.facts["access"] == ("shell" if limit else "sftp")
    assert evidence.facts.get("time_limit") == limit
    assert evidence.login_worked is True
    seen = found(target, evidence)
    assert seen["nvr"] == ("ok", None)
    assert seen["gate"] == ("ok", None)
    assert seen["yard"] == ("fault", "recording_gap")
    assert evidence.recordings is not None
    assert evidence.recordings.disks, "every account may ask for the space that is left"
    assert evidence.recordings.disks[0].size


@pytest.mark.parametrize("shell", ["sh", "busybox sh"])
def test_without_a_timeout_a_shell_ends_what_takes_too_long(shell: str, tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    command = SH_LIMIT.format(seconds=1) + f"sh -c 'echo $$ > {mark}; exec sleep 100'"
    done = subprocess.run([*shell.split(), "-c", f"{command}; echo $?"], capture_output=True, check=True, timeout=30)
    assert int(done.stdout) in TIMED_OUT
    assert not Path(f"/proc/{int(mark.read_text())}").exists()
    quick = SH_LIMIT.format(seconds=600) + "sh -c 'echo said; exit 3'"
    done = subprocess.run([*shell.split(), "-c", f"{quick}; echo $?"], capture_output=True, check=True, timeout=30)
    assert done.stdout == b"said\n3\n"
    assert done.stderr == b""


@pytest.mark.parametrize("account", ["shell", "busybox", "findless", "sftp"])
async def test_a_second_poll_reads_only_what_changed(host: Host, layout: str, account: str, now: float) -> None:
    target = host.target(account, layout, "gate", "yard")
    first = await read(target)
    assert first.memory is not None
    second = await read(target, first.memory)
    assert second.facts["listed"] < first.facts["listed"] / 20
    assert first.recordings is not None
    assert second.recordings is not None
    assert found(target, second) == found(target, first)
    files_of(layout, "gate")[100].unlink()
    third = await read(target, second.memory or b"")
    assert found(target, third)["gate"] == ("fault", "recording_gap"), "one deleted hour in the middle is noticed"


@pytest.mark.parametrize("account", ["shell", "busybox", "sftp", ""])
async def test_a_day_that_was_moved_elsewhere_and_linked_is_there(
    host: Host, layout: str, tmp_path: Path, account: str
) -> None:
    """Beside links that lead nowhere, to themselves, and round in a circle. No account: the kind ``files``."""
    gate = tmp_path / "video/gate"
    day = sorted(gate.iterdir())[5]
    day.rename(tmp_path / "elsewhere")
    day.symlink_to(tmp_path / "elsewhere")
    for name, aim in (("latest", day.name), ("circle", "."), ("nowhere", "/nonexistent"), ("itself", "itself")):
        (gate / name).symlink_to(aim)
        (day / "00" / name).symlink_to(aim)
    target = host.target(account or "shell", layout, "gate")
    evidence = await read(target if account else replace(target, kind="files", options={"layout": layout}))
    assert evidence.outcome is Outcome.SEEN, evidence.reason
    assert found(target, evidence)["gate"] == ("ok", None)


async def test_names_that_a_shell_or_a_pattern_would_read_otherwise(host: Host, tmp_path: Path, now: float) -> None:
    pattern, name = f"{tmp_path}/it's/{{camera}}/%Y-%m-%d/%H/%M.%S.mp4", "yard [a-z]? $(id) \\ 东门"
    record(pattern, Tape(name, now, segment=3600.0))
    target = host.target("shell", pattern, name)
    first = await read(target)
    second = await read(target, first.memory or b"")
    assert second.facts["compressed"] is True, "all on one journey"
    assert found(target, second)[name] == found(target, first)[name] == ("ok", None)
    assert 2 <= second.facts["listed"] < 5, "the folder of now and one at random"


async def test_by_sftp_one_disk_stays_one_while_it_is_written_to(host: Host, tmp_path: Path) -> None:
    channels = [f"cam{number}" for number in range(60)]
    for channel in channels:
        (tmp_path / "video" / channel).mkdir(parents=True)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            (tmp_path / "growing").write_bytes(bytes(1_000_000))
            (tmp_path / "growing").unlink()

    writer = threading.Thread(target=write)
    writer.start()
    evidence = await read(host.target("sftp", f"{tmp_path}/video/{{camera}}/%Y%m%d%H%M%S.mp4", *channels))
    done.set()
    writer.join()
    assert evidence.recordings is not None
    [disk] = evidence.recordings.disks or ()
    assert (disk.id, disk.read_only) == ("recordings", False)


async def test_a_damaged_cache_costs_a_full_read_and_nothing_else(host: Host, layout: str) -> None:
    target = host.target("shell", layout, "gate")
    evidence = await read(target, b"not what we wrote")
    assert evidence.outcome is Outcome.SEEN
    assert found(target, evidence)["gate"] == ("ok", None)


async def test_a_slow_clock_is_a_fault_of_the_recorder_and_no_gap(host: Host, tmp_path: Path, now: float) -> None:
    pattern = f"{tmp_path}/late/{{camera}}/%Y-%m-%d/%H%M%S.mp4"
    record(pattern, Tape("gate", now, segment=600.0, skew=-7200.0))
    target = host.target("slow-clock", pattern, "gate")
    evidence = await read(target)
    seen = found(target, evidence)
    assert seen["nvr clock"] == ("fault", "recorder_clock_drift")
    assert seen["gate"] == ("ok", None)
    assert evidence.recordings is not None
    assert evidence.recordings.clock_offset == pytest.approx(-7200, abs=3)


def test_a_folder_we_may_not_enter_is_a_problem_and_a_deleted_one_is_none() -> None:
    complaints = (
        b"find: '/video/gate/2026-11-08': Permission denied\n"
        b"find: '/video/gate/2026-11-01/03': No such file or directory\n"
        b"stat: can't stat '/video/gate/2026-11-01/04.00.mp4': No such file or directory\n"
    )
    problems = _problems(Output(1, b"", complaints))
    assert _without_gone(problems) == {"/video/gate/2026-11-08": "Permission denied"}
    assert _problems(Output(0, b"", complaints)) == {}
    assert list(_problems(Output(2, b"", b"find: out of memory\n"))) == ["/"]


async def test_a_camera_without_a_folder_is_unknown(host: Host, layout: str) -> None:
    target = host.target("shell", layout, "gate", "attic")
    evidence = await read(target)
    assert evidence.outcome is Outcome.INCOMPLETE
    seen = found(target, evidence)
    assert (seen["attic"], seen["gate"]) == (("unknown", None), ("ok", None))


async def test_an_account_that_may_do_nothing_says_so(host: Host, layout: str) -> None:
    target = host.target("nothing", layout, "gate")
    evidence = await read(target)
    assert evidence.outcome is Outcome.FORBIDDEN
    assert evidence.login_worked is True
    assert set(found(target, evidence).values()) == {("unknown", None)}


async def test_a_listing_that_hangs_ends_at_the_deadline(host: Host, layout: str) -> None:
    target = host.target("hanging", layout, "gate")
    began = time.monotonic()
    evidence = await read(target, seconds=5.0)
    assert time.monotonic() - began < 15
    assert (evidence.outcome, evidence.facts["phase"]) == (Outcome.TIMEOUT, "listing")
    assert set(found(target, evidence).values()) == {("unknown", None)}


async def test_a_changed_host_key_is_a_fault_and_an_unknown_one_is_not_accepted(
    host: Host, layout: str, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    other = (host.folder / "shell.pub").read_text()
    changed.write_text(f"[127.0.0.1]:{host.port} {other}")
    target = host.target("shell", layout, "gate", options={"known_hosts": str(changed)})
    evidence = await read(target)
    assert evidence.outcome is Outcome.HOST_KEY_CHANGED
    assert found(target, evidence)["nvr"] == ("fault", "host_key_changed")

    empty = tmp_path / "empty"
    empty.touch()
    target = host.target("shell", layout, "gate", options={"known_hosts": str(empty)})
    evidence = await read(target)
    assert evidence.outcome is Outcome.HOST_KEY_UNKNOWN
    assert found(target, evidence)["nvr"] == ("unknown", None)
    assert empty.read_text() == "", "nothing is ever accepted silently"


async def test_old_algorithms_work_and_are_reported(old_host: Host, layout: str) -> None:
    public = (old_host.folder / "host_rsa.pub").read_text()
    (old_host.folder / "known_hosts").write_text(f"[127.0.0.1]:{old_host.port} {public}")
    target = old_host.target("shell", layout, "gate")
    evidence = await read(target)
    assert evidence.outcome is Outcome.SEEN, evidence.reason
    assert {"ssh-rsa", "aes128-cbc", "hmac-sha1"} <= set(evidence.facts["outdated_crypto"])


async def test_no_algorithm_in_common_is_said_so_and_is_not_offline(foreign_host: Host, layout: str) -> None:
    target = foreign_host.target("shell", layout, "gate")
    evidence = await read(target)
    assert evidence.outcome is Outcome.LEGACY_CRYPTO
    assert found(target, evidence)["nvr"] == ("unknown", None)


async def test_a_wrong_password_is_refused_once_in_an_hour_of_polls(tmp_path: Path, layout: str) -> None:
    for host in start_sshd(tmp_path, {"shell": ""}, name="counted"):
        wrong, guard, seen = Credentials("root", "wrong-" + "password"), LoginGuard(b"salt" * 4), []
        for _ in range(12):
            login = guard.state("127.0.0.1", wrong)
            target = host.target("shell", layout, "gate", credentials=wrong, login=login, options={"private_key": None})
            seen.append(await read(target))
            if seen[-1].login_worked is False:
                guard.refused("127.0.0.1", wrong, datetime.now(UTC))
        assert [one.outcome for one in seen] == [Outcome.AUTH] + [Outcome.AUTH_RESTING] * 11
        assert host.failures() == 1
        assert found(target, seen[-1])["nvr"] == ("fault", "recorder_auth_failed")
        assert "wrong-password" not in str(seen)


async def test_a_resting_login_sends_nothing(host: Host, layout: str) -> None:
    later = LoginState(rest_until=datetime.now(UTC) + timedelta(hours=1))
    before = host.log.read_text().count("Connection from")
    evidence = await read(host.target("shell", layout, "gate", login=later))
    assert evidence.outcome is Outcome.AUTH_RESTING
    assert host.log.read_text().count("Connection from") == before


async def test_without_credentials_nothing_is_tried(host: Host, layout: str) -> None:
    evidence = await read(host.target("shell", layout, "gate", credentials=None))
    assert evidence.outcome is Outcome.AUTH_MISSING


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_a_silent_port_and_a_closed_one_are_unreachable(host: Host, layout: str, silent_port: int) -> None:
    target = host.target("shell", layout, "gate", options={"port": silent_port})
    began = time.monotonic()
    evidence = await read(target, seconds=5.0)
    assert time.monotonic() - began < 15
    assert evidence.outcome is Outcome.CONNECT_TIMEOUT
    assert found(target, evidence)["nvr"] == ("fault", "recorder_unreachable")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        closed = sock.getsockname()[1]
    target = host.target("shell", layout, "gate", options={"port": closed})
    assert found(target, await read(target))["nvr"] == ("fault", "recorder_unreachable")


async def test_a_peer_that_drips_bytes_does_not_outlive_the_deadline(host: Host, layout: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()
        thread = threading.Thread(target=_drip, args=(server, stop))
        thread.start()
        target = host.target("shell", layout, "gate", options={"port": server.getsockname()[1]})
        began = time.monotonic()
        evidence = await read(target, seconds=5.0)
        stop.set()
        thread.join()
    assert time.monotonic() - began < 15
    assert evidence.outcome in (Outcome.CONNECT_TIMEOUT, Outcome.CLOSED, Outcome.TIMEOUT)


def _drip(server: socket.socket, stop: threading.Event) -> None:
    peer, _ = server.accept()
    with peer:
        while not stop.wait(0.2):
            try:
                peer.send(b"x")
            except OSError:
                return


async def test_nothing_is_written_to_a_recorder(host: Host, layout: str) -> None:
    before = times_below(layout)
    await read(host.target("shell", layout, "gate", "yard"))
    assert times_below(layout) == before


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf /tmp/x",
        "date -s 2020-01-01",
        "find /tmp -delete",
        "find /tmp; id",
        "cat /etc/passwd",
        "ls -A /tmp > /tmp/y",
    ],
)
def test_the_forced_command_lets_nothing_else_through(command: str) -> None:
    environment = {"SSH_ORIGINAL_COMMAND": command, "PATH": os.environ["PATH"]}
    done = subprocess.run([ALLOWED], env=environment, capture_output=True, check=False)
    assert done.returncode == 126


def test_nothing_is_asked_behind_the_end_of_a_file(host: Host, tmp_path: Path) -> None:
    """What is still being asked when the session ends would be an error in a thread of its own."""
    (tmp_path / "short").write_bytes(b"short")
    user = Credentials(getpass.getuser(), "")
    known, key = host.folder / "known_hosts", host.keys["sftp"]
    for _ in range(5):
        login = Login("127.0.0.1", host.port, user, LoginState(), known, key)
        with connect(login, Deadline.after(90)) as session, session.reading() as sftp:
            assert contents(sftp, f"{tmp_path}/short", 1, 16 * 1024**2) == b"hort"
