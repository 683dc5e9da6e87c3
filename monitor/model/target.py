"""What is looked at: one device, complete."""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.limits import Limits
from monitor.model.words import Facts, Key


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginState:
    """What the login guard knows about one account on one host."""

    refused_at: datetime | None = None
    rest_until: datetime | None = None
    ever_worked: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One device to look at, complete: a probe needs nothing else."""

    key: Key
    role: str  # "camera" or "recorder"
    host: str  # name or address, the lock of "one connection per device at a time"
    credentials: Credentials | None = None
    login: LoginState = field(default_factory=LoginState)
    limits: Limits = field(default_factory=Limits)
    name: str = ""
    timezone: str = "UTC"
    rtsp: str = ""  # URL without credentials
    onvif: str = ""  # "host:port", or a device service URL without credentials
    kind: str = ""  # of a recorder: the name in RECORDERS
    options: Facts = field(default_factory=dict)  # of a recorder: validated by its kind; of a camera: its device file
    channels: tuple["Channel", ...] = ()  # of a recorder: the cameras it records
    recorder: str = ""  # of a camera: id of the recorder in the same site
    channel: str = ""
    parent: str = ""  # id of the device this one hangs behind (switch, gateway), if any
    close: bool = False  # the long, careful look


@dataclass(frozen=True, slots=True)
class Channel:
    """One camera as its recorder knows it."""

    camera: str  # device id of the camera
    channel: str  # the recorder's name or number for it
    limits: Limits = field(default_factory=Limits)
    installed: datetime | None = None
    event_only: bool = False
    schedule: tuple["ScheduleBlock", ...] = ()  # empty = always recording


@dataclass(frozen=True, slots=True)
class ScheduleBlock:
    """Recording is expected from ``start`` to ``end`` of a weekday (0 = Monday), local wall clock, minutes of day."""

    weekday: int
    start: int
    end: int  # 1440 = midnight
