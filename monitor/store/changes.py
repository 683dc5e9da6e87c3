"""All that one step of the ledger wants to make durable, and the one transaction that does it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from monitor.model import Fault, Key, Look, Memory, Subject
from monitor.protocols.logins import LoginEntry
from monitor.store import faults, logins, memory, outbox, settings, spans, standings
from monitor.store.outbox import Message
from monitor.store.spans import Span
from monitor.store.standings import StandingRow

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Changes:
    """Every entry is complete and replaces what was there, so writing it twice does no harm."""

    standings: dict[Subject, StandingRow] = field(default_factory=dict)
    looks: dict[tuple[Key, str], Look] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    memory: dict[tuple[Key, str], Memory] = field(default_factory=dict)
    logins: tuple[LoginEntry, ...] = ()
    messages: list[Message] = field(default_factory=list)
    forgotten: set[Key] = field(default_factory=set)
    unwatched: set[tuple[Key, str]] = field(default_factory=set)  # probes that are not made any more
    alive: datetime | None = None

    def update(self, newer: "Changes") -> None:
        """Take in newer changes; where both speak of the same thing the newer wins."""
        self.drop(newer)
        self.standings |= newer.standings
        self.looks |= newer.looks
        self.spans += newer.spans
        self.faults |= newer.faults
        self.memory |= newer.memory
        self.logins += newer.logins
        self.messages += newer.messages
        self.forgotten |= newer.forgotten
        self.unwatched |= newer.unwatched
        self.alive = newer.alive or self.alive

    def drop(self, newer: "Changes") -> None:
        """Forget the entries that newer changes speak of."""
        _drop(self.standings, newer.standings)
        _drop(self.looks, newer.looks)
        _drop(self.memory, newer.memory)
        if newer.forgotten or newer.unwatched:
            gone, over = newer.forgotten, newer.unwatched
            kept = {one: row for one, row in self.standings.items() if one.key not in gone and one[:2] not in over}
            self.standings = kept
            self.looks = {one: row for one, row in self.looks.items() if one[0] not in gone and one not in over}
            self.memory = {one: value for one, value in self.memory.items() if one[0] not in gone}

    def __bool__(self) -> bool:
        parts = (self.standings, self.looks, self.spans, self.faults, self.memory, self.logins, self.messages)
        return any(parts) or bool(self.forgotten or self.unwatched) or self.alive is not None


def apply(connection: sqlite3.Connection, changes: Changes) -> None:
    """Write everything; the caller's transaction makes it all or nothing."""
    for key in changes.forgotten:
        standings.forget(connection, key)
        memory.forget(connection, key)
    for key, probe in changes.unwatched:
        standings.unwatch(connection, key, probe)
    spans.save(connection, changes.spans)
    standings.save(connection, changes.standings.values())
    standings.save_looks(connection, changes.looks.values())
    faults.save(connection, changes.faults.values())
    memory.save(connection, changes.memory)
    logins.save(connection, changes.logins)
    outbox.add(connection, changes.messages)
    if changes.alive is not None:
        settings.set_alive(connection, changes.alive)


def _drop(mine: dict[K, V], newer: Mapping[K, V]) -> None:
    for name in newer:
        mine.pop(name, None)
