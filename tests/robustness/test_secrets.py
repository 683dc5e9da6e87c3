"""No password goes anywhere but to its device: every fault of the simulator at DEBUG, then everything is searched."""

import base64
import itertools
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from house import House, cameras, house

from monitor.simulator import Simulator
from monitor.simulator.faults import FAULTS
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_faults import FAULTS as ONVIF_FAULTS
from monitor.simulator.onvif_site import onvif_of

USER = "watcher"
SECRETS = ("pass/word ä%41", "url-s3cret", "desk-t0ken", "n0tify-me", "rec0rder-pw")
SCHEMES = ("digest", "basic", "digest-sha256")
NAMES = tuple(f"c{number}" for number in range(9))
LAST = "wrong_password"
"""A refused login rests, and then nothing is sent any more: this one comes last."""


def spellings(secret: str) -> set[bytes]:
    """The ways in which a secret could show itself."""
    login = f"{USER}:{secret}".encode()
    ways = {secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1], secret.encode("unicode_escape").decode()}
    return {way.encode() for way in ways} | {base64.b64encode(login), base64.b64encode(secret.encode())}


def configuration(site: Simulator, services: dict[str, OnvifCamera]) -> str:
    """Passwords from a file and, once, within the URL; a recorder, a desk and a person to tell, each with a secret."""
    lines = []
    for name in NAMES:
        address, login = site.url(name), f", username: {USER}, password: {{file: camera.password}}"
        if name == "c0":
            address, login = address.replace("//", f"//{USER}:{SECRETS[1]}@"), ""
        onvif = f", onvif: '{services[name].host}:{services[name].port}'" if name in services else ""
        lines.append(f"      - {{id: {name}, rtsp: '{address}'{onvif}{login}}}")
    return (
        "state_dir: state\nlisten: 127.0.0.1:0\npoll: {interval: 2s, deadline: 2s}\n"
        "patience: {raise_after: 1, clear_after: 1}\nnotify: [{file: person.url}]\n"
        "tickets:\n  sinks:\n    - {id: desk, kind: rest, template: webhook, url: 'http://127.83.0.200:9/t',"
        " token: {file: desk.token}}\n"
        "sites:\n  - id: school\n    recorders:\n"
        f"      - {{id: nvr, kind: hikvision, host: 127.83.0.100, username: {USER},"
        " password: {file: nvr.password}}\n"
        "    cameras:\n" + "\n".join(lines) + "\n"
    )


async def every_fault(site: Simulator, services: dict[str, OnvifCamera], running: House) -> None:
    """Each fault once, nine at a time; the next when every camera was looked at since."""
    words = [*sorted(FAULTS.keys() - {LAST}), LAST]
    onvif = itertools.cycle(sorted(ONVIF_FAULTS))
    for start in range(0, len(words), len(NAMES)):
        now = dict(zip(NAMES, words[start : start + len(NAMES)], strict=False))
        for name, fault in now.items():
            site.set_fault(name, fault)
        for service in services.values():
            service.fault = next(onvif)
        began = time.time()
        await running.until(lambda text, began=began, now=now: all(attempt(text, name) > began for name in now))


def attempt(text: str, name: str) -> float:
    start = f'cctv_probe_last_attempt_timestamp_seconds{{site="school",device="{name}",probe="picture"}} '
    return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(start)), 0.0)


async def everything_said(running: House) -> dict[str, bytes]:
    """All that a person or a program could read of the daemon, by where it is read."""
    said = {"log": running.log.encode()}
    paths = ["/", "/sites/school", "/tickets", "/tickets.csv", "/recorders/school/nvr", "/metrics", "/-/ready"]
    paths += ["/api/v1/status", "/api/v1/faults", "/api/v1/tickets", "/probe?target=school/c2", "/probe?target=x@y/z"]
    paths += [f"/devices/school/{name}" for name in (*NAMES, "nvr")]
    for path in paths:
        answer = await running.get(path)
        said[path] = answer.content + str(answer.headers).encode()
    assert (await running.get("/devices/school/c0")).status_code == 200
    return said | shown_by_the_system(psutil.Process(running.process.pid))


def shown_by_the_system(parent: psutil.Process) -> dict[str, bytes]:
    """Command line and environment of the daemon and of its children."""
    family = (parent, *parent.children(recursive=True))
    files = [Path(f"/proc/{process.pid}/{what}") for process in family for what in ("cmdline", "environ")]
    return {str(file): file.read_bytes() for file in files}


async def searched(tmp_path: Path, minutes: float) -> None:
    files = {"camera.password": SECRETS[0], "desk.token": SECRETS[2], "nvr.password": SECRETS[4]}
    files["person.url"] = f"json://{USER}:{SECRETS[3]}@127.83.0.201:9/"
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    specs = cameras(83, *NAMES, username=USER)
    specs = [
        replace(spec, auth=SCHEMES[number % 3], password=SECRETS[1 if spec.id == "c0" else 0])
        for number, spec in enumerate(specs)
    ]
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(Simulator(specs))
        services = {}
        for spec in specs[1:4]:
            where = replace(spec, port=site.cameras[spec.id].port)
            services[spec.id] = await site.attach(onvif_of(where, port=0))
        running = await stack.enter_async_context(
            house(tmp_path, configuration(site, services), words=("--debug",), environment={"LC_ALL": "C.UTF-8"})
        )
        until = time.monotonic() + 60 * minutes
        await every_fault(site, services, running)
        while time.monotonic() < until:
            await every_fault(site, services, running)
        said = await everything_said(running)
        assert sum(site.stats(name)["sessions_ever"] for name in NAMES) > len(NAMES)  # the passwords were used
    said |= {str(path): path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file()}
    assert found(said, "127.83.0.1")  # what is no secret is there to be found
    assert [told for secret in SECRETS for told in found(said, secret)] == []


def found(said: dict[str, bytes], secret: str) -> list[tuple[str, str]]:
    return [(where, secret) for where, text in said.items() if any(way in text for way in spellings(secret))]


async def test_no_secret_is_told(tmp_path: Path):
    await searched(tmp_path, minutes=0)


@pytest.mark.slow
@pytest.mark.timeout(3900)
async def test_no_secret_is_told_in_an_hour(tmp_path: Path):
    await searched(tmp_path, minutes=60)
