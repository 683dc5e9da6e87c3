"""The machine's clock is set while the daemon runs: looks go on, nothing is raised, times stay sane."""

import contextlib
import time
from dataclasses import replace
from pathlib import Path

from house import House, cameras, configuration, faults, house, seen_well

from monitor.simulator import Simulator
from monitor.simulator.onvif_site import onvif_of
from monitor.store import Store

PRELOAD = "/usr/$LIB/faketime/libfaketime.so.1"
HOUR, DAY = 3600, 86400


SLEEP = "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds)\n"
"""libfaketime does not know the system call that time.sleep makes since Python 3.11."""


class Clock:
    """The daemon's wall clock, ours plus ``offset`` seconds; its monotonic clock is left alone."""

    def __init__(self, folder: Path) -> None:
        self.file, self.offset, self.shim = folder / "clock", 0, folder / "shim"
        self.shim.mkdir()
        (self.shim / "sitecustomize.py").write_text(SLEEP)
        self.set(0)

    def set(self, offset: int) -> None:
        self.offset = offset
        self.file.with_suffix(".new").write_text(f"{offset:+d}\n")
        self.file.with_suffix(".new").replace(self.file)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": PRELOAD,
            "PYTHONPATH": str(self.shim),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    async def looks_again(self, running: House, *names: str) -> None:
        began = time.time() + self.offset
        await running.until(lambda text: all(began < seen_well(text, name) < began + 60 for name in names))


async def test_two_hours_forward_and_a_day_back(tmp_path: Path):
    clock = Clock(tmp_path)
    specs = cameras(78, "gate", "yard")
    async with Simulator(specs) as site:
        onvif = await site.attach(onvif_of(replace(specs[0], port=site.cameras["gate"].port), port=0))
        site.set_fault("yard", "black")
        config = configuration(site).replace("{id: gate,", f"{{id: gate, onvif: '127.78.0.1:{onvif.port}',")
        async with house(tmp_path, config, environment=clock.environment) as running:
            await clock.looks_again(running, "gate")
            await running.until(lambda text: faults(text) == {("yard", "black")})
            for offset in (2 * HOUR, 2 * HOUR - DAY):
                clock.set(offset)
                await clock.looks_again(running, "gate")
                for _ in range(3):  # more than a fault needs
                    assert (await running.get("/probe?target=school/gate")).status_code == 200
                assert faults(await running.metrics()) == {("yard", "black")}  # and no clock_drift
            assert running.log.count("the clock of this machine was set") == 2
            site.set_fault("yard", "")
            await clock.looks_again(running, "gate", "yard")
            await running.until(lambda text: faults(text) == set())
            assert (await running.get("/devices/school/yard")).status_code == 200
    with contextlib.closing(Store.reader(tmp_path / "state" / "cctv.sqlite")) as store:
        spans = store.read(lambda connection: connection.execute("SELECT first, last FROM span").fetchall())
    assert spans
    assert all(first <= last for first, last in spans)
