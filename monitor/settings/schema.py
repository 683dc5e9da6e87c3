"""What may stand in a configuration: sites and their devices. One model a mapping, one docstring a key."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, model_validator

from monitor.settings.overrides import PartialLimits
from monitor.settings.secrets import Secret
from monitor.settings.values import (
    Cron,
    Duration,
    Host,
    Identifier,
    Mask,
    OnvifAddress,
    RecordingTime,
    RtspUrl,
    Text,
    TimeOfDay,
    Timezone,
    Weekday,
    split_login,
)

Language = Literal["zh", "en"]
Days = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Strict(BaseModel):
    """Refuses what it does not know; frozen, as everything that crosses the seams."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, protected_namespaces=(), allow_inf_nan=False
    )


class Warranty(Strict):
    until: date = Field(examples=["2027-12-31"])
    """Last day of the warranty."""
    terms: str = ""
    """What it covers."""


class Device(Strict):
    """What every device has."""

    id: Identifier = Field(examples=["gate"])
    """Stable name in metrics, tickets and addresses; keep it when the device is exchanged."""
    name: Text = ""
    """What people call it; shown beside the id."""
    place: Text = ""
    """Where a technician finds it."""
    parent: Text = ""
    """Id of the device it hangs behind: a switch, a gateway or a recorder. When that is dead, this gets no ticket."""
    model: Text = ""
    """Maker and model as on the label."""
    installed: date | None = Field(default=None, examples=["2024-09-01"])
    """Day of installation; recordings are not expected from before it."""
    warranty: Warranty | None = None
    """The repair contract."""
    priority: Literal["low", "normal", "high"] = "normal"
    """How urgent a fault of this device is."""


class Camera(Device):
    rtsp: RtspUrl | None = Field(default=None, examples=["rtsp://192.0.2.21:554/stream1"])
    """Main stream. A login in it works, is moved to username and password, and is warned about."""
    rtsp_sub: RtspUrl | None = Field(default=None, examples=["rtsp://192.0.2.21:554/stream2"])
    """Sub stream, with the same login."""
    picture_stream: Literal["main", "sub"] = "main"
    """The stream whose picture is judged; sub needs rtsp_sub."""
    onvif: OnvifAddress | None = Field(default=None, examples=["192.0.2.21:80"])
    """ONVIF device service: host:port, or its whole http URL."""
    onvif_trust: Text = Field(default="", examples=["any"])
    """Whom to believe on https: empty = the system's authorities, a CA file, sha256:HEX of the certificate, or any."""
    username: Text | None = Field(default=None, examples=["monitor"])
    """Login; without one here, that of the site."""
    password: Secret | None = Field(default=None, examples=["{file: gate.password}"])
    """Of the login: {env: NAME}, {file: PATH}, {credential: NAME}, or text (works, warned about)."""
    recorder: Text = ""
    """Id of the recorder that stores this camera."""
    channel: Text = ""
    """The recorder's own name or number for this camera; without one, the camera's id."""
    retention_days: Days | None = Field(default=None, examples=[15])
    """Days of recording that must be playable; without one here, that of the site."""
    schedule: list[RecordingTime] = Field(default=[], examples=[["mon-fri 08:00-18:00"]])
    """Times at which recording is expected, local to the site; none = always."""
    event_only: bool = False
    """Records on motion or alarm only, so that gaps are no fault."""
    masks: list[Mask] = Field(default=[], examples=[[[0, 0, 0.5, 0.1]]])
    """Rectangles left out of the picture judgement (a clock, a tree): x0, y0, x1, y1 as fractions from the top left."""
    limits: PartialLimits | None = None
    """Thresholds that differ from those of the site."""

    @model_validator(mode="before")
    @classmethod
    def _move_login(cls, data: Any) -> Any:
        """A login in a URL becomes username and password, unless those say something else."""
        return moved_login(data) if isinstance(data, dict) else data


def moved_login(data: dict[str, Any]) -> dict[str, Any]:
    """A camera's keys with the login taken out of its URLs; the same mapping when there is none."""
    for key in ("rtsp", "rtsp_sub", "onvif"):
        address = data.get(key)
        if isinstance(address, str) and "@" in address and "://" in address:
            data = _without_login(data, key, address)
    return data


def _without_login(data: dict[str, Any], key: str, address: str) -> dict[str, Any]:
    try:
        bare, username, password = split_login(address)
    except ValueError:  # unreadable: the check of the field says so, without repeating it
        return data
    data = data | {key: bare}
    if username is not None:
        login = {"username": username, "password": password or ""}
        data |= {name: value for name, value in login.items() if data.get(name) is None}
    return data


