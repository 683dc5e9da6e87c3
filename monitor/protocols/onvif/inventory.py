"""What a device tells of itself: its clock, services, identity, media profiles, addresses and time servers."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.model import Deadline, Outcome
from monitor.protocols.onvif.address import pin_media
from monitor.protocols.onvif.device import Device
from monitor.protocols.onvif.trouble import Trouble, plain
from monitor.protocols.rtsp.url import split_url

NOT_OFFERED = frozenset({Outcome.UNSUPPORTED, Outcome.SERVER_ERROR, Outcome.NOT_FOUND})
CODECS = {"JPEG": "mjpeg", "MPEG4": "mpeg4", "H264": "h264", "H265": "hevc"}


@dataclass(frozen=True, slots=True)
class Clock:
    """``offset``: device minus ours in seconds, None = it told no usable UTC time. Devices tell whole seconds."""

    offset: float | None
    source: str  # "NTP", "Manual" or ""
    timezone: str  # POSIX TZ as the device gives it


def read_clock(device: Device, deadline: Deadline) -> Clock:
    """Ask the time, without a login if the device allows; from now on tokens are dated in the device's time."""
    began, now = time.monotonic(), datetime.now(UTC)
    answer = device.call("devicemgmt", "GetSystemDateAndTime", deadline)
    half_way = (time.monotonic() - began) / 2
    told = _mapping(answer.get("SystemDateAndTime"))
    utc = _utc(_mapping(told.get("UTCDateTime")))
    # A device tells whole seconds, rounded down: half a second on average.
    device.clock_offset = None if utc is None else (utc - now).total_seconds() - half_way + 0.5
    source = plain(told.get("DateTimeType"), 20)
    return Clock(device.clock_offset, source, plain(_mapping(told.get("TimeZone")).get("TZ"), 60))


def read_services(device: Device, deadline: Deadline) -> list[str]:
    """Namespaces of the services, with versions; the device's later calls go to their pinned addresses.

    GetServices, else GetCapabilities, which older devices have and which hides the newer services in ``Extension``.
    """
    try:
        answer = device.call("devicemgmt", "GetServices", deadline, IncludeCapability=False)
    except Trouble as trouble:
        if trouble.outcome not in NOT_OFFERED:
            raise
        return _read_capabilities(device, deadline)
    services = [_mapping(service) for service in _sequence(answer.get("Service"))]
    device.learn_services(services)
    return [_versioned(service) for service in services if service.get("Namespace")]


def read_identity(device: Device, deadline: Deadline) -> dict[str, str]:
    """manufacturer, model, firmware, serial, hardware; "" = not told."""
    answer = device.call("devicemgmt", "GetDeviceInformation", deadline, lenient=True)
    names = {
        "manufacturer": "Manufacturer",
        "model": "Model",
        "firmware": "FirmwareVersion",
        "serial": "SerialNumber",
        "hardware": "HardwareId",
    }
    return {ours: plain(answer.get(theirs), 100) for ours, theirs in names.items()}


def media_service(device: Device) -> str:
    """ "media2" where the device has it, since the older "media" has no word for H.265."""
    return "media2" if "media2" in device.addresses else "media"


def read_profiles(device: Device, deadline: Deadline) -> list[dict[str, Any]]:
    """token, name, codec, width, height, fps, bitrate (kbit/s) of every media profile; None = not told."""
    if media_service(device) == "media":
        answer = device.call("media", "GetProfiles", deadline, lenient=True)
    else:
        try:
            answer = device.call("media2", "GetProfiles", deadline, lenient=True, Type=["VideoEncoder"])
        except Trouble as trouble:
            if trouble.outcome not in NOT_OFFERED or "media" not in device.addresses:
                raise
            del device.addresses["media2"]  # listed, but not there: the older service is asked from now on
            return read_profiles(device, deadline)
    return [_profile(_mapping(profile)) for profile in _sequence(answer.get("Profiles"))]


def read_stream_uri(device: Device, profile: str, deadline: Deadline) -> tuple[str, str]:
    """The RTSP address of a media profile on the configured host, and the foreign host that was replaced ("" = none).

    Never from malformed XML. It may still hold a name and password in its path, as some makers want it: show it only
    through ``without_secrets``.
    """
    service = media_service(device)
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    how: dict[str, Any] = {"Protocol": "RTSP"} if service == "media2" else {"StreamSetup": setup}
    answer = device.call(service, "GetStreamUri", deadline, ProfileToken=profile, **how)
    return _uri(device, answer, "GetStreamUri")


def read_snapshot_uri(device: Device, profile: str, deadline: Deadline) -> tuple[str, str]:
    """As :func:`read_stream_uri`, of the still picture."""
    answer = device.call(media_service(device), "GetSnapshotUri", deadline, ProfileToken=profile)
    return _uri(device, answer, "GetSnapshotUri")


