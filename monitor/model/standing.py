"""What it means: findings, what is confirmed of them, and faults."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.model.words import Facts, FaultKind, Key, Verdict

Judged = tuple[Verdict, FaultKind | None, str]
"""What a rule says of one aspect: the verdict, the kind if it is a fault, and why; the heart of a Finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged aspect of one device at one time."""

    key: Key
    probe: str  # as shown to people: rtsp, picture, onvif, tcp, recorder, recording
    verdict: Verdict
    fault: FaultKind | None
    reason: str
    at: datetime
    seconds: float = 0.0
    aspect: str = ""  # tells findings of one probe apart: "clock", "disk:sda"
    facts: Facts = field(default_factory=dict)


IF_IT_LASTS = "if_it_lasts"
"""Fact of an unknown finding: the fault kind it becomes when nothing else is heard for a long time."""


class Subject(NamedTuple):
    """What patience counts on: one aspect of one probe of one device."""

    key: Key
    probe: str
    aspect: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The confirmed state of one subject, and how far the next change has come."""

    subject: Subject
    verdict: Verdict  # confirmed; UNKNOWN until the first confirmation
    fault: FaultKind | None
    since: datetime  # when the confirmed verdict began
    reason: str
    last: Finding  # the newest finding, confirmed or not
    bad: int = 0  # consecutive fault findings
    good: int = 0  # consecutive ok findings
    first_bad: datetime | None = None  # of the present streak
    last_ok: datetime | None = None
    last_bad: datetime | None = None
    first_good: datetime | None = None  # of the present streak
    other: int = 0  # consecutive fault findings of another kind than the confirmed one
    first_other: datetime | None = None
    unknown_since: datetime | None = None  # nothing but unknown was heard since then


class Change(StrEnum):
    RAISED = "raised"
    CHANGED = "changed"  # still a fault, of another kind
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Transition:
    subject: Subject
    change: Change
    at: datetime
    finding: Finding
    since: datetime  # first bad finding of the streak, or first good one
    previous: FaultKind | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A confirmed fault from opening to clearing; its id is the key of its ticket."""

    id: str
    subject: Subject
    kind: FaultKind
    opened: datetime
    since: datetime
    reason: str
    facts: Facts = field(default_factory=dict)
    ladder: tuple[str, ...] = ()  # the cause ladder at opening, one sentence a rung
    picture: str = ""  # name of the evidence picture in the state folder
    parent: str = ""  # fault id of the cause
    excused: str = ""  # reason of the maintenance window it opened in
    cleared: datetime | None = None
    reopened: int = 0
    flapping: bool = False
    hold_until: datetime | None = None  # not announced before: its cause may still show itself
    announced: datetime | None = None  # when its ticket was put into the outbox
    raised: tuple[datetime, ...] = ()  # when it was raised, newest last, the last few only
    clearing: str = ""  # in words, why it was cleared
    calm_since: datetime | None = None  # of a flapping fault: seen ok since then, not yet believed


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window: faults that open in it are excused, and it stands in the record with its person."""

    site: str  # "" = everything, the monitor itself included
    device: str  # "" = the whole site
    start: datetime
    until: datetime | None  # None = until a person ends it
    reason: str
    person: str
    id: int = 0
    ended_by: str = ""

    def covers(self, key: Key, at: datetime) -> bool:
        here = self.site in ("", key.site) and self.device in ("", key.device)
        return here and self.start <= at and (self.until is None or at < self.until)
