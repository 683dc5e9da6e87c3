"""Exit codes of every verb."""

from collections.abc import Iterable

from monitor.board import worst
from monitor.model import Verdict

OK = 0
FAULT = 1
USAGE = 2
UNJUDGED = 3

_CODES = {Verdict.OK: OK, Verdict.FAULT: FAULT, Verdict.UNKNOWN: UNJUDGED}


def code_of(verdicts: Iterable[Verdict]) -> int:
    """0 all ok, 1 at least one fault, 3 nothing wrong seen but something not judged."""
    return _CODES[worst(verdicts)]
