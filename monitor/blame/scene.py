"""All that blame may know at one moment, and the times it goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.model import Fault, FaultKind, Key, Standing, Subject, Target, Window

BEHIND = "behind"
"""The probe of a switch or gateway, which nobody looks at: what hangs behind it shows how it is."""
DEAD = frozenset({FaultKind.UNREACHABLE, FaultKind.RECORDER_UNREACHABLE})
"""The device does not answer at all; whatever hangs behind it cannot be judged on its own."""


@dataclass(frozen=True, slots=True)
class Rules:
    settle: timedelta = timedelta(seconds=75)
    """A fault is announced so long after it was raised: looks are spread over a poll, and its cause may still show."""
    undecided: timedelta = timedelta(minutes=15)
    """No longer than this does a fault wait for a suspected cause to be confirmed."""
    child_grace: timedelta = timedelta(minutes=10)
    """What still fails so long after its cause was mended is a fault of its own."""
    reopen_within: timedelta = timedelta(hours=24)
    """The same fault coming back sooner is the same job."""
    flaps: int = 4
    """Raised so often within ``flap_within`` = flapping."""
    flap_within: timedelta = timedelta(hours=2)
    calm: timedelta = timedelta(minutes=30)
    """A flapping fault clears after being seen ok for so long."""
    together: timedelta = timedelta(minutes=10)
    """Faults that began within this time of one another began at once."""
    mass_ratio: float = 0.7
    mass_least: int = 6
    """So many cameras of a site gone at once, and this share of those that still worked: the site. All of two or more
    cameras are the site as well."""

    @classmethod
    def for_polls(cls, interval: float) -> "Rules":
        """``settle`` long enough for every device that is polled each ``interval`` seconds to have had its look."""
        return cls(settle=timedelta(seconds=1.25 * interval))


@dataclass(frozen=True, slots=True)
class Scene:
    now: datetime
    targets: Mapping[Key, Target] = field(default_factory=dict)
    standings: Mapping[Key, Mapping[Subject, Standing]] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    blind: bool = False
    rules: Rules = field(default_factory=Rules)
    groups: Mapping[Subject, list[Key]] = field(default_factory=dict)  # as groups(targets) gives them

    def of(self, key: Key) -> list[Standing]:
        """Every standing of one device, in the order of its probes."""
        return [standing for _, standing in sorted(self.standings.get(key, {}).items())]

    def upstream(self, key: Key) -> list[Key]:
        """The configured devices this one hangs on: its switch or gateway, and its recorder."""
        target = self.targets.get(key)
        names = (target.parent, target.recorder) if target else ()
        return [Key(key.site, name) for name in names if name and name != key.device]

    def since(self, at: datetime) -> timedelta:
        """How long ago, without its sign: a clock that was set back shall hold up nothing."""
        return abs(self.now - at)

    def waits(self, until: datetime | None) -> bool:
        """This time is still to come. What lies further ahead than any rule puts it was put there by another clock."""
        longest = max(self.rules.settle, self.rules.child_grace)
        return until is not None and self.now < until <= self.now + longest

    def excuse(self, key: Key) -> str:
        """Why a fault of this device is excused now, in words; "" = it is not. A switch's window excuses all behind."""
        target = self.targets.get(key)
        keys = (key, Key(key.site, target.parent)) if target and target.parent else (key,)
        found = (window for window in self.windows if any(window.covers(one, self.now) for one in keys))
        return next((f"{window.reason} ({window.person})" for window in found), "")


def is_open(fault: Fault) -> bool:
    return fault.cleared is None


def site_subject(site: str) -> Subject:
    """Who a fault of a whole site is about."""
    return Subject(Key(site, ""), "site")


MONITOR = Subject(Key("", "monitor"), "monitor")
"""Who a fault of the monitor itself is about."""


def groups(targets: Mapping[Key, Target]) -> dict[Subject, list[Key]]:
    """The cameras of each site, and all that hangs behind each switch that is no target itself."""
    found: dict[Subject, list[Key]] = {}
    for key, target in targets.items():
        if target.role == "camera":
            found.setdefault(site_subject(key.site), []).append(key)
        if target.parent and Key(key.site, target.parent) not in targets:
            found.setdefault(Subject(Key(key.site, target.parent), BEHIND), []).append(key)
    return found
