"""Log lines: with their level in words on a terminal, with the level journald sorts by under systemd."""

import logging
import os
from collections.abc import Mapping

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7))


class JournalFormatter(logging.Formatter):
    """Each line begins with ``<N>``, the syslog priority, as sd-daemon(3) has it; journald adds time and unit."""

    def format(self, record: logging.LogRecord) -> str:
        priority = next((number for level, number in _PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).splitlines())


def log_to_stderr(level: int, environ: Mapping[str, str] = os.environ) -> None:
    """Set up logging for a daemon on a terminal or, where $JOURNAL_STREAM is set, under systemd."""
    handler = logging.StreamHandler()
    journal = "JOURNAL_STREAM" in environ
    handler.setFormatter(
        JournalFormatter("%(name)s: %(message)s")
        if journal
        else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler])
