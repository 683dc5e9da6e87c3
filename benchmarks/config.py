"""Time to read a configuration of many cameras, beside reading its YAML alone with both loaders of PyYAML.

Run: python -m benchmarks.config [CAMERAS ...]. Prints a table, then JSON.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from monitor.settings import ConfigError, load

PER_SITE = 100


def write(folder: Path, cameras: int, mistake: bool) -> Path:
    """A configuration of ``cameras`` cameras in sites of 100, half of them with limits or a login of their own."""
    lines = ["sites:"]
    for index in range(cameras):
        site, number = divmod(index, PER_SITE)
        if number == 0:
            lines += [
                f"  - id: site-{site}",
                "    timezone: Asia/Shanghai",
                "    username: monitor",
                "    password: {env: SITE_PASSWORD}",
                "    recorders: [{id: nvr, kind: ssh, host: 192.0.2.10, username: monitor,",
                '                 password: {env: NVR_PASSWORD}, layout: "/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4"}]',
                "    cameras:",
            ]
        own = ", limits: {stream: {frame_rate: 25}}, retention_days: 30" if number % 2 else ""
        lines.append(
            f'      - {{id: cam-{number}, name: 摄像机 {number}, rtsp: "rtsp://10.{site}.0.{number}:554/stream1", '
            f'onvif: "10.{site}.0.{number}:80", recorder: nvr, channel: {number}{own}}}'
        )
    if mistake:
        lines.append("      - {id: last, rstp: x}")
    path = folder / "cctv.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def best_of(times: int, work: Callable[[], object]) -> tuple[float, float]:
    """Least wall and CPU seconds."""
    taken = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(wall for wall, _ in taken), min(cpu for _, cpu in taken)


def refused(path: Path, environ: dict[str, str]) -> None:
    try:
        load(path, environ)
    except ConfigError:
        return
    raise AssertionError("the mistake was not seen")


def measure(cameras: int, folder: Path) -> list[dict[str, object]]:
    environ = {"SITE_PASSWORD": "a", "NVR_PASSWORD": "b"}
    path = write(folder, cameras, mistake=False)
    text = path.read_text(encoding="utf-8")
    ways: list[tuple[str, Callable[[], object]]] = [
        ("yaml.CSafeLoader alone", lambda: yaml.load(text, yaml.CSafeLoader)),
        ("load", lambda: load(path, environ)),
        ("load and targets", lambda: load(path, environ).targets()),
    ]
    if cameras <= 10_000:
        ways.append(("yaml.SafeLoader alone", lambda: yaml.load(text, yaml.SafeLoader)))
    rows = [row(cameras, name, *best_of(1 if "SafeLoader a" in name else 3, way)) for name, way in ways]
    wrong = write(folder, cameras, mistake=True)
    return [*rows, row(cameras, "load, refused with places", *best_of(3, lambda: refused(wrong, environ)))]


def row(cameras: int, name: str, wall: float, cpu: float) -> dict[str, object]:
    return {"cameras": cameras, "what": name, "wall_seconds": round(wall, 3), "cpu_seconds": round(cpu, 3)}


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [1_000, 10_000]
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for size in sizes for row in measure(size, Path(folder))]
    print(f"{'cameras':>8}  {'what':28} {'wall s':>8} {'CPU s':>8}")
    for entry in rows:
        print("{cameras:>8}  {what:28} {wall_seconds:>8} {cpu_seconds:>8}".format(**entry))
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
