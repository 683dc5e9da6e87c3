"""What the pages may ask of the rest of the house: narrow calls, handed in by the composition root."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from monitor.model import FaultKind, Key, Verdict


class Span(Protocol):
    """A stretch of time over which one aspect of a device had one verdict."""

    @property
    def probe(self) -> str: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def fault(self) -> FaultKind | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime | None:
        """None while it lasts."""


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
    """The spans of a device's past week, in any order."""
    tickets: Callable[[], Sequence[Mapping[str, object]]] = lambda: ()
    """The open repair tickets, ready for JSON."""
    picture: Callable[[Key, str], bytes | None] = lambda _key, _name: None
    """A kept JPEG of a device: "reference", or the picture name of one of its open faults."""
    site_names: Callable[[], Mapping[str, str]] = dict
    """Site id -> name for people."""
    now: Callable[[], datetime] = _clock
