"""A refused login is tried once, by whatever protocol and after whatever end; one connection to a host at a time."""

import asyncio
from dataclasses import replace
from pathlib import Path

from house import cameras, configuration, faults, house

from monitor.simulator import Simulator
from monitor.simulator.onvif_site import onvif_of

REFUSED = ("gate", "auth_failed")


async def test_an_hour_of_polls_with_a_wrong_password(tmp_path: Path):
    """Sixty polls, over RTSP and ONVIF, with a kill -9 after the first third: one refused login."""
    login = {"username": "monitor", "password": "the right one"}
    (spec,) = cameras(84, "gate", **login)
    async with Simulator([spec]) as site:
        onvif = await site.attach(onvif_of(replace(spec, port=site.cameras["gate"].port), port=0))
        wrong = f"{{id: gate, onvif: '127.84.0.1:{onvif.port}', username: monitor, password: wrong, rtsp"
        config = configuration(site, "{interval: 0.5s, deadline: 0.5s}").replace("{id: gate, rtsp", wrong)
        for polls in (20, 60):
            async with house(tmp_path, config) as running:
                await running.until(lambda text: REFUSED in faults(text))
                async with asyncio.timeout(120):
                    while site.stats("gate")["connections"] < polls:  # noqa: ASYNC110  # no event to await
                        await asyncio.sleep(0.1)
                assert REFUSED in faults(await running.metrics())
                running.process.kill()
                await running.process.wait()
        assert site.stats("gate")["refused_logins"] + onvif.refused_logins == 1


async def test_never_two_connections_to_one_host(tmp_path: Path):
    """Polls over RTSP and ONVIF and four impatient people: a camera with one session to give is never out of it."""
    (spec,) = cameras(85, "gate")
    async with Simulator([spec]) as site:
        onvif = await site.attach(onvif_of(replace(spec, port=site.cameras["gate"].port), port=0))
        config = configuration(site).replace("{id: gate,", f"{{id: gate, onvif: '127.85.0.1:{onvif.port}',")
        async with house(tmp_path, config) as running:
            await running.looks_again("gate")
            most = 0
            asking = [asyncio.create_task(running.get("/probe?target=school/gate")) for _ in range(4)]
            while not all(task.done() for task in asking):
                most = max(most, site.stats("gate")["connections_now"] + len(onvif._tasks))
                await asyncio.sleep(0.005)
            assert most == 1
            assert {task.result().status_code for task in asking} == {200}
