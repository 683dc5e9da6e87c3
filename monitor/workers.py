"""Where heavy and blocking work runs: killable worker processes for hostile bitstreams, threads for blocking libraries.

One pool per process, made at first use and closed by :func:`close`. Probes call :func:`in_process` and
:func:`in_thread`; both end at the deadline whatever the callee does.
"""

import asyncio
import functools
import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from multiprocessing import forkserver
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor.model import Deadline

T = TypeVar("T")

MEMORY_LIMIT = 2 * 1024**3
"""Address space of one worker in bytes; a 4K decode needs well under half of it."""
LOOKS_PER_WORKER = 5000
"""A worker is replaced after so many looks, so that a slow leak in a codec never matters."""
THREADS = 64


class WorkerDied(Exception):
    """The worker process ended over this input; only this one look is lost."""


async def in_process(function: Callable[..., T], *args: Any, deadline: Deadline) -> T:
    """Run a picklable pure function in a worker process.

    Raises TimeoutError at the deadline (the worker is killed and replaced), WorkerDied after a crash, MemoryError past
    the memory limit, and whatever the function raises.
    """
    future = _process_pool().schedule(function, args=args, timeout=max(deadline.left(), 0.01))
    try:
        return await asyncio.wrap_future(future)
    except FutureTimeout as late:
        raise TimeoutError("the analysis did not end within its deadline") from late
    except ProcessExpired as died:
        raise WorkerDied(f"the analysis process died (exit code {died.exitcode})") from died


async def in_thread(function: Callable[..., T], *args: Any, deadline: Deadline) -> T:
    """Run a blocking function in a thread; TimeoutError at the deadline (the thread is left to its own timeouts)."""
    loop = asyncio.get_running_loop()
    return await asyncio.wait_for(loop.run_in_executor(_thread_pool(), function, *args), deadline.left())


def close() -> None:
    """End every worker process at once and forget the pools."""
    if _process_pool.cache_info().currsize:
        _process_pool().stop()
        _process_pool().join()
        _process_pool.cache_clear()
        # Otherwise the fork server ends only some time after us, and a stop would seem to leave a process behind.
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # there is no public way to end it
    if _thread_pool.cache_info().currsize:
        _thread_pool().shutdown(wait=False, cancel_futures=True)
        _thread_pool.cache_clear()


@functools.cache
def _process_pool() -> ProcessPool:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["monitor.vision.analysis"])
    cores = len(os.sched_getaffinity(0))
    return ProcessPool(max_workers=cores, max_tasks=LOOKS_PER_WORKER, context=context, initializer=_prepare_worker)


@functools.cache
def _thread_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="blocking")


def _prepare_worker() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import cv2

    cv2.setNumThreads(1)
