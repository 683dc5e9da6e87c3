"""How many looks at one time this process can afford: every look is a socket, and other things need some too."""

import logging
import resource

log = logging.getLogger(__name__)

RESERVE = 40
"""Descriptors for the event loop, the state file, pages and worker processes; about 30 are used at rest."""
PER_SLOT = 7
"""A slot can be lent while a silent device is waited for (see ``monitor.runner.Lanes``), half of them every second."""
ENOUGH = 65_536


def affordable(slots: int) -> int:
    """As many of the wanted ``slots`` as there are descriptors for, at least one; raises the soft limit first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = min(hard, ENOUGH) if hard != resource.RLIM_INFINITY else ENOUGH
    if limit > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    fewer = max(1, min(slots, (max(limit, soft) - RESERVE) // PER_SLOT))
    if fewer < slots:
        log.warning("only %d looks at one time, not %d: this process may open %d files", fewer, slots, limit)
    return fewer
