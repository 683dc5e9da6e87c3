"""Cost of reading a recorder: a tree of 140,000 files over SSH beside plain `find` over the same connection.

    python -m benchmarks.retention [--files 140000] [--json FILE]

One OpenSSH server on loopback, one connection a round. `find` is GNU find with -printf, its whole output received
through the same library; "first reading" and "second reading" are what the recorder kind `ssh` does on that connection
after its login, up to calibrated stretches, disks and RAID included; "whole poll" adds login and evidence. Our commands
run at the lowest priority, so on a busy machine plain `find` is measured beside a `find` that gives way likewise.
"""

import argparse
import asyncio
import getpass
import json
import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from monitor import workers
from monitor.judge.recordings import judge_recordings
from monitor.limits import Limits, RecordingLimits
from monitor.model import Channel, Credentials, Deadline, Key, LoginState, Segment, Target
from monitor.protocols.ssh import Session, connect
from monitor.protocols.ssh_login import Login
from monitor.retention import closed, read_recorder
from monitor.retention.coverage import measure
from monitor.retention.layout import compile_layout
from monitor.retention.shell import ShellTree
from monitor.retention.tree import Plan, read, wish_of

ROUNDS = 5
SEGMENT = 10.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=140_000)
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        layout = make_tree(folder, options.files)
        with sshd(folder) as (port, key, known):
            figures = tree(layout, port, key, known)
    figures |= {"files": options.files, "coverage of 1,000,000 segments, s": coverage(1_000_000)}
    for what, figure in figures.items():
        print(f"{what:<52} {figure:>12.3f}" if isinstance(figure, float) else f"{what:<52} {figure:>12}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def make_tree(folder: Path, files: int) -> str:
    """One camera, a file every 10 s up to now, in a folder per hour."""
    now = time.time()
    for number in range(files):
        start = now // SEGMENT * SEGMENT - (files - number) * SEGMENT
        path = folder / time.strftime("video/gate/%Y-%m-%d/%H/%M.%S.mp4", time.gmtime(start))
        if number == 0 or not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)
        os.utime(path, (start + SEGMENT, start + SEGMENT))
        os.utime(path.parent, (start, start))  # as the recorder leaves a folder when its newest file has come
    return f"{folder}/video/{{camera}}/%Y-%m-%d/%H/%M.%S.mp4"


def tree(layout: str, port: int, key: Path, known: Path) -> dict[str, float | int]:
    target = target_of(layout, port, key, known)
    login = Login("127.0.0.1", port, target.credentials, LoginState(), known, key)
    rounds = [one_round(login, target, layout) for _ in range(ROUNDS)]
    found, polite, first, second, memory = (statistics.median(numbers) for numbers in zip(*rounds, strict=True))
    cold, kept = poll(target, b"")
    warm, _ = poll(target, kept)
    workers.close()
    return {
        "find, s": found,
        "find at our low priority, s": polite,
        "first reading, s": first,
        "first reading / find (wanted: at most 1.5)": first / found,
        "first reading / find at our low priority": first / polite,
        "second reading, s": second,
        "second reading / first (wanted: at most 0.1)": second / first,
        "second reading / find": second / found,
        "first whole poll with login, s": cold,
        "second whole poll with login, s": warm,
        "memory kept between readings, bytes": int(memory),
    }


def one_round(login: Login, target: Target, layout: str) -> tuple[float, float, float, float, int]:
    """Seconds of find, of a find that gives way to everybody as ours does, of a first and of a second reading, in turn
    on one connection; bytes kept."""
    root = layout.partition("/{camera}")[0]
    plan = Plan(target, compile_layout(layout, ["gate"]), "UTC", "auto", None)
    with connect(login, Deadline.after(120)) as session:
        find(session, root)  # warms the caches of the kernel for all three
        found = timed(lambda: find(session, root))
        polite = timed(lambda: find(session, root, "nice -n 19 ionice -c3 "))
        begun = time.perf_counter()
        memory = reading(session, plan, b"")
        first = time.perf_counter() - begun
        second = timed(lambda: reading(session, plan, memory))
    return found, polite, first, second, len(memory)


def find(session: Session, root: str, priority: str = "") -> None:
    output = session.run(f"LC_ALL=C {priority}find {root} -type f -printf '%T@ %s %P\\0'", 120)
    assert output.status == 0
    assert output.stdout


def reading(session: Session, plan: Plan, memory: bytes) -> bytes:
    cache = closed.load(memory, plan.name)
    wish = wish_of(plan, cache)
    tree = ShellTree(session, wish)
    made = read(tree, plan, cache, wish.again)
    assert tree.disks(plan.layout.roots())
    assert made.channels[0].segments
    return closed.save(made.cache)


def poll(target: Target, memory: bytes) -> tuple[float, bytes]:
    begun = time.perf_counter()
    evidence = asyncio.run(read_recorder(target, memory, Deadline.after(120)))
    [camera] = [finding for finding in judge_recordings(target, evidence) if finding.probe == "recording"]
    assert camera.verdict == "ok", camera.reason
    assert evidence.memory is not None
    return time.perf_counter() - begun, evidence.memory


def target_of(layout: str, port: int, key: Path, known: Path) -> Target:
    limits = Limits(recording=RecordingLimits(samples_per_day=0))  # decoding is measured elsewhere
    return Target(
        Key("bench", "nvr"),
        "recorder",
        "127.0.0.1",
        Credentials(getpass.getuser(), ""),
        kind="ssh",
        options={"layout": layout, "port": port, "known_hosts": str(known), "private_key": str(key)},
        channels=(Channel("gate", "gate", limits),),
    )


def coverage(count: int) -> float:
    now, step = time.time(), 1.3
    edges = now - np.arange(count, -1, -1) * step
    segments = [Segment(start, end, 1000) for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
    channel, limits = Channel("gate", "gate"), RecordingLimits()
    return min(timed(lambda: measure(segments, channel, limits, "Asia/Shanghai", now)) for _ in range(ROUNDS))


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def sshd(folder: Path) -> Iterator[tuple[int, Path, Path]]:
    """An OpenSSH server on loopback for this user's key; gives port, key and known_hosts."""
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = int(sock.getsockname()[1])
    lines = (
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder}/host",
        f"AuthorizedKeysFile {folder}/key.pub",
        "UsePAM no",
        "StrictModes no",
        "PermitRootLogin yes",
        "SetEnv SHLVL=2",  # else bash reads the startup files of whoever runs the benchmark
    )
    (folder / "config").write_text("\n".join(lines) + "\n")
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", str(folder / "config")], stderr=subprocess.DEVNULL)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            assert process.poll() is None, "sshd did not start"
            time.sleep(0.05)
        yield port, folder / "key", folder / "known_hosts"
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
