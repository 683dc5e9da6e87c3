"""What journald reads: a priority at the beginning of every line."""

import logging
import subprocess
import sys

import pytest

from monitor.cli.logs import JournalFormatter


@pytest.mark.parametrize(
    ("level", "priority"), [(logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7), (5, 7)]
)
def test_every_line_of_a_record_has_its_priority(level: int, priority: int) -> None:
    record = logging.LogRecord("daemon", level, "", 0, "refused:\n%s", ("cctv.yaml:1:8: no",), None)
    lines = JournalFormatter("%(name)s: %(message)s").format(record).splitlines()
    assert lines == [f"<{priority}>daemon: refused:", f"<{priority}>cctv.yaml:1:8: no"]


@pytest.mark.parametrize(("journal", "said"), [("8:12345", "<4>x: careful"), ("", "WARNING x: careful")])
def test_the_surroundings_decide(journal: str, said: str) -> None:
    code = "import logging\nfrom monitor.cli.logs import log_to_stderr\n"
    code += "log_to_stderr(logging.INFO)\nlogging.getLogger('x').warning('careful')"
    environ = {"JOURNAL_STREAM": journal} if journal else {}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stderr == said + "\n"
