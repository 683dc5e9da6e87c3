"""What the C library does with freed memory: a worker keeps it for the next picture, the daemon gives it back."""

import ctypes

KEPT_FREE = 32 * 1024**2
"""Bytes of freed memory a worker keeps; the most glibc allows for one block, and more than a 4K picture."""
GIVEN_BACK = 256 * 1024
"""Blocks of so many bytes have pages of their own in the daemon; otherwise glibc raises the limit by itself, with the
first long text that is freed, and such texts break the heap into pieces."""
ARENAS = 1
"""One for each thread, as glibc has them, keep several times what all need together."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""mallopt(3)"""


def keep_freed_memory() -> None:
    """Have glibc keep a picture's megabytes for the next one instead of fetching them from the kernel page by page."""
    _tell({M_MMAP_THRESHOLD: KEPT_FREE, M_TRIM_THRESHOLD: KEPT_FREE})


def give_back_freed_memory() -> None:
    """For a process that lives for months: its size shall be what it holds. To be called before there are threads."""
    _tell({M_ARENA_MAX: ARENAS, M_MMAP_THRESHOLD: GIVEN_BACK, M_TRIM_THRESHOLD: GIVEN_BACK})


def give_back_now() -> None:
    """Give back whole pages that lie free between blocks in use: of itself glibc does so at the end of its heap only.

    What a busy minute took (looks that queue up, storms of faults) would otherwise be ours for months.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _tell(options: dict[int, int]) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt:
        for option, value in options.items():
            mallopt(option, value)
