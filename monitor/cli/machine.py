"""What the monitor needs of the machine it runs on; each check says in words what is there or what is missing."""

import asyncio
import ctypes
import errno
import ipaddress
import os
import queue
import resource
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from monitor.descriptors import PER_SLOT, RESERVE
from monitor.model import Deadline, Verdict
from monitor.settings import Settings

DISK_LEAST, DISK_GOOD = 200 * 1024**2, 2 * 1024**3
MEMORY_LEAST, MEMORY_GOOD = 256 * 1024**2, 1024**3
DNS_SLOW, DNS_HANGS = 1.0, 5.0
NAMES = 20
"""No more host names than these are looked up."""
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""


class Check(NamedTuple):
    subject: str
    verdict: Verdict
    words: str


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Check("Python", Verdict.OK, version)
    return Check("Python", Verdict.FAULT, f"{version}; 3.11 to 3.13 is needed")


def state_folder(folder: Path) -> Check:
    """Writable, and with room for a database and evidence pictures. What is not there yet is not made."""
    place = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=place) as trial:
            trial.write(b"cctv doctor")
            os.fsync(trial.fileno())
        free = shutil.disk_usage(place).free
    except OSError as error:
        return Check("state folder", Verdict.FAULT, f"{folder}: {error.strerror}; may this user write there?")
    words = f"{folder}: {_size(free)} free"
    if free < DISK_LEAST:
        return Check("state folder", Verdict.FAULT, f"{words}; at least {_size(DISK_LEAST)} is needed")
    if free < DISK_GOOD:
        return Check("state folder", Verdict.UNKNOWN, f"{words}; {_size(DISK_GOOD)} is better")
    return Check("state folder", Verdict.OK, words)


def descriptors(concurrency: int) -> Check:
    """Enough open files for so many looks at once; the daemon raises its own limit as far as the hard one lets it."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = PER_SLOT * concurrency + RESERVE
    if limit == resource.RLIM_INFINITY or limit >= needed:
        return Check("open files", Verdict.OK, f"{needed} of at most {limit} needed")
    mend = "ulimit -Hn, LimitNOFILE= in the unit, or a smaller poll.concurrency"
    return Check("open files", Verdict.FAULT, f"at most {limit} allowed, {needed} needed: {mend}")


def memory(meminfo: Path = Path("/proc/meminfo")) -> Check:
    try:
        lines = dict(line.split(":") for line in meminfo.read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return Check("memory", Verdict.UNKNOWN, f"{meminfo} does not say how much is free")
    verdict = Verdict.OK if free >= MEMORY_GOOD else Verdict.UNKNOWN if free >= MEMORY_LEAST else Verdict.FAULT
    advice = "" if verdict is Verdict.OK else f"; {_size(MEMORY_GOOD)} is better"
    return Check("memory", verdict, f"{_size(free)} available{advice}")


def clock() -> Check:
    """Whether the kernel holds its clock for synchronised: device clocks are judged by it."""
    told = ctypes.create_string_buffer(512)  # struct timex, all zero: only ask
    state = ctypes.CDLL(None, use_errno=True).adjtimex(told)
    if state < 0:
        return Check("clock", Verdict.UNKNOWN, f"the kernel does not say: {os.strerror(ctypes.get_errno())}")
    if state == _TIME_ERROR:
        return Check("clock", Verdict.FAULT, "not synchronised: run chrony or systemd-timesyncd")
    return Check("clock", Verdict.OK, f"synchronised, {time.strftime('%Y-%m-%d %H:%M:%S %Z')}")


def decoders() -> Check:
    """Start one worker process and load in it what decodes and judges pictures."""
    try:
        seconds = asyncio.run(_decode_once())
    except (TimeoutError, OSError, ImportError) as error:
        return Check("decoders", Verdict.FAULT, f"no worker process starts: {error or type(error).__name__}")
    return Check("decoders", Verdict.OK, f"started in {seconds:.1f} s")


async def _decode_once() -> float:
    from monitor import workers

    started = time.monotonic()
    try:
        await workers.in_process(load_decoders, deadline=Deadline.after(30))
    finally:
        workers.close()
    return time.monotonic() - started


def load_decoders() -> None:
    """Runs in the worker: a library that is missing there raises here."""
    import av  # noqa: F401 - only to see that it loads
    import cv2  # noqa: F401 - only to see that it loads


def names(hosts: Iterable[str]) -> Check:
    """How long the configured host names take to resolve."""
    wanted = sorted({host for host in hosts if host and not _is_address(host)})[:NAMES]
    if not wanted:
        return Check("DNS", Verdict.OK, "not needed: only addresses are configured")
    took = {host: _resolve(host) for host in wanted}
    lost = [f"{host} ({seconds})" for host, seconds in took.items() if isinstance(seconds, str)]
    if lost:
        return Check("DNS", Verdict.FAULT, f"not resolved: {', '.join(lost)}")
    slowest = max(took.values(), key=float)
    words = f"{len(took)} names, the slowest in {float(slowest):.2f} s"
    if float(slowest) > DNS_SLOW:
        return Check("DNS", Verdict.UNKNOWN, f"{words}; looks pay for it: use addresses or a nearer name server")
    return Check("DNS", Verdict.OK, words)


def _resolve(host: str) -> float | str:
    """Seconds it took, or why it did not. A resolver that hangs is left behind in its thread."""
    answers: queue.Queue[float | str] = queue.Queue()
    threading.Thread(target=lambda: answers.put(_asked(host)), daemon=True).start()
    try:
        return answers.get(timeout=DNS_HANGS)
    except queue.Empty:
        return f"no answer in {DNS_HANGS:.0f} s"


def _asked(host: str) -> float | str:
    started = time.monotonic()
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        return error.strerror or "unknown"
    return time.monotonic() - started


def page(address: tuple[str, int]) -> Check:
    """The status page's address is free, or our daemon already answers there."""
    host, port = address
    words = f"{host}:{port}"
    try:
        with socket.create_server(address, family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return Check("status page", Verdict.OK, f"{words} is free")
    except OSError as error:
        if error.errno == errno.EADDRINUSE and _daemon_answers(address):
            return Check("status page", Verdict.OK, f"a daemon answers at {words}")
        return Check("status page", Verdict.FAULT, f"{words}: {error.strerror}; change listen, or end what holds it")


def _daemon_answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=3) as line:
            line.sendall(b"GET /-/healthy HTTP/1.0\r\nHost: localhost\r\n\r\n")
            with line.makefile("rb") as answer:
                return answer.read(4096).endswith(b"healthy\n")
    except OSError:
        return False


def checks(settings: Settings) -> Iterator[Callable[[], Check]]:
    """Everything there is to check, in the order in which a person would mend it."""
    yield python
    yield lambda: state_folder(settings.state_dir)
    yield lambda: descriptors(settings.poll.concurrency)
    yield memory
    yield clock
    yield decoders
    yield lambda: names(target.host for target in settings.targets())
    yield lambda: page(settings.address)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _size(count: float) -> str:
    return f"{count / 1024**3:.1f} GiB"