class Recorder(Device):
    """A recorder (NVR, server, disk). Further keys are options of its kind."""

    kind: str = Field(examples=["ssh"])
    """How it is read: ssh, files, onvif, hikvision, …"""
    host: Host = ""
    """Name or address; a kind that reads local files needs none."""
    port: Port | None = Field(default=None, examples=[22])
    """Port, where it is not the usual one of the kind."""
    username: Text | None = Field(default=None, examples=["monitor"])
    """Login at the recorder."""
    password: Secret | None = Field(default=None, examples=["{env: NVR1_PASSWORD}"])
    """Of the login: {env: NAME}, {file: PATH}, {credential: NAME}, or text (works, warned about)."""
    limits: PartialLimits | None = None
    """Thresholds that differ from those of the site."""
    options: SerializeAsAny[BaseModel] | None = Field(default=None, exclude=True)
    """Not a key of the file: what the kind made of its own keys."""


class Passive(Strict):
    """A switch, gateway or the like: not looked at, but the cause when all behind it is silent."""

    id: Identifier = Field(examples=["switch-1"])
    """Stable name."""
    name: Text = ""
    """What people call it."""
    host: Host = ""
    """Name or address."""
    place: Text = ""
    """Where a technician finds it."""
    parent: Text = ""
    """Id of the device it hangs behind."""


class Inspection(Strict):
    """When the inspection of a site is due: a weekday and a time, or a cron line."""

    weekday: Weekday = Field(default="monday", examples=["monday"])
    """Day of the week."""
    time: TimeOfDay = Field(default="09:00", examples=["'09:00'"])
    """Local time of day."""
    cron: Cron | None = Field(default=None, examples=["'0 9 * * mon'"])
    """Minute hour day month weekday; instead of the two above."""


class Site(Strict):
    id: Identifier = Field(examples=["school-3"])
    """Stable name."""
    name: Text = ""
    """What people call it."""
    timezone: Timezone = Field(default="UTC", examples=["Asia/Shanghai"])
    """IANA time zone of its clocks and reports."""
    place: Text = ""
    """Street address."""
    customer: Text = ""
    """Who owns it."""
    language: Language = Field(default="en", examples=["zh"])
    """Language of its reports and tickets."""
    username: Text | None = Field(default=None, examples=["monitor"])
    """Login of every camera that has none of its own."""
    password: Secret | None = Field(default=None, examples=["{env: SCHOOL3_PASSWORD}"])
    """Of that login."""
    gateway: Text = ""
    """Id of the device in devices that everything without a parent hangs behind."""
    retention_days: Days | None = Field(default=None, examples=[15])
    """Days of recording that must be playable at this site."""
    limits: PartialLimits | None = None
    """Thresholds that differ at this site."""
    inspection: Inspection = Inspection()
    """The calendar of the regular inspection."""
    recorders: list[Recorder] = []
    """What stores the recordings."""
    cameras: list[Camera] = []
    """What is looked at."""
    devices: list[Passive] = []
    """Switches and gateways, so that one dead switch is one fault."""


class Poll(Strict):
    interval: Duration = Field(default=60.0, gt=0, examples=["60s"])
    """Time between two looks of one kind at one device."""
    deadline: Duration = Field(default=10.0, gt=0, examples=["10s"])
    """Longest time one look may take; better shorter than the interval."""
    concurrency: int = Field(default=64, ge=1, examples=[64])
    """Looks under way at one time."""


class Patience(Strict):
    raise_after: int = Field(default=3, ge=1, examples=[3])
    """Bad looks in a row before a fault is raised."""
    clear_after: int = Field(default=2, ge=1, examples=[2])
    """Good looks in a row before it is cleared."""


class Sink(Strict):
    """A repair desk. Further keys are options of its kind."""

    id: Identifier = Field(examples=["desk"])
    """Stable name."""
    kind: str = Field(examples=["rest"])
    """How it is spoken to."""
    options: SerializeAsAny[BaseModel] | None = Field(default=None, exclude=True)
    """Not a key of the file: what the kind made of its own keys."""


class Tickets(Strict):
    sinks: list[Sink] = []
    """Repair desks beside the local job book."""
    cap_per_site: int | None = Field(default=50, ge=1, examples=[20])
    """Open tickets a site may have; further faults share one. The job book has every one. null = no cap."""
    hold_down: Duration = Field(default=0.0, examples=["15m"])
    """How long a fault must stay cleared before its ticket is resolved."""


class MonthDay(Strict):
    day: int = Field(default=1, ge=1, le=28, examples=[1])
    """Day of the month."""
    time: TimeOfDay = Field(default="08:00", examples=["'08:00'"])
    """Local time of day."""


class WeekDay(Strict):
    weekday: Weekday = Field(default="monday", examples=["monday"])
    """Day of the week."""
    time: TimeOfDay = Field(default="08:00", examples=["'08:00'"])
    """Local time of day."""


class Reports(Strict):
    daily: TimeOfDay = Field(default="08:00", examples=["'08:00'"])
    """Time of the summary of yesterday."""
    weekly: WeekDay = WeekDay()
    """Time of the weekly inspection report."""
    monthly: MonthDay = MonthDay()
    """Time of the monthly analysis."""
    language: Language | None = Field(default=None, examples=["zh"])
    """Language; without one here, that of the site."""
