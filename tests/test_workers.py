"""Worker processes die in every way there is; the next looks have workers again."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import psutil
import pytest

from monitor import workers
from monitor.model import Deadline


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    yield
    workers.close()


def double(number: int) -> int:
    return 2 * number


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def hang(number: int) -> int:
    time.sleep(60)
    return number


async def asked(number: int) -> int:
    return await workers.in_process(double, number, deadline=Deadline.after(90))


async def until_it_works(tries: int = 5) -> int:
    """Looks made until one of them had a worker."""
    for number in range(tries):
        try:
            assert await asked(21) == 42
        except workers.WorkerDied:
            continue
        return number + 1
    raise AssertionError(f"no worker in {tries} looks")


async def test_a_crash_costs_one_look():
    before = workers.deaths()
    with pytest.raises(workers.WorkerDied):
        await workers.in_process(die, 1, deadline=Deadline.after(90))
    assert await asked(21) == 42
    assert workers.deaths() == before + 1


async def test_what_hangs_is_killed_at_the_deadline():
    assert await asked(21) == 42
    before = workers.deaths()
    with pytest.raises(TimeoutError):
        await workers.in_process(hang, 1, deadline=Deadline.after(0.2))
    assert await asked(21) == 42
    assert workers.deaths() == before + 1


@pytest.mark.filterwarnings("ignore:resource_tracker")  # it is right: we killed it
async def test_all_processes_killed_at_once_are_started_anew():
    assert await asked(21) == 42
    for child in psutil.Process().children(recursive=True):
        child.kill()
    before = workers.deaths()
    assert await until_it_works() <= 4
    assert workers.deaths() > before


async def test_the_kernel_kills_a_worker_that_is_idle():
    assert await asked(21) == 42
    living = [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
    (helper,) = [one for one in living if "forkserver" in " ".join(one.cmdline())]
    for worker in helper.children():
        worker.kill()
    before = workers.deaths()
    assert await until_it_works() <= 3
    assert workers.deaths() > before


async def test_without_descriptors_looks_fail_and_come_back_with_them():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (psutil.Process().num_fds() + 1, hard))
    try:
        with pytest.raises(workers.WorkerDied):
            await asked(21)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert await until_it_works() <= 3


async def test_starting_the_processes_does_not_hold_the_event_loop():
    await asyncio.sleep(0)
    worst, looking = 0.0, asyncio.create_task(asked(21))
    began = before = time.monotonic()
    while not looking.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        worst, before = max(worst, now - before), now
    assert looking.result() == 42
    assert worst < (before - began) / 2


def pause(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


async def test_work_that_waited_past_its_deadline_costs_no_process():
    deadline, cores = Deadline.after(90), len(os.sched_getaffinity(0))
    busy = [asyncio.create_task(workers.in_process(pause, 0.9, deadline=deadline)) for _ in range(cores)]
    waiting = [workers.in_process(pause, 0.3, deadline=Deadline.after(0.1)) for _ in range(4)]
    late = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in late] == [TimeoutError] * len(late)
    first = set(await asyncio.gather(*busy))
    assert {await workers.in_process(pause, 0.05, deadline=deadline) for _ in range(8)} <= first


TWO_CORES = ",".join(map(str, sorted(os.sched_getaffinity(0))[:2]))
ENDS_WHILE_ONE_STARTS = """
import asyncio, os, signal, sys, time
from pathlib import Path
from monitor import workers
from monitor.model import Deadline

FOLDER = Path(sys.argv[1])

def started():
    return sorted(int(path.stem) for path in FOLDER.glob("*.pid"))

def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (FOLDER / "works").touch()
    time.sleep(60)

def wait_for(condition):
    while not condition():
        time.sleep(0.01)

async def main():
    work = asyncio.create_task(workers.in_process(deaf, deadline=Deadline.after(60)))
    await asyncio.to_thread(wait_for, (FOLDER / "works").exists)
    (FOLDER / "ends").touch()
    workers.close()
    os._exit(0)

if __name__ == "__mp_main__":
    (FOLDER / f"{os.getpid()}.pid").touch()
    wait_for(lambda: len(started()) == 2)
    if os.getpid() == started()[1]:  # the second one is slow, as on a busy machine
        wait_for((FOLDER / "ends").exists)
        time.sleep(0.5)
if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core has one process")
def test_an_end_while_a_process_still_starts_is_not_complained_of(tmp_path: Path):
    """It found the locks of the pool gone, and said so with a traceback on the terminal."""
    program = tmp_path / "program.py"
    program.write_text(ENDS_WHILE_ONE_STARTS)
    command = ["taskset", "--cpu-list", TWO_CORES, sys.executable, program, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_processes_are_deaf_to_ctrl_c_from_their_first_moment():
    """The terminal sends it to all of them: one that still read its modules printed a traceback."""
    asyncio.run(workers.warm_up())
    server = forkserver._forkserver._forkserver_pid
    told = dict(line.split(":", 1) for line in Path(f"/proc/{server}/status").read_text().splitlines())
    assert int(told["SigBlk"], 16) & 1 << signal.SIGINT - 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
