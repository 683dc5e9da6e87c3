"""What freed memory costs: asked of the C library itself, in a process of its own."""

import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, sys
from monitor import heap

class Figures(ctypes.Structure):  # mallinfo2(3)
    _names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in _names.split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype, libc.malloc.restype, libc.free.argtypes = Figures, ctypes.c_void_p, [ctypes.c_void_p]
getattr(heap, sys.argv[1])()
libc.free(libc.malloc(1_000_000))
before = libc.mallinfo2().hblks
libc.malloc(900_000)
print(libc.mallinfo2().hblks - before)
"""

HOLES = """
import ctypes
from monitor import heap

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
heap.give_back_freed_memory()
blocks = [libc.malloc(50_000) for _ in range(1000)]
for block in blocks:
    ctypes.memset(block, 1, 50_000)
for block in blocks[:999]:
    libc.free(block)  # the last one stands behind them all
before = resident()
heap.give_back_now()
print(before - resident())
"""


@pytest.mark.parametrize(("how", "blocks"), [("give_back_freed_memory", "1"), ("keep_freed_memory", "0")])
def test_a_long_text_has_pages_of_its_own_and_a_picture_has_not(how: str, blocks: str):
    done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == blocks


def test_what_is_free_before_a_block_in_use_is_given_back_when_asked():
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000
