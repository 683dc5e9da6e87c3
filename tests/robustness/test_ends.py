"""Ends under load: asked to stop, told to read the configuration anew, killed."""

import asyncio
import signal
from pathlib import Path

from house import cameras, configuration, faults, house, value

from monitor.simulator import Simulator

NAMES = [f"c{number}" for number in range(12)]


async def until_watched(site: Simulator, least: int) -> None:
    """Returns when so many sessions are open at once."""
    async with asyncio.timeout(60):
        while sum(site.stats(name)["sessions"] for name in NAMES) < least:  # noqa: ASYNC110  # no event to await
            await asyncio.sleep(0.02)


async def test_asked_to_stop_with_looks_under_way(tmp_path: Path):
    async with Simulator(cameras(79, *NAMES)) as site:
        site.set_fault("c0", "drip")
        site.set_fault("c1", "silent")
        async with house(tmp_path, configuration(site)) as running:
            await until_watched(site, 3)
            running.process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(running.process.wait(), 30) == 0
        stats = [site.stats(name) for name in NAMES[2:]]
        assert [each["teardowns"] for each in stats] == [each["sessions_ever"] for each in stats]
        assert "Traceback" not in running.log


async def test_a_new_configuration_under_load_is_taken_whole_or_not_at_all(tmp_path: Path):
    async with Simulator(cameras(80, *NAMES)) as site:
        config = configuration(site)
        async with house(tmp_path, config) as running:
            await running.looks_again(*NAMES)
            for turn in range(6):
                good = turn % 2
                shorter = config.replace(f"      - {{id: c11, rtsp: '{site.url('c11')}'}}\n", "")
                assert shorter != config
                (tmp_path / "cctv.yaml").write_text(shorter if good else shorter + "nonsense: 7\n")
                running.process.send_signal(signal.SIGHUP)
                wanted = f"cctv_config_last_reload_successful {good}.0"
                await running.until(lambda text, wanted=wanted: wanted in text)
                text = await running.metrics()  # the devices of one page are older than its end
                assert ('device="c11"' in text) is (turn == 0), [line for line in text.splitlines() if "c11" in line]
            await running.looks_again(*NAMES[:11])
            assert faults(await running.metrics()) == set()


async def test_killed_and_started_again(tmp_path: Path):
    async with Simulator(cameras(81, *NAMES)) as site:
        site.set_fault("c3", "black")
        for turn in range(3):
            async with house(tmp_path, configuration(site)) as running:
                text = await running.until(lambda text: faults(text) == {("c3", "black")})
                if turn:
                    assert value(text, "process_cpu_seconds_total") < 30
                await until_watched(site, 1)
                running.process.kill()
                await running.process.wait()
        async with asyncio.timeout(60):
            while any(site.stats(name)["sessions"] for name in NAMES):  # noqa: ASYNC110  # no event to await
                await asyncio.sleep(0.05)
