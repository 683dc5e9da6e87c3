"""The per-device series as exposition text: own renderer, since 300,000 client-library children cost ten times as much.

One fragment per device, one text per metric in it, kept until the device's looks or standings change;
what changes with an inventory or a recording check only is kept apart from what changes with every look.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

from monitor.board import Board, DeviceState
from monitor.metrics.samples import Put, basis, confirmed_faults, escape, lasting, passing
from monitor.metrics.table import DEVICE_METRICS
from monitor.model import Fault, FaultKind, Key, Look, Standing

K = TypeVar("K")
V = TypeVar("V")

SLICE_SECONDS = 0.005
"""The event loop is given back after so long a stretch of rendering."""
READY_SECONDS = 5.0
"""How often the texts are compared with the board. All 10,000 alike takes 15 ms, one that had a look 30 µs."""
AT_MOST = 1_000
"""So many changed devices a scrape renews itself; beyond that the others show their text of READY_SECONDS ago."""
_PLACE = {metric.name: place for place, metric in enumerate(DEVICE_METRICS)}
_START = [f"{metric.name}{{" for metric in DEVICE_METRICS]
_FAULTS = _PLACE["cctv_fault_active"]
_STATES = _PLACE["cctv_fault_state"]
_HEAD = [f"# HELP {m.name} {m.help}\n# TYPE {m.name} {m.type}\n" for m in DEVICE_METRICS]


class _Fragment:
    """One device's lines, one text per metric, and the state they were made from.

    Renewed in place: ten thousand new containers at every scrape would be work for the garbage collector.
    """

    __slots__ = ("_basis", "_identity", "_lasting", "_looks", "_standings", "faults", "lines")

    def __init__(self, key: Key) -> None:
        self._identity = _identity(key)
        self._looks: dict[str, Look] = {}
        self._standings: dict[tuple[str, str], Standing] = {}
        self._basis: tuple[object, ...] = ()
        self._lasting = _empty()
        self.lines = _empty()  # the lasting ones and the passing ones
        self.faults: tuple[FaultKind, ...] = ()

    def renew(self, state: DeviceState) -> bool:
        """Bring the lines up to the device's state; False if it did not change."""
        made_from = basis(state)
        same = self._basis == made_from
        if same and self._looks == state.looks and self._standings == state.standings:
            return False
        if not same:
            self._basis, self._lasting = made_from, _with(_empty(), self._identity, state, lasting)
        self.lines[:] = self._lasting
        _with(self.lines, self._identity, state, passing)
        self.faults = tuple(confirmed_faults(state))
        _become(self._looks, state.looks)
        _become(self._standings, state.standings)
        return True


class DeviceSeries:
    """The board as text. Kept ready beside the looks, so that a scrape only joins what lies there."""

    def __init__(self) -> None:
        self._fragments: dict[Key, _Fragment] = {}

    async def keep_ready(self, board: Board) -> None:
        """Never returns: renews what changed, all the time, whether anybody scrapes or not."""
        while True:
            await self.renew(board)
            await asyncio.sleep(READY_SECONDS)

    async def renew(self, board: Board, at_most: float = math.inf) -> None:
        """Bring every device's text up to date, but of those that have one no more than ``at_most``.

        The event loop is free between slices; removed devices are gone.
        """
        pause, renewed = time.perf_counter() + SLICE_SECONDS, 0
        for key, state in list(board.devices.items()):
            fragment = self._fragments.get(key)
            if fragment is None:
                fragment = self._fragments[key] = _Fragment(key)
                fragment.renew(state)
            elif renewed < at_most:
                renewed += fragment.renew(state)
            if time.perf_counter() > pause:
                await asyncio.sleep(0)
                pause = time.perf_counter() + SLICE_SECONDS
        for key in self._fragments.keys() - board.devices.keys():
            del self._fragments[key]

    async def render(self, board: Board) -> AsyncIterator[bytes]:
        """One chunk per metric; the loop is free in between."""
        await self.renew(board, AT_MOST)
        lines = [fragment.lines for fragment in self._fragments.values()]
        of_faults = {_FAULTS: _fault_lines(board, self._fragments), _STATES: _state_lines(board.faults.values())}
        for place, head in enumerate(_HEAD):
            await asyncio.sleep(0)
            body = of_faults[place] if place in of_faults else "".join([texts[place] for texts in lines])
            if body:
                yield f"{head}{body}".encode(errors="replace")


def render_device(key: Key, state: DeviceState) -> bytes:
    """The series of one device alone, for the on-demand look."""
    identity = _identity(key)
    lines = _with(_with(_empty(), identity, state, lasting), identity, state, passing)
    lines[_FAULTS] = "".join(_fault_line(key, kind) for kind in sorted(set(confirmed_faults(state))))
    return "".join(head + body for head, body in zip(_HEAD, lines, strict=True) if body).encode(errors="replace")


def _empty() -> list[str]:
    return [""] * len(_HEAD)


def _become(kept: dict[K, V], now: dict[K, V]) -> None:
    kept.clear()
    kept.update(now)


def _with(
    lines: list[str], identity: str, state: DeviceState, samples: Callable[[DeviceState, Put], None]
) -> list[str]:
    """The lines, with these samples of the device added, each in the place of its metric."""

    def put(name: str, labels: str, value: float) -> None:
        place = _PLACE[name]
        lines[place] += f"{_START[place]}{identity}{labels}}} {value}\n"

    samples(state, put)
    return lines


def _fault_lines(board: Board, fragments: dict[Key, _Fragment]) -> str:
    """Confirmed standings, and the open faults that belong to a site or to the monitor itself."""
    active: set[tuple[Key, FaultKind]] = {
        (key, kind) for key, fragment in fragments.items() for kind in fragment.faults
    }
    active |= {(fault.subject.key, fault.kind) for fault in list(board.faults.values())}
    return "".join(_fault_line(key, kind) for key, kind in sorted(active))


def _fault_line(key: Key, kind: FaultKind) -> str:
    return f'{_START[_FAULTS]}{_identity(key)},fault="{kind}"}} 1\n'


def _state_lines(faults: Iterable[Fault]) -> str:
    """How far each open fault has come on its way to a repair desk."""
    found = {(fault.subject.key, fault.kind, _state(fault)) for fault in list(faults)}
    return "".join(
        f'{_START[_STATES]}{_identity(key)},fault="{kind}",state="{state}"}} 1\n' for key, kind, state in sorted(found)
    )


def _state(fault: Fault) -> str:
    if fault.announced is not None:
        return "announced"
    if fault.excused:
        return "excused"
    return "child" if fault.parent else "waiting"


def _identity(key: Key) -> str:
    return f'site="{escape(key.site)}",device="{escape(key.device)}"'
