"""No more looks at one time than there are descriptors for."""

import resource
import subprocess
import sys

import pytest

ASK = """
import resource, sys
from monitor.descriptors import affordable
print(affordable(int(sys.argv[1])), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "answer"),
    [
        (64, 64, 64, "3 64"),
        (30, 30, 64, "1 30"),  # looks one at a time are better than none
        (64, 4096, 64, "64 4096"),  # the soft limit is only a default
        (1024, 1024, 64, "64 1024"),
        (1024, 1024, 500, "140 1024"),
    ],
)
def test_slots_fit_the_limit(soft: int, hard: int, wanted: int, answer: str):
    told = subprocess.run(
        [sys.executable, "-c", ASK, str(wanted)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
    )
    assert told.stdout.strip() == answer
