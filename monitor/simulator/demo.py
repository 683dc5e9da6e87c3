"""The site of ``cctv demo``: a school with cameras that work and cameras that do not, each on its own address."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.simulator.camera import CameraSpec
from monitor.simulator.onvif_site import onvif_of
from monitor.simulator.recorders import DAY
from monitor.simulator.recording import LiveRecorder
from monitor.simulator.site import Simulator

USERNAME = "viewer"
PASSWORD = "demo-only"  # noqa: S105 - of cameras that are drawn, on loopback
PASSWORD_FILE = "demo.password"  # noqa: S105 - the name of a file
TIMEZONE = "Asia/Shanghai"
ONVIF_PORT = 8000
SLOW_CLOCK = "parking"
CLOCK_BEHIND = 3 * 3600.0
"""Seconds the clock of that camera is behind."""
NAMES = {
    "gate": "大门 Main gate",
    "yard": "操场 Yard",
    "classroom": "教室 Classroom (nothing moves)",
    "parking": "停车场 Car park at night (clock three hours behind)",
    "reception": "前台 Reception (JPEG)",
    "corridor": "走廊 Corridor (black)",
    "library": "图书馆 Library (frozen, clock ticks)",
    "hall": "礼堂 Hall (no signal)",
    "office": "办公室 Office (wrong password)",
    "roof": "楼顶 Roof (nothing at the address)",
    "laboratory": "实验室 Laboratory (answers, sends no video)",
    "canteen": "食堂 Canteen (stream stalls)",
}


def demo_site(port: int = 8554) -> list[CameraSpec]:
    """Twelve cameras from 127.20.0.11 on, small and slow, for they are encoded live; ``port`` 0 = any free ones."""
    cameras = [
        _camera("gate", 11),
        _camera("yard", 12, scene="foliage", codec="h265", auth="basic"),
        _camera("classroom", 13, scene="indoor", clock=True),
        _camera("parking", 14, scene="night", auth="digest-sha256"),
        _camera("reception", 15, scene="indoor", codec="mjpeg", auth="digest-rfc2069"),
        _camera("corridor", 16, fault="black"),
        _camera("library", 17, scene="indoor", clock=True, fault="frozen"),
        _camera("hall", 18, fault="no_signal"),
        _camera("office", 19, fault="wrong_password"),
        _camera("roof", 20, fault="unreachable"),
        _camera("laboratory", 21, fault="no_rtp"),
        _camera("canteen", 22, fault="stalled:300"),
    ]
    return [replace(camera, port=port) for camera in cameras]


def _camera(
    name: str,
    host: int,
    scene: str = "street",
    codec: str = "h264",
    auth: str = "digest",
    fault: str = "",
    clock: bool = False,
) -> CameraSpec:
    address = f"127.20.0.{host}"
    return CameraSpec(
        name,
        address,
        scene=scene,
        codec=codec,
        auth=auth,
        username=USERNAME,
        password=PASSWORD,
        fault=fault,
        clock=clock,
        fps=10,
        gop=10,
    )


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a site has besides its cameras' streams."""

    onvif: dict[str, str]  # camera id -> address and port
    recorder: LiveRecorder


async def furnish(site: Simulator, folder: Path, onvif_port: int = ONVIF_PORT) -> Furniture:
    """ONVIF on the cameras that work, and a recorder with sixteen days on its disk below ``folder``.

    Of three cameras: one is recorded, one misses a day, one stopped three days ago. ``onvif_port`` 0 = any free ones.
    """
    healthy = [camera.spec for camera in site.cameras.values() if not camera.fault]
    onvif = {spec.id: onvif_of(replace(spec, port=site.cameras[spec.id].port), onvif_port) for spec in healthy}
    for name, service in onvif.items():
        service.clock_offset = -CLOCK_BEHIND if name == SLOW_CLOCK else 0.0
        await site.attach(service)
    recorder = await site.attach(LiveRecorder(folder / "recordings", _holes(time.time())))
    return Furniture({name: service.address for name, service in onvif.items()}, recorder)


def _holes(now: float) -> dict[str, tuple[tuple[float, float], ...]]:
    today = datetime.fromtimestamp(now, ZoneInfo(TIMEZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    missing = tuple((today - timedelta(days=ago)).timestamp() for ago in (6, 5))
    lunch = (today - timedelta(days=9)).timestamp() + 11 * 3600.0
    return {
        "gate": (),
        "yard": ((lunch, lunch + 2.5 * 3600.0), (missing[0], missing[1])),
        "classroom": ((now - 3 * DAY, float("inf")),),
    }


def demo_config(
    site: Simulator, state_dir: Path, listen: str = "127.0.0.1:9108", furniture: Furniture | None = None
) -> str:
    """The daemon's configuration for the cameras of ``site``, as YAML; looks are frequent, for a visitor's sake.

    It refers to the file ``demo.password`` beside it; :func:`write_demo_config` writes both.
    """
    return (
        "# Made by cctv demo: a simulated site on loopback addresses.\n"
        f"state_dir: {str(state_dir)!r}\n"
        f"listen: {listen}\n"
        "poll: {interval: 10s, deadline: 8s, concurrency: 16}\n"
        "patience: {raise_after: 3, clear_after: 2}\n"
        "sites:\n"
        "  - id: demo\n"
        "    name: 示范学校 Demo school\n"
        f"    timezone: {TIMEZONE}\n"
        f"    username: {USERNAME}\n"
        f"    password: {{file: {PASSWORD_FILE}}}\n"
        + (_recorder(furniture.recorder) if furniture else "")
        + "    cameras:\n"
        + "".join(_watched(site, name, furniture) for name in site.cameras)
    )


def _recorder(recorder: LiveRecorder) -> str:
    name = "录像机 Recorder"
    return f"    recorders:\n      - {{id: nvr, name: {name!r}, kind: files, layout: {recorder.layout!r}}}\n"


def _watched(site: Simulator, name: str, furniture: Furniture | None) -> str:
    keys = f"id: {name}, name: {NAMES.get(name, name)!r}, rtsp: {site.url(name)!r}"
    if furniture and name in furniture.onvif:
        keys += f", onvif: {furniture.onvif[name]!r}"
    if furniture and name in furniture.recorder.channels:
        keys += ", recorder: nvr"
    return f"      - {{{keys}}}\n"


def write_demo_config(
    folder: Path, site: Simulator, listen: str = "127.0.0.1:9108", furniture: Furniture | None = None
) -> Path:
    """Write ``cctv.yaml`` and its password file into ``folder``, the state beside them; returns the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / PASSWORD_FILE
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    config = folder / "cctv.yaml"
    config.write_text(demo_config(site, folder / "state", listen, furniture))
    return config
