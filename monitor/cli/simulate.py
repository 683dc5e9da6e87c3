"""``cctv simulate``: only the devices, for those who want to test the monitor."""

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import fail

if TYPE_CHECKING:
    from monitor.simulator import CameraSpec, Simulator


def simulate(
    config: Annotated[Path | None, typer.Option(help="Cameras to simulate (YAML); default: the demo site.")] = None,
    control_port: Annotated[int, typer.Option(help="Port of the fault switch on 127.0.0.1; 0 = any.")] = 8555,
) -> None:
    """Simulate cameras on loopback addresses until Ctrl-C."""
    from monitor.simulator.demo import demo_site
    from monitor.simulator.specs import load_specs

    try:
        specs = load_specs(config) if config else demo_site()
    except (ValueError, OSError) as wrong:
        fail(str(wrong))
    try:
        asyncio.run(_serve(specs, control_port))
    except OSError as wrong:  # an address that is taken
        fail(str(wrong))


async def _serve(specs: list["CameraSpec"], control_port: int) -> None:
    from monitor.simulator import Simulator

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Simulator(specs, control_port=control_port, cache=_cache()) as site:
        _print(site)
        await stop.wait()


def _cache() -> Path:
    """Where loops are kept from run to run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cctv-monitor"


def _print(site: "Simulator") -> None:
    from rich.table import Table

    from monitor.cli.rendering import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("camera", "address", "login", "codec", "fault"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("address", "login"))  # people copy them
    for name, camera in site.cameras.items():
        spec = camera.spec
        login = f"{spec.username}:{spec.password}" if spec.username else "none"
        table.add_row(name, site.url(name), login, spec.codec, camera.fault)
    console().print(table)
    assert site.control
    typer.echo(f"faults: curl {site.control.url}/faults")
    typer.echo(
        f'switch: curl {site.control.url}/cameras/{next(iter(site.cameras), "ID")} -d \'{{"fault": "black"}}\''
        '   ("" heals; Ctrl-C ends)'
    )
