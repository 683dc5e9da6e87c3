"""The looks of an inspection, made by the running daemon beside its own polls."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from monitor.model import Target
from monitor.plan import probes_of
from monitor.reports.inspection import Looked, second_streams
from monitor.rounds import Rounds

TOGETHER = 128
"""So many devices are taken up at one time: long looks have fewer slots, and a thousand that wait for one take
megabytes."""


async def look_closely(rounds: Rounds, targets: Sequence[Target]) -> list[Looked]:
    """Look closely with every probe, proof of playing included, and record it as any look; then the second streams."""
    rows = await _each(targets, lambda target: _device(rounds, target))
    beside = await _each(second_streams(targets), lambda target: _second(rounds, target))
    return [looked for row in (*rows, *beside) for looked in row]


async def _each(targets: Sequence[Target], look: Callable[[Target], Awaitable[list[Looked]]]) -> list[list[Looked]]:
    """What the looks at all of them gave, in their order."""
    todo, found = iter(enumerate(targets)), dict[int, list[Looked]]()

    async def work() -> None:
        for place, target in todo:  # whoever is free takes the next one
            found[place] = await look(target)

    await asyncio.gather(*(work() for _ in range(min(TOGETHER, len(targets)))))
    return [found[place] for place in sorted(found)]


async def _device(rounds: Rounds, target: Target) -> list[Looked]:
    seen = [await rounds.see(target.key, name, close=True) for name in probes_of(target)]
    return [Looked(target, one.evidence, one.findings) for one in seen if one]


async def _second(rounds: Rounds, target: Target) -> list[Looked]:
    seen = await rounds.see_beside(target, "rtsp")
    return [Looked(target, seen.evidence, seen.findings)]
