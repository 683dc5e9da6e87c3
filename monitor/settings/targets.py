"""From settings to the frozen targets that probes look at."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from monitor.limits import Limits
from monitor.model import Channel, Credentials, Key, Target
from monitor.settings.overrides import Partial, merge
from monitor.settings.schema import Camera, Device, Recorder, Site
from monitor.settings.values import host_of, schedule_blocks


def targets_of(sites: Iterable[Site], limits: Partial | None, retention_days: float | None) -> list[Target]:
    """Cameras and recorders of all sites; limits go from everywhere to the site to the device."""
    everywhere = merge(Limits(), limits, retention_days)
    return [target for site in sites for target in _site_targets(site, everywhere)]


def _site_targets(site: Site, everywhere: Limits) -> list[Target]:
    limits = merge(everywhere, site.limits, site.retention_days)
    login = credentials(site.username, site.password)
    cameras = [(camera, merge(limits, camera.limits, camera.retention_days)) for camera in site.cameras]
    channels: dict[str, list[Channel]] = {}
    for camera, own in cameras:
        if camera.recorder:
            channels.setdefault(camera.recorder, []).append(_channel(camera, own, site.timezone))
    recorders = [_recorder(site, recorder, limits, tuple(channels.get(recorder.id, ()))) for recorder in site.recorders]
    return recorders + [_camera(site, camera, own, login) for camera, own in cameras]


def _camera(site: Site, camera: Camera, limits: Limits, login: Credentials | None) -> Target:
    return Target(
        key=Key(site.id, camera.id),
        role="camera",
        host=host_of(camera.rtsp or camera.onvif or ""),
        credentials=_camera_login(camera, login),
        limits=limits,
        name=camera.name,
        timezone=site.timezone,
        rtsp=(camera.rtsp_sub if camera.picture_stream == "sub" else camera.rtsp) or "",
        onvif=camera.onvif or "",
        options=device_file(camera) | _viewing(camera),
        recorder=camera.recorder,
        channel=(camera.channel or camera.id) if camera.recorder else "",
        parent=camera.parent or site.gateway,
    )


def _recorder(site: Site, recorder: Recorder, limits: Limits, channels: tuple[Channel, ...]) -> Target:
    return Target(
        key=Key(site.id, recorder.id),
        role="recorder",
        host=recorder.host or "localhost",
        credentials=credentials(recorder.username, recorder.password),
        limits=merge(limits, recorder.limits),
        name=recorder.name,
        timezone=site.timezone,
        kind=recorder.kind,
        options=device_file(recorder) | _kind_options(recorder),
        channels=channels,
        parent=recorder.parent or site.gateway,
    )


def _kind_options(recorder: Recorder) -> dict[str, Any]:
    options = recorder.options.model_dump(mode="json", exclude_none=True) if recorder.options else {}
    return options | ({"port": recorder.port} if recorder.port else {})


def _channel(camera: Camera, limits: Limits, timezone: str) -> Channel:
    return Channel(
        camera=camera.id,
        channel=camera.channel or camera.id,
        limits=limits,
        installed=_midnight(camera.installed, timezone) if camera.installed else None,
        event_only=camera.event_only,
        schedule=tuple(block for span in camera.schedule for block in schedule_blocks(span)),
    )


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def credentials(username: str | None, password: SecretStr | None) -> Credentials | None:
    if username is None:
        return None
    return Credentials(username, password.get_secret_value() if password else "")


def _camera_login(camera: Camera, of_site: Credentials | None) -> Credentials | None:
    """The camera's own login; a camera that gives only its password has the site's user name."""
    if camera.username is None and camera.password is not None and of_site:
        return credentials(of_site.username, camera.password)
    return credentials(camera.username, camera.password) or of_site


def device_file(device: Device) -> dict[str, Any]:
    """What is known about a device, as plain data; only what was written."""
    written: dict[str, Any] = {"place": device.place, "model": device.model}
    if device.installed:
        written["installed"] = device.installed.isoformat()
    if device.warranty:
        written["warranty"] = {"until": device.warranty.until.isoformat(), "terms": device.warranty.terms}
    if device.priority != "normal":
        written["priority"] = device.priority
    return {name: value for name, value in written.items() if value}


def _viewing(camera: Camera) -> dict[str, Any]:
    written: dict[str, Any] = {
        "rtsp_main": camera.rtsp if camera.picture_stream == "sub" else None,
        "rtsp_sub": camera.rtsp_sub,
        "onvif_trust": camera.onvif_trust,
        "masks": [list(mask) for mask in camera.masks],
    }
    return {name: value for name, value in written.items() if value}
