"""What the pages may ask of the rest of the house: narrow calls, handed in by the composition root."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from monitor.model import FaultKind, Job, Key, Subject, Verdict
from monitor.reports.archive import KeptReport
from monitor.tickets.alerts import Taken
from monitor.tickets.people import Step
from monitor.tickets.record import Detail


class Span(Protocol):
    """Like findings in a row about one aspect of a device, from the first such look to the last."""

    @property
    def subject(self) -> Subject: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def fault(self) -> FaultKind | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def first(self) -> datetime: ...
    @property
    def last(self) -> datetime: ...


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Actions:
    """Readers return at once (they run in the event loop); the two orders are awaited."""

    reload: Callable[[], Awaitable[str | None]]
    """Load the configuration anew; None, or why it was refused."""
    look_now: Callable[[Key, bool], Awaitable[None]]
    """Look at a device, closely if True; returns when the board shows the result."""
    ready: Callable[[], str | None] = lambda: None
    """None, or why the monitor is not ready yet."""
    history: Callable[[Key], Sequence[Span]] = lambda _key: ()
    """The spans that touch a device's past week, those not closed yet included, in any order."""
    tickets: Callable[[], Sequence[Mapping[str, object]]] = lambda: ()
    """The open repair tickets, ready for JSON. This and the next two read the disk: a thread calls them."""
    jobs: Callable[[bool], Sequence[Job]] = lambda _closed: ()
    """The open repair jobs, oldest first; with True the newest ones, closed ones as well."""
    job: Callable[[str], Detail | None] = lambda _name: None
    """One job by its number or key."""
    alerted: Callable[[object], Awaitable[Taken]] | None = None
    """Alertmanager's webhook body. Raises ValueError in words, StoreError."""
    move: Callable[[str, Step], Job] | None = None
    """A person moves a job on, by its key; writes the disk, so a thread calls it. Raises NotPossible, StoreError."""
    accept_view: Callable[[Key, str], Awaitable[None]] | None = None
    """Camera and person: how it looks now is how it shall look. Raises StoreError."""
    picture: Callable[[Key, str], bytes | None] = lambda _key, _name: None
    """A kept JPEG of a device: "reference", "close", or ``Fault.picture`` of one of its open faults."""
    reports: Callable[[str], Sequence[KeptReport]] = lambda _site: ()
    """The kept reports of a site, newest first."""
    report_file: Callable[[str, str], bytes | None] = lambda _site, _name: None
    """The content of a kept report's file, by site and file name; None for any other."""
    device_file: Callable[[Key], Mapping[str, Any] | None] = lambda _key: None
    """The life of a device, ready to be laid out; reads the disk. None = no such device."""
    site_names: Callable[[], Mapping[str, str]] = dict
    """Site id -> name for people."""
    now: Callable[[], datetime] = _clock
