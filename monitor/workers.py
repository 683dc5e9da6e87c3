"""Where heavy and blocking work runs: killable worker processes for hostile bitstreams, threads for blocking libraries.

One pool per process, made at first use and closed by :func:`close`. Probes call :func:`in_process` and
:func:`in_thread`; both end at the deadline whatever the callee does.
"""

import asyncio
import functools
import gc
import logging
import multiprocessing
import os
import resource
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, contextmanager
from multiprocessing import forkserver, resource_tracker
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from monitor import heap
from monitor.model import Deadline

log = logging.getLogger(__name__)

T = TypeVar("T")

MEMORY_LIMIT = 2 * 1024**3
"""Address space of one worker in bytes; a 4K decode needs well under half of it."""
LOOKS_PER_WORKER = 5000
"""A worker is replaced after so many looks, so that a slow leak in a codec never matters."""
THREADS = 64
KILL_SECONDS = 0.5
"""Beyond the deadline, in which a worker that hangs is killed."""
WARM_UP_SECONDS = 30.0
_starting = threading.Lock()
_deaths: Counter[str] = Counter()
_free: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class WorkerDied(Exception):
    """The worker process ended over this input; only this one look is lost."""


def deaths() -> int:
    """How often, since this program began, a process died or hung over its work, or all of them were gone."""
    return _deaths.total()


async def in_process(function: Callable[..., T], *args: Any, deadline: Deadline) -> T:
    """Run a picklable pure function in a worker process.

    Raises TimeoutError at the deadline (the worker is killed and replaced), WorkerDied after a crash, MemoryError past
    the memory limit, and whatever the function raises.
    """
    async with _turn(deadline):
        try:
            return await _in_worker(function, args, deadline)
        except BrokenProcessPool:
            pass  # another input, or the kernel, ended the processes: this look deserves new ones
        try:
            return await _in_worker(function, args, deadline)
        except BrokenProcessPool as broken:
            raise WorkerDied(f"there is no analysis process: {broken}") from broken


@asynccontextmanager
async def _turn(deadline: Deadline) -> AsyncIterator[None]:
    """Wait until a process is free: what the pool has taken on it can end only by killing the process that takes it."""
    free = _free.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_cores()))
    try:
        async with asyncio.timeout(deadline.left()):
            await free.acquire()
    except TimeoutError as late:
        raise TimeoutError("no process was free for the analysis within its deadline") from late
    try:
        yield
    finally:
        free.release()


async def _in_worker(function: Callable[..., T], args: tuple[Any, ...], deadline: Deadline) -> T:
    """One try. Raises BrokenProcessPool when all processes are gone; the next try gets new ones."""
    pool = await _pool()
    future = _scheduled(pool, function, args, deadline)
    try:
        async with asyncio.timeout(deadline.left() + KILL_SECONDS):
            return await asyncio.wrap_future(future)
    except (FutureTimeout, TimeoutError) as late:
        _deaths["hung"] += 1
        raise TimeoutError("the analysis did not end within its deadline") from late
    except ProcessExpired as died:
        _deaths["died"] += 1
        raise WorkerDied(f"the analysis process died (exit code {died.exitcode})") from died
    except BrokenProcessPool:
        _drop(pool)
        raise


def _scheduled(
    pool: ProcessPool, function: Callable[..., T], args: tuple[Any, ...], deadline: Deadline
) -> "ProcessFuture[T]":
    try:
        return pool.schedule(function, args=args, timeout=max(deadline.left(), 0.01))
    except RuntimeError as broken:
        _drop(pool)
        raise BrokenProcessPool(str(broken)) from broken


async def in_thread(function: Callable[..., T], *args: Any, deadline: Deadline) -> T:
    """Run a blocking function in a thread; TimeoutError at the deadline (the thread is left to its own timeouts)."""
    loop = asyncio.get_running_loop()
    return await asyncio.wait_for(loop.run_in_executor(_thread_pool(), function, *args), deadline.left())


async def warm_up() -> None:
    """Start the processes and load the decoder, so that the first look does not pay for it within its deadline."""
    try:
        await in_process(os.getpid, deadline=Deadline.after(WARM_UP_SECONDS))
    except (TimeoutError, WorkerDied) as failed:
        log.warning("the analysis processes are not ready yet: %s", failed)


def close() -> None:
    """End every worker process at once and forget the pools."""
    if _process_pool.cache_info().currsize:
        pool = _process_pool()
        pool.stop()
        for worker in multiprocessing.active_children():
            worker.kill()  # the pool ends one after the other, and one that still starts would miss the pool's locks
        pool.join()
        _process_pool.cache_clear()
        # Otherwise the fork server ends only some time after us, and a stop would seem to leave a process behind.
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # there is no public way to end it
    if _thread_pool.cache_info().currsize:
        _thread_pool().shutdown(wait=False, cancel_futures=True)
        _thread_pool.cache_clear()


async def _pool() -> ProcessPool:
    """The running pool. Starting it takes a second or two, which the event loop must not wait for."""
    if _process_pool.cache_info().currsize:
        return _process_pool()
    return await asyncio.to_thread(_started)


def _started() -> ProcessPool:
    with _starting:
        return _process_pool()


def _drop(pool: ProcessPool) -> None:
    """A broken pool stays broken: forget it, so that the next look starts another."""
    if _process_pool.cache_info().currsize and _process_pool() is pool:
        _process_pool.cache_clear()
        _deaths["lost"] += 1
        threading.Thread(target=_end, args=(pool,), name="end of workers", daemon=True).start()


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()


def _find_temporary_folder() -> None:
    """The processes are reached through a socket in a temporary folder: with every disk full there is still memory."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = "/dev/shm"  # noqa: S108 -- mkdtemp makes a folder of our own in it


@functools.cache
def _process_pool() -> ProcessPool:
    """Raises BrokenProcessPool when no process can be started."""
    _find_temporary_folder()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy starts threads in each, which wait in a busy loop
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["monitor.vision.analysis"])
    pool = ProcessPool(max_workers=_cores(), max_tasks=LOOKS_PER_WORKER, context=context, initializer=_prepare_worker)
    try:
        with _deaf_to_ctrl_c():
            if pool.active:  # asking starts it
                return pool
        why = "they ended at once"
    except (OSError, RuntimeError) as lacking:  # descriptors, memory or threads
        why = str(lacking) or "they cannot be started"
    _end(pool)
    raise BrokenProcessPool(why)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """What is started meanwhile is ended by us: a terminal's Ctrl-C goes to every process, and one that still reads
    its modules would print where it was."""
    resource_tracker.ensure_running()  # it is deaf by itself, and its start would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@functools.cache
def _thread_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="blocking")


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _prepare_worker() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    heap.keep_freed_memory()
    import cv2

    cv2.setNumThreads(1)
    gc.freeze()  # what was imported stays: no collection need walk through it
