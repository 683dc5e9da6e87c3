"""One look at a recorder that is asked over HTTP, from its options to the evidence. Shared by the kinds that do so."""

import json
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from monitor.model import ChannelRecordings, Deadline, Disk, Evidence, Memory, Outcome, Recordings, Sample, Target
from monitor.protocols.errors import DeviceError
from monitor.protocols.http import Http
from monitor.protocols.http_wire import Answer, Place
from monitor.retention.listing import ENDING, Day, Known, Piece
from monitor.retention.options import Options
from monitor.retention.sampling import Proving
from monitor.retention.vanished import ACCEPTED, with_vanished

VERSION = 1
UNLOCK_MARGIN = 60.0
"""Seconds a locked account is left alone beyond the time the recorder tells."""


LOCK_SECONDS = 1800.0
"""How long an account stays locked where the recorder does not say."""


class Locked(DeviceError):
    """The account is locked, for so many seconds more."""

    def __init__(self, seconds: float = LOCK_SECONDS) -> None:
        super().__init__(Outcome.LOCKED, f"the account is locked for {round(seconds / 60) or 1} min more")
        self.seconds = seconds


class HttpOptions(Options):
    """A recorder read over HTTP."""

    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(default=None, examples=[8080])
    """Port, where it is not the usual one."""
    tls: bool = False
    """Ask over HTTPS."""
    verify_certificate: bool = False
    """Check the certificate; most recorders sign their own, which fails this."""
    request_pause: Annotated[float, Field(ge=0, le=10)] = 0.1
    """Least seconds between two requests."""

    def place(self, host: str, plain_port: int = 80, tls_port: int = 443) -> Place:
        """Where to ask."""
        return Place(host, self.port or (tls_port if self.tls else plain_port), self.tls, self.verify_certificate)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look brought back."""

    channels: tuple[ChannelRecordings, ...]
    disks: tuple[Disk, ...] | None = None
    clock_offset: float | None = None
    clock_note: str = ""
    samples: tuple[Sample, ...] = ()
    unread: tuple[str, ...] = ()  # what else could not be read
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a kind is given to ask with."""

    target: Target
    http: Http
    known: Known
    deadline: Deadline

    @property
    def proving(self) -> Proving:
        return Proving(self.target, self.known.own, self.deadline)


Ask = Callable[[Inquiry], Awaitable[Seen]]


async def inquire(
    target: Target,
    place: Place,
    pause: float,
    ask: Ask,
    memory: Memory,
    deadline: Deadline,
    explain: Callable[[Answer], None] = lambda _: None,
) -> Evidence:
    """Open the connection, let the kind ask, and say what was seen. While an account is locked nothing is sent."""
    at, began, known = datetime.now(UTC), time.monotonic(), load(memory, name_of(target))
    locked = float(known.own.get("locked_until", 0.0)) - time.time()
    if locked > 0:
        words = f"the account is locked; not asked for {round(locked / 60) or 1} min more"
        return Evidence("recorder", at, 0.0, Outcome.LOCKED, words, {"requests": 0})
    bounded = deadline.within(max(deadline.left() - ENDING, deadline.left() / 2))
    async with Http(place, target.credentials, target.login, pause=pause, explain=explain) as http:
        try:
            seen: Seen | DeviceError = all_disks(await ask(Inquiry(target, http, known, bounded)), target, known)
        except DeviceError as failed:
            seen = failed
        facts = {"requests": http.requests, "phase": "asking" if http.connected else "connect"}
        worked = http.login_worked
    known.own["worked"] = worked is True or known.own.get("worked", False)
    seconds = time.monotonic() - began
    if isinstance(seen, DeviceError):
        return _failed(target, at, seconds, seen, known, facts, worked)
    return evidence_of(at, seconds, seen, facts, save(known, target), worked)


def all_disks(seen: Seen, target: Target, known: Known) -> Seen:
    """With those that are no longer named."""
    accepted = bool(target.options.get(ACCEPTED))
    return replace(seen, disks=with_vanished(seen.disks, known.own, accepted=accepted))


def evidence_of(
    at: datetime, seconds: float, seen: Seen, facts: Mapping[str, Any], memory: Memory, worked: bool | None
) -> Evidence:
    """SEEN if everything could be read, else INCOMPLETE with what was."""
    unread = (*(f"{one.channel}: {one.unread}" for one in seen.channels if one.segments is None), *seen.unread)
    recordings = Recordings(
        read_at=at.timestamp(),
        channels=seen.channels,
        disks=seen.disks,
        clock_offset=seen.clock_offset,
        clock_note=seen.clock_note,
        samples=seen.samples,
        unread=unread,
    )
    listed = sum(len(one.segments or ()) for one in seen.channels)
    words = f"not read: {unread[0]}" if unread else f"{len(seen.channels)} channels, {listed} stretches of recording"
    outcome = Outcome.INCOMPLETE if unread else Outcome.SEEN
    return Evidence(
        "recorder",
        at,
        seconds,
        outcome,
        words,
        {**seen.facts, **facts},
        memory=memory,
        login_worked=worked,
        recordings=recordings,
    )


def _failed(
    target: Target,
    at: datetime,
    seconds: float,
    failed: DeviceError,
    known: Known,
    facts: Mapping[str, Any],
    worked: bool | None,
) -> Evidence:
    if failed.outcome is Outcome.LOCKED:
        lock = failed.seconds if isinstance(failed, Locked) else LOCK_SECONDS
        known.own["locked_until"] = time.time() + lock + UNLOCK_MARGIN
        # A lock refuses the right password too: one that worked before is tried again when the lock is over.
        worked = None if target.login.ever_worked or known.own.get("worked") else worked
    return Evidence(
        "recorder", at, seconds, failed.outcome, failed.reason, facts, memory=save(known, target), login_worked=worked
    )


def name_of(target: Target) -> str:
    """What the memory of a look depends on: another configuration begins anew."""
    return json.dumps([target.kind, target.timezone, target.options.get("times")])


def load(memory: Memory, name: str) -> Known:
    """What was kept; nothing if it is damaged, of another version or of another configuration."""
    if not memory:
        return Known(name)
    try:
        kept = json.loads(zlib.decompress(memory))
        if kept["version"] != VERSION or kept["name"] != name:
            return Known(name)
        channels = {channel: {int(n): _day(*day) for n, day in days.items()} for channel, days in kept["days"].items()}
    except (zlib.error, ValueError, KeyError, TypeError):
        return Known(name)
    return Known(name, channels, kept["own"])


def save(known: Known, target: Target) -> Memory:
    """Of the channels that are still configured."""
    wanted = {channel.channel for channel in target.channels}
    days = {
        channel: {number: [day.until, day.shift, day.pieces] for number, day in of_channel.items()}
        for channel, of_channel in known.channels.items()
        if channel in wanted
    }
    kept = {"version": VERSION, "name": known.name, "days": days, "own": known.own}
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode(), 1)


def _day(until: float, shift: float, pieces: list[list[Any]]) -> Day:
    return Day(until, shift, [Piece(*piece) for piece in pieces])
