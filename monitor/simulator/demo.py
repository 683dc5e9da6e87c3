"""The site of ``cctv demo``: a school with cameras that work and cameras that do not, each on its own address."""

from dataclasses import replace
from pathlib import Path

from monitor.simulator.camera import CameraSpec
from monitor.simulator.site import Simulator

USERNAME = "viewer"
PASSWORD = "demo-only"  # noqa: S105 - of cameras that are drawn, on loopback
PASSWORD_FILE = "demo.password"  # noqa: S105 - the name of a file
NAMES = {
    "gate": "大门 Main gate",
    "yard": "操场 Yard",
    "classroom": "教室 Classroom (nothing moves)",
    "parking": "停车场 Car park at night",
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


def demo_config(site: Simulator, state_dir: Path, listen: str = "127.0.0.1:9108") -> str:
    """The daemon's configuration for the cameras of ``site``, as YAML; looks are frequent, for a visitor's sake.

    It refers to the file ``demo.password`` beside it; :func:`write_demo_config` writes both.
    """
    cameras = "".join(
        f"      - {{id: {name}, name: {NAMES.get(name, name)!r}, rtsp: {site.url(name)!r}}}\n" for name in site.cameras
    )
    return (
        "# Made by cctv demo: a simulated site on loopback addresses.\n"
        f"state_dir: {str(state_dir)!r}\n"
        f"listen: {listen}\n"
        "poll: {interval: 10s, deadline: 8s, concurrency: 16}\n"
        "patience: {raise_after: 3, clear_after: 2}\n"
        "sites:\n"
        "  - id: demo\n"
        "    name: 示范学校 Demo school\n"
        "    timezone: Asia/Shanghai\n"
        f"    username: {USERNAME}\n"
        f"    password: {{file: {PASSWORD_FILE}}}\n"
        "    cameras:\n" + cameras
    )


def write_demo_config(folder: Path, site: Simulator, listen: str = "127.0.0.1:9108") -> Path:
    """Write ``cctv.yaml`` and its password file into ``folder``, the state beside them; returns the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / PASSWORD_FILE
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    config = folder / "cctv.yaml"
    config.write_text(demo_config(site, folder / "state", listen))
    return config
