"""The per-device series as exposition text: own renderer, since 300,000 client-library children cost ten times as much.

One fragment per device, one text per metric in it, kept until the device's looks or standings change.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from monitor.board import Board, DeviceState, Look
from monitor.metrics.samples import confirmed_faults, escape, samples
from monitor.metrics.table import DEVICE_METRICS
from monitor.model import FaultKind, Key, Standing, Target

SLICE_SECONDS = 0.005
"""The event loop is given back after so long a stretch of rendering."""
_PLACE = {metric.name: place for place, metric in enumerate(DEVICE_METRICS)}
_START = [f"{metric.name}{{" for metric in DEVICE_METRICS]
_FAULTS = _PLACE["cctv_fault_active"]
_HEAD = [f"# HELP {m.name} {m.help}\n# TYPE {m.name} {m.type}\n" for m in DEVICE_METRICS]


@dataclass(slots=True)
class _Fragment:
    """One device's lines, one text per metric, and the state they were made from."""

    target: Target
    looks: dict[str, Look]
    standings: dict[tuple[str, str], Standing]
    lines: list[str]
    faults: tuple[FaultKind, ...]

    def fits(self, state: DeviceState) -> bool:
        return self.target is state.target and self.looks == state.looks and self.standings == state.standings


class DeviceSeries:
    """Renders the board; remembers the text of devices that did not change since the last scrape."""

    def __init__(self) -> None:
        self._fragments: dict[Key, _Fragment] = {}

    async def render(self, board: Board) -> AsyncIterator[bytes]:
        """One chunk per metric. The loop is free between slices; removed devices are gone."""
        fragments: dict[Key, _Fragment] = {}
        pause = time.perf_counter() + SLICE_SECONDS
        for key, state in list(board.devices.items()):
            fragments[key] = self._fragment(key, state)
            if time.perf_counter() > pause:
                await asyncio.sleep(0)
                pause = time.perf_counter() + SLICE_SECONDS
        self._fragments = fragments
        lines = [fragment.lines for fragment in fragments.values()]
        faults = _fault_lines(board, fragments)
        for place, head in enumerate(_HEAD):
            await asyncio.sleep(0)
            body = faults if place == _FAULTS else "".join([texts[place] for texts in lines])
            if body:
                yield f"{head}{body}".encode()

    def _fragment(self, key: Key, state: DeviceState) -> _Fragment:
        known = self._fragments.get(key)
        if known and known.fits(state):
            return known
        faults = tuple(confirmed_faults(state))
        return _Fragment(state.target, dict(state.looks), dict(state.standings), _lines(key, state), faults)


def render_device(key: Key, state: DeviceState) -> bytes:
    """The series of one device alone, for the on-demand look."""
    lines = _lines(key, state)
    lines[_FAULTS] = "".join(_fault_line(key, kind) for kind in sorted(set(confirmed_faults(state))))
    return "".join(head + body for head, body in zip(_HEAD, lines, strict=True) if body).encode()


def _lines(key: Key, state: DeviceState) -> list[str]:
    identity = _identity(key)
    lines = [""] * len(DEVICE_METRICS)

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


def _identity(key: Key) -> str:
    return f'site="{escape(key.site)}",device="{escape(key.device)}"'
