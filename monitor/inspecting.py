"""The looks of an inspection, made by the running daemon beside its own polls."""

import asyncio
from collections.abc import Sequence

from monitor.model import Target
from monitor.plan import probes_of
from monitor.reports.inspection import Looked, second_streams
from monitor.rounds import Rounds


async def look_closely(rounds: Rounds, targets: Sequence[Target]) -> list[Looked]:
    """Look closely with every probe, proof of playing included, and record it as any look; then the second streams."""
    rows = await asyncio.gather(*(_device(rounds, target) for target in targets))
    beside = await asyncio.gather(*(_second(rounds, target) for target in second_streams(targets)))
    return [looked for row in rows for looked in row] + list(beside)


async def _device(rounds: Rounds, target: Target) -> list[Looked]:
    seen = [await rounds.see(target.key, name, close=True) for name in probes_of(target)]
    return [Looked(target, one.evidence, one.findings) for one in seen if one]


async def _second(rounds: Rounds, target: Target) -> Looked:
    seen = await rounds.see_beside(target, "rtsp")
    return Looked(target, seen.evidence, seen.findings)
