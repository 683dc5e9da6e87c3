"""What a repair desk is told, and its own job book."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Ticket:
    """One message to a repair desk about one fault."""

    key: str  # fault id
    action: str  # open, comment, resolve
    site: str
    device: str
    fault: str  # a fault kind; of a foreign alert its name
    since: datetime
    title: str
    text: str
    place: str = ""
    parent: str = ""
    reference: str = ""  # the desk's own id, once known
    reopened: int = 0  # how often this ticket was opened again
    unsure: bool = False  # an earlier opening got no answer and may still come to pass: look for it, make no other
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The desk's answer: its own id for the ticket, and a page where a person finds it."""

    reference: str
    url: str = ""


class JobState(StrEnum):
    """How far a repair has come. What the monitor sees (``Job.healed``) runs beside it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SCHEDULED = "scheduled"  # an appointment is agreed with the customer
    REPAIRED = "repaired"  # a person says so; not seen by the monitor yet
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of the repair job book."""

    key: str  # fault id; of a foreign alert or a summary, a key of the desk's own
    origin: str  # monitor, alert, summary
    site: str
    device: str
    fault: str
    opened: datetime
    since: datetime
    title: str
    text: str
    number: int = 0  # what people call it
    state: JobState = JobState.OPEN
    place: str = ""
    joined: str = ""  # key of the summary that speaks for it at the repair desks
    told: datetime | None = None  # when the repair desks were told, or its summary named it
    acknowledged: datetime | None = None
    appointment: datetime | None = None
    appointment_with: str = ""
    repaired: datetime | None = None
    healed: datetime | None = None  # seen ok since
    closed: datetime | None = None
    followed_up: datetime | None = None
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of the history of a job."""

    at: datetime
    person: str  # "" = the monitor
    action: str  # opened, commented, acknowledged, …
    text: str