def read_replay_uri(device: Device, recording: str, deadline: Deadline) -> tuple[str, str]:
    """Where a recording is played from (ONVIF Replay, 5.3), as :func:`read_stream_uri`."""
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    answer = device.call("replay", "GetReplayUri", deadline, StreamSetup=setup, RecordingToken=recording)
    return _uri(device, answer, "GetReplayUri")


def find_stream_uri(device: Device, deadline: Deadline) -> str:
    """The RTSP address of the first media profile, for a camera whose configuration names none. Raises Trouble."""
    read_clock(device, deadline)
    read_services(device, deadline)
    token = next((profile["token"] for profile in read_profiles(device, deadline) if profile["token"]), "")
    if not token:
        raise Trouble(Outcome.NO_VIDEO, "the device has no media profile")
    return read_stream_uri(device, token, deadline)[0]


def read_ntp(device: Device, deadline: Deadline) -> dict[str, Any] | None:
    """``{"from_dhcp": bool or None, "servers": [str]}``; None = the device tells nothing."""
    answer = _mapping(device.call("devicemgmt", "GetNTP", deadline, lenient=True).get("NTPInformation"))
    if not answer:
        return None
    hosts = [_mapping(host) for name in ("NTPManual", "NTPFromDHCP") for host in _sequence(answer.get(name))]
    told = [host.get("DNSname") or host.get("IPv4Address") or host.get("IPv6Address") for host in hosts]
    return {"from_dhcp": answer.get("FromDHCP"), "servers": [plain(name, 100) for name in told if name]}


def _read_capabilities(device: Device, deadline: Deadline) -> list[str]:
    answer = device.call("devicemgmt", "GetCapabilities", deadline, Category="All")
    told = _mapping(answer.get("Capabilities"))
    xaddrs = {**told, **_mapping(told.get("Extension"))}
    namespaces = {"Media": "media", "Events": "events", "Imaging": "imaging", "PTZ": "ptz"} | {
        "Recording": "recording",
        "Search": "search",
        "Replay": "replay",
    }
    found = {name: _mapping(xaddrs.get(word)).get("XAddr") for word, name in namespaces.items()}
    device.place({name: xaddr for name, xaddr in found.items() if xaddr})
    return sorted(name for name, xaddr in found.items() if xaddr)


def _utc(told: dict[str, Any]) -> datetime | None:
    date, clock = _mapping(told.get("Date")), _mapping(told.get("Time"))
    fields = [date.get("Year"), date.get("Month"), date.get("Day")]
    fields += [clock.get("Hour"), clock.get("Minute"), clock.get("Second")]
    if not all(isinstance(field, int) for field in fields):
        return None
    try:
        return datetime(*fields, tzinfo=UTC)  # type: ignore[arg-type, misc]  # six integers, as checked above
    except (ValueError, OverflowError):  # month 0, hour 24, second 60: impossible dates are no dates
        return None


def _versioned(service: dict[str, Any]) -> str:
    version = _mapping(service.get("Version"))
    name = plain(service["Namespace"], 100).removeprefix("http://www.onvif.org/").removesuffix("/wsdl")
    return f"{name} {version.get('Major')}.{version.get('Minor')}" if version.get("Major") is not None else name


def _profile(profile: dict[str, Any]) -> dict[str, Any]:
    newer = _mapping(profile.get("Configurations")).get("VideoEncoder")
    encoder = _mapping(newer or profile.get("VideoEncoderConfiguration"))
    resolution, rate = _mapping(encoder.get("Resolution")), _mapping(encoder.get("RateControl"))
    codec = str(encoder.get("Encoding") or "")
    return {
        "token": plain(profile.get("token"), 100),
        "name": plain(profile.get("Name"), 100),
        "codec": CODECS.get(codec.upper(), plain(codec, 20).lower()) or None,
        "width": _positive(resolution.get("Width")),
        "height": _positive(resolution.get("Height")),
        "fps": _positive(rate.get("FrameRateLimit"), decimals=2),
        "bitrate": _positive(rate.get("BitrateLimit")),
    }


def _uri(device: Device, answer: dict[str, Any], operation: str) -> tuple[str, str]:
    uri = str(_mapping(answer.get("MediaUri")).get("Uri") or answer.get("Uri") or "")
    try:
        pinned, foreign = pin_media(device.address, uri)
        if operation != "GetSnapshotUri":
            split_url(pinned)  # refuses what is no RTSP address
    except ValueError:
        raise Trouble(Outcome.PROTOCOL, f"malformed answer to {operation}: it holds no usable address") from None
    return pinned, foreign


def _positive(value: Any, decimals: int = 0) -> float | None:
    if not isinstance(value, int | float) or not 0 < value < 1e9:
        return None
    rounded = round(float(value), decimals)
    return int(rounded) if rounded == int(rounded) else rounded


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
