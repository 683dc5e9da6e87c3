"""What the pages show, worked out from the board: plain values, no markup."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.board import Board, DeviceState, as_counted, worst
from monitor.model import Fault, FaultKind, Key, Standing, Verdict

RUNGS = ("tcp", "rtsp", "picture", "onvif", "recorder", "recording")
"""The order of the cause ladder, from the wire to the recording."""
OLD_PICTURE = timedelta(minutes=2)
_ORDER = {Verdict.FAULT: 0, Verdict.UNKNOWN: 1, Verdict.OK: 2}
SLICE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Card:
    """One device in a list."""

    key: Key
    name: str
    role: str
    timezone: str
    verdict: Verdict
    fault: FaultKind | None
    reason: str
    since: datetime | None  # of the confirmed verdict
    seen: datetime | None  # the newest look
    suspected: FaultKind | None  # seen, not yet confirmed
    picture_at: datetime | None

    @property
    def picture_old(self) -> bool:
        """The device has been looked at since without a picture: what is shown is not now."""
        return bool(self.seen and self.picture_at and self.seen - self.picture_at > OLD_PICTURE)


@dataclass(frozen=True, slots=True)
class Rung:
    """One probe on the cause ladder."""

    probe: str
    verdict: Verdict
    fault: FaultKind | None
    reason: str
    since: datetime
    seen: datetime


@dataclass(slots=True)
class Tally:
    """How many devices have which verdict."""

    counts: Counter[Verdict] = field(default_factory=Counter)

    def __getitem__(self, verdict: Verdict) -> int:
        return self.counts[verdict]

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def verdict(self) -> Verdict:
        return worst(self.counts)


@dataclass(frozen=True, slots=True)
class Overview:
    """Every device's verdict, sorted with what needs a person first, and the counts."""

    verdicts: dict[Key, Verdict]
    sites: dict[str, Tally]
    all: Tally
    newest: datetime | None  # look at any device


async def overview(board: Board) -> Overview:
    """Go through the whole board, giving the event loop back in between."""
    verdicts: dict[Key, Verdict] = {}
    places: dict[Key, tuple[object, ...]] = {}
    sites: dict[str, Tally] = {}
    newest: datetime | None = None
    pause = time.perf_counter() + SLICE_SECONDS
    for key, state in list(board.devices.items()):
        verdicts[key] = verdict = state.verdict
        places[key] = _first_needed(key, verdict)
        sites.setdefault(key.site, Tally()).counts[verdict] += 1
        newest = _later(newest, seen(state))
        if time.perf_counter() > pause:
            await asyncio.sleep(0)
            pause = time.perf_counter() + SLICE_SECONDS
    ordered = {key: verdicts[key] for key in sorted(places, key=places.__getitem__)}
    return Overview(ordered, sites, Tally(Counter(verdicts.values())), newest)


def card(key: Key, state: DeviceState) -> Card:
    """One device's line: its worst confirmed state, and why."""
    target, leading = state.target, _leading(state)
    verdict = leading.verdict if leading else Verdict.UNKNOWN
    return Card(
        key,
        target.name or key.device,
        target.role,
        target.timezone,
        verdict,
        leading.fault if leading else None,
        _reason(leading) if leading else "",
        leading.since if leading else None,
        seen(state),
        _suspected(state) if verdict is not Verdict.FAULT else None,
        state.thumbnail_at if state.thumbnail else None,
    )


def ladder(state: DeviceState) -> list[Rung]:
    """One rung per probe, each with the worst of its aspects."""
    by_probe: dict[str, list[Standing]] = {}
    for (probe, _), standing in state.standings.items():
        by_probe.setdefault(probe, []).append(standing)
    return [_rung(probe, by_probe[probe]) for probe in sorted(by_probe, key=rung_order)]


def rung_order(probe: str) -> tuple[int, str]:
    return (RUNGS.index(probe) if probe in RUNGS else len(RUNGS), probe)


def open_faults(board: Board, key: Key | None = None, site: str | None = None) -> list[Fault]:
    """The confirmed faults, causes before what they cause, newest first; of one device or site if named."""
    faults = [
        fault
        for fault in board.faults.values()
        if (key is None or fault.subject.key == key) and (site is None or fault.subject.key.site == site)
    ]
    return sorted(faults, key=lambda fault: (bool(fault.parent), -fault.since.timestamp()))


def wide_faults(board: Board) -> list[Fault]:
    """Faults of a whole site or of the monitor itself, which have no device to be shown at."""
    return [fault for fault in open_faults(board) if fault.subject.key not in board.devices]


def kinds_to_help(shown: Card, faults: Iterable[Fault]) -> list[FaultKind]:
    """The fault kinds a person at this device needs help with, the one that speaks for it first."""
    kinds = [shown.fault, *(fault.kind for fault in faults), shown.suspected]
    return list(dict.fromkeys(kind for kind in kinds if kind))


def common_zone(cards: Iterable[Card]) -> str:
    """The time zone all these devices share, else UTC."""
    zones = {card.timezone for card in cards}
    return zones.pop() if len(zones) == 1 else "UTC"


def seen(state: DeviceState) -> datetime | None:
    """When the device was last looked at."""
    return max((look.at for look in state.looks.values()), default=None)


def _leading(state: DeviceState) -> Standing | None:
    """The standing that speaks for the device: the worst; among faults the oldest, among the rest the picture's."""
    standings = list(state.standings.values())
    if not standings:
        return None
    verdict = worst(standing.verdict for standing in standings)
    worst_ones = [standing for standing in standings if standing.verdict is verdict]
    if verdict is Verdict.FAULT:
        return min(worst_ones, key=lambda standing: (standing.since, standing.subject))
    return min(worst_ones, key=lambda standing: (standing.subject.probe != "picture", standing.subject))


def _rung(probe: str, standings: Iterable[Standing]) -> Rung:
    standing = min(standings, key=lambda one: (_ORDER[one.verdict], one.since, one.subject))
    return Rung(probe, standing.verdict, standing.fault, _reason(standing), standing.since, standing.last.at)


def _reason(standing: Standing) -> str:
    """The newest words that agree with the confirmed verdict."""
    return standing.last.reason if standing.last.verdict is standing.verdict else standing.reason


def _suspected(state: DeviceState) -> FaultKind | None:
    for standing in state.standings.values():
        if standing.last.verdict is Verdict.FAULT and standing.verdict is not Verdict.FAULT:
            return standing.last.fault
    return None


def _first_needed(key: Key, verdict: Verdict) -> tuple[object, ...]:
    return _ORDER[verdict], as_counted(key.site), as_counted(key.device)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at), default=None)
