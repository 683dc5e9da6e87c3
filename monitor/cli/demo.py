"""``cctv demo``: a simulated site with the daemon watching it. No hardware, no other server."""

import asyncio
import logging
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import fail
from monitor.cli.terminal import told


def demo(
    listen: Annotated[str, typer.Option(help="Address of the status page.")] = "127.0.0.1:9108",
    state: Annotated[Path | None, typer.Option(help="Keep the state there; default: a folder gone at the end.")] = None,
) -> None:
    """Start a simulated site and watch it; Ctrl-C ends all of it."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with tempfile.TemporaryDirectory(prefix="cctv-demo-") as scratch:
        try:
            asyncio.run(_demo((state or Path(scratch)).absolute(), listen))
        except OSError as taken:
            fail(f"the demo cannot start: {taken.strerror or taken}; is another one running?")


async def _demo(folder: Path, listen: str) -> None:
    from monitor.cli.run import watch
    from monitor.simulator import Simulator
    from monitor.simulator.demo import demo_site, furnish, write_demo_config

    typer.echo(told("starting a simulated site …"))
    async with Simulator(demo_site(), control_port=0) as site:
        assert site.control
        typer.echo(told(f"{len(site.cameras)} cameras; switch their faults at {site.control.url}"))
        furniture = await furnish(site, folder)
        await watch(write_demo_config(folder, site, listen, furniture))
